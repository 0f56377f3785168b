"""What a hostile file would try, tried on purpose: for `framewell doctor` and for the tests."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

from framewell_media.sandbox.registry import Answer, JobFiles, Parameters, media_job


def _connect() -> None:
    socket.socket(socket.AF_INET, socket.SOCK_STREAM).close()


def _send_datagram() -> None:
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()


def _unix_socket() -> None:
    socket.socket(socket.AF_UNIX, socket.SOCK_STREAM).close()


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


ATTEMPTS: dict[str, Callable[[], object]] = {
    "read a file": lambda: Path("/etc/passwd").read_bytes(),
    "write a file": lambda: Path("/tmp/framewell-self-check").write_bytes(b""),  # noqa: S108 - refused, that is the point
    "list a folder": lambda: os.listdir("/"),  # noqa: PTH208
    "ask about a file": lambda: Path("/etc/passwd").stat(),
    "open a TCP socket": _connect,
    "open a UDP socket": _send_datagram,
    "open a unix socket": _unix_socket,
    "start a process": _fork,
    "execute a program": lambda: os.execv("/bin/true", ["true"]),  # noqa: S606
    "signal its parent": lambda: os.kill(os.getppid(), 0),
}


@media_job("self_check")
def self_check(files: JobFiles, parameters: Parameters) -> Answer:  # noqa: ARG001 - the shape of a job
    """Try everything that must be refused; return `allowed` (must be empty) and `refused` with reasons."""
    refused: dict[str, str] = {}
    allowed: list[str] = []
    for name, attempt in ATTEMPTS.items():
        try:
            attempt()
        except OSError as refusal:
            refused[name] = os.strerror(refusal.errno or 0)
        else:
            allowed.append(name)
    return {"allowed": allowed, "refused": refused}
