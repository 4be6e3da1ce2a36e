"""Frames of bytes over a socket: the one thing that the referee and a place share."""

import socket
import struct

MOST = 16 * 2**20  # bytes of a frame; the largest reply of the course has 2 MB
LENGTH = struct.Struct("!Q")


class Ended(BaseException):
    """The other side is gone: for a referee, the place was ended. No check catches it."""


class Rubbish(Exception):
    """The place sent something else than a reply."""


class Line:
    """One end. A side that waits does so until the other one is gone: the watchdog ends a place in time."""

    def __init__(self, end: socket.socket) -> None:
        self._socket = end

    def send(self, frame: bytes) -> None:
        """Send a frame."""
        try:
            self._socket.sendall(LENGTH.pack(len(frame)) + frame)
        except OSError as error:
            raise Ended from error

    def receive(self) -> bytearray:
        """The next frame.

        Raises:
            Rubbish: it is longer than `MOST`; what follows cannot be read either.
            Ended: there is none.
        """
        (length,) = LENGTH.unpack(self._read(LENGTH.size))
        if length > MOST:
            raise Rubbish(f"a reply of {length} bytes")
        return self._read(length)

    def _read(self, length: int) -> bytearray:
        found = bytearray(length)
        view, done = memoryview(found), 0
        while done < length:
            try:
                count = self._socket.recv_into(view[done:])
            except OSError as error:
                raise Ended from error
            if not count:
                raise Ended
            done += count
        return found
