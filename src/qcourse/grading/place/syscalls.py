"""System calls that no notebook needs, and that Linux then refuses: seccomp(2).

Namespaces do not cover them: memory that belongs to no process (memfd, System V) escapes the memory
limit, the session keyring holds keys of the grader, and the others have a history of exploits.
"""

import ctypes
import errno
import platform
import struct

# machine: (its number in audit.h, the system calls' numbers)
REFUSED = {
    "x86_64": (
        0xC000003E,
        {
            "shmget": 29, "msgget": 68, "ptrace": 101, "mq_open": 240,
            "add_key": 248, "request_key": 249, "keyctl": 250,
            "perf_event_open": 298, "process_vm_readv": 310, "process_vm_writev": 311,
            "memfd_create": 319, "bpf": 321, "userfaultfd": 323, "io_uring_setup": 425, "memfd_secret": 447,
        },
    ),
    "aarch64": (
        0xC00000B7,
        {
            "ptrace": 117, "mq_open": 180, "msgget": 186, "shmget": 194,
            "add_key": 217, "request_key": 218, "keyctl": 219,
            "perf_event_open": 241, "process_vm_readv": 270, "process_vm_writev": 271,
            "memfd_create": 279, "bpf": 280, "userfaultfd": 282, "io_uring_setup": 425, "memfd_secret": 447,
        },
    ),
}  # fmt: skip
LOAD, EQUAL, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06  # classic BPF
ALLOW, ERRNO = 0x7FFF0000, 0x00050000
PR_SET_SECCOMP, MODE_FILTER = 22, 2
X32 = 0x40000000  # the same calls under other numbers


def program() -> bytes:
    """The filter in the format of seccomp; on other machines than these it refuses nothing."""
    machine, numbers = REFUSED.get(platform.machine(), (0, {}))
    last = len(numbers) + 1  # a jump to the refusal, which comes after the permission
    steps = [
        (LOAD, 0, 0, 4),  # the machine
        (EQUAL, 0, last + 2, machine),
        (LOAD, 0, 0, 0),  # the number
        (AT_LEAST, last, 0, X32),
        *((EQUAL, last - i, 0, number) for i, number in enumerate(numbers.values(), start=1)),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, ERRNO | errno.EPERM),
    ]
    if not numbers:
        steps = [(RETURN, 0, 0, ALLOW)]
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def refuse() -> None:
    """Refuse them to this process and all that it starts; NO_NEW_PRIVS must be set, or a capability held."""
    steps = program()
    code = ctypes.create_string_buffer(steps)
    head = struct.pack("HxxxxxxP", len(steps) // struct.calcsize("HBBI"), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_SECCOMP, MODE_FILTER, ctypes.create_string_buffer(head), 0, 0):
        raise OSError(ctypes.get_errno(), "seccomp")
