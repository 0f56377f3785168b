"""What passes between parent, zygote and child.

Parent to zygote, on a SOCK_SEQPACKET pair: one JSON object a packet, descriptors attached.
Child to parent, on a pipe: two frames of a four-byte length and JSON: first the report, then the answer.
Zygote to parent, on a pipe of its own: one JSON object with the way the child ended.
"""

from __future__ import annotations

import json
import os
import select
import socket
import struct
import time
from typing import Any, Final

MAX_REQUEST_BYTES: Final = 128 * 1024
"""A SEQPACKET message must fit into the socket's buffer; larger inputs travel as files."""
MAX_DESCRIPTORS: Final = 16
_LENGTH: Final = struct.Struct("!I")


class Oversized(ValueError):
    """The other side sent, or was about to send, more than agreed."""


class TimedOut(TimeoutError):
    """Nothing complete arrived before the deadline."""


def send_request(control: socket.socket, request: dict[str, Any], descriptors: list[int]) -> None:
    """Send one request with its descriptors attached. Raises Oversized above MAX_REQUEST_BYTES."""
    packet = json.dumps(request).encode()
    if len(packet) > MAX_REQUEST_BYTES:
        raise Oversized(
            f"a media job's parameters are limited to {MAX_REQUEST_BYTES} bytes, not {len(packet)}"
        )
    socket.send_fds(control, [packet], descriptors)


def receive_request(control: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    """Return the next request and its descriptors, or None when the parent is gone."""
    packet, descriptors, _flags, _address = socket.recv_fds(control, MAX_REQUEST_BYTES, MAX_DESCRIPTORS)
    if not packet:
        return None
    return json.loads(packet), list(descriptors)


def write_frame(descriptor: int, message: dict[str, Any]) -> None:
    """Write one framed JSON object to a pipe."""
    body = json.dumps(message).encode()
    view = memoryview(_LENGTH.pack(len(body)) + body)
    while view:
        view = view[os.write(descriptor, view) :]


class FrameReader:
    """Reads frames from a pipe whose other end is not trusted: bounded in bytes and in time."""

    def __init__(self, descriptor: int, limit: int, deadline: float) -> None:
        self._descriptor = descriptor
        self._left = limit
        self._deadline = deadline
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLIN)

    def next(self) -> dict[str, Any] | None:
        """Return the next object, or None at the end of the pipe.

        Raises TimedOut past the deadline, Oversized past the limit, ValueError for what is not JSON.
        """
        header = self._exactly(_LENGTH.size)
        if header is None:
            return None
        (length,) = _LENGTH.unpack(header)
        body = self._exactly(length)
        if body is None:
            return None
        message = json.loads(body)
        if not isinstance(message, dict):
            raise ValueError("a frame must be a JSON object")
        return message

    def _exactly(self, count: int) -> bytes | None:
        if count > self._left:
            raise Oversized(f"the child announced {count} bytes, {self._left} are left of its allowance")
        self._left -= count
        collected = bytearray()
        while len(collected) < count:
            remaining = self._deadline - time.monotonic()
            if remaining <= 0 or not self._poll.poll(remaining * 1000):
                raise TimedOut
            piece = os.read(self._descriptor, count - len(collected))
            if not piece:
                return None
            collected += piece
        return bytes(collected)
