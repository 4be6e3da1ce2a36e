#!/usr/bin/env bash
# A subscriber sets ZMQ_MAXMSGSIZE to 1,000 bytes; a publisher sends one message that is longer.
# Guess before it was run: that message is dropped, or the connection is made anew; later ones arrive.
# Found: nothing arrives any more. The connection is closed for good, and neither side is told: recv waits.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet pyzmq==27.3.0
cat >run.py <<'TEXT'
import time
import zmq

context = zmq.Context()
for limit in (-1, 1000):
    publisher, subscriber = context.socket(zmq.PUB), context.socket(zmq.SUB)
    port = publisher.bind_to_random_port("tcp://127.0.0.1")
    subscriber.setsockopt(zmq.MAXMSGSIZE, limit)
    subscriber.setsockopt(zmq.SUBSCRIBE, b"")
    subscriber.connect(f"tcp://127.0.0.1:{port}")
    time.sleep(1)
    for message in (b"first", b"long " * 400, b"second"):
        publisher.send(message)
    time.sleep(2)  # time enough to connect again
    publisher.send(b"third")
    got = []
    while subscriber.poll(2000):
        got.append(subscriber.recv()[:6].decode())
    print(f"libzmq {zmq.zmq_version()}, MAXMSGSIZE {limit}: received {got}")
    assert got == (["first", "long l", "second", "third"] if limit == -1 else ["first"])
    publisher.close(0), subscriber.close(0)
TEXT
venv/bin/python run.py
