"""What stands around the messages of a call: metadata, deadlines and statuses, as HTTP/2 headers and back.

https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
"""

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import quote_from_bytes

from framewell_gateway.entrypoints.grpc.framing import ACCEPTED_ENCODINGS
from framewell_gateway.entrypoints.grpc.refusal import CallRefused
from framewell_gateway.entrypoints.http2.streams import Header
from framewell_gateway.ports.relay import CallEnd, Code, Metadata

_UNITS: Final = {"H": 3600.0, "M": 60.0, "S": 1.0, "m": 1e-3, "u": 1e-6, "n": 1e-9}
_TIMEOUT: Final = re.compile(r"([0-9]{1,8})([HMSmun])")
_KEY: Final = re.compile(r"[0-9a-z_.-]+")
# Of the connection and of gRPC itself, made anew for the way to the service.
_OF_TRANSPORT: Final = frozenset(
    {"te", "content-type", "content-length", "user-agent", "host", "accept-encoding"}
)
# Who calls is found out here; what says so from outside is dropped.
_OF_MESH: Final = ("authorization", "cookie", "framewell-", "x-forwarded-", "forwarded", "proxy-")
_MOST_MESSAGE_LETTERS: Final = 4096
# Letters that stand in a status message as they are: printable ASCII but for the percent sign.
_PLAIN: Final = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) != "%")


def text_headers(headers: Iterable[Header]) -> dict[str, str]:
    """Return the headers as text, the last of each name."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}


def seconds_of(timeout: str) -> float | None:
    """Return the time that a caller gives a call, None when it gives none. Raises CallRefused."""
    if not timeout:
        return None
    found = _TIMEOUT.fullmatch(timeout)
    if not found:
        raise CallRefused(Code.INVALID_ARGUMENT, f"grpc-timeout {timeout[:20]!r} is no time")
    return int(found[1]) * _UNITS[found[2]]


def metadata_of(headers: Sequence[Header]) -> list[tuple[str, str | bytes]]:
    """Return what a caller sends along to the service. Raises CallRefused for what cannot be metadata."""
    metadata: list[tuple[str, str | bytes]] = []
    for raw_name, raw_value in headers:
        name = raw_name.decode("latin-1")
        if name.startswith((":", "grpc-", *_OF_MESH)) or name in _OF_TRANSPORT:
            continue
        if not _KEY.fullmatch(name):
            raise CallRefused(Code.INVALID_ARGUMENT, f"{name[:40]!r} is no name of metadata")
        metadata += [(name, value) for value in _values(name, raw_value)]
    return metadata


def _values(name: str, value: bytes) -> list[str] | list[bytes]:
    if name.endswith("-bin"):
        try:
            return [_decoded(one.strip()) for one in value.split(b",")]
        except binascii.Error:
            raise CallRefused(Code.INVALID_ARGUMENT, f"{name[:40]} is no Base64") from None
    if not all(0x20 <= byte <= 0x7E for byte in value):
        sentence = f"{name[:40]} has letters outside ASCII: names that end in -bin take bytes"
        raise CallRefused(Code.INVALID_ARGUMENT, sentence)
    return [value.decode("ascii")]


def _decoded(value: bytes) -> bytes:
    return base64.b64decode(value + b"=" * (-len(value) % 4), validate=True)


def answer_headers(initial: Metadata = ()) -> list[Header]:
    """Return the headers before the first message of an answer."""
    return [
        (b":status", b"200"),
        (b"content-type", b"application/grpc"),
        (b"grpc-accept-encoding", ACCEPTED_ENCODINGS.encode()),
        *_as_headers(initial),
    ]


def trailers(end: CallEnd) -> list[Header]:
    """Return how a call ended, as the last headers of its stream."""
    status = [(b"grpc-status", str(int(end.code)).encode())]
    if end.message:
        message = end.message[:_MOST_MESSAGE_LETTERS].encode("utf-8", "replace")
        status.append((b"grpc-message", quote_from_bytes(message, safe=_PLAIN).encode()))
    return [*status, *_as_headers(end.trailing)]


def _as_headers(metadata: Metadata) -> list[Header]:
    headers = []
    for name, value in metadata:
        if name.startswith((":", "grpc-")) and name != "grpc-status-details-bin":
            continue
        raw = base64.b64encode(value).rstrip(b"=") if isinstance(value, bytes) else value.encode("latin-1")
        headers.append((name.encode("ascii"), raw))
    return headers
