"""Sending a file in pieces, so that it goes on after a break: a client of tus 1.0.0.

tuspy and aiotus were considered: they neither check pieces by SHA-256 nor say where they stand.
"""

import time
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol
from urllib.parse import quote

import httpx

from framewell_client.errors import ClientError, Refused, Unreachable

PATH: Final = "/v1/uploads/resumable"
PIECE_BYTES: Final = 16 << 20
"""A piece arrives whole and unchanged, or is sent again."""
GO_ON_SECONDS: Final = 60.0
"""How long an upload goes on without anything of it arriving, until it is given up."""

_PAUSE_SECONDS: Final = 0.5
_TIMEOUT: Final = httpx.Timeout(600.0, connect=5.0)  # the last piece is answered when the whole is stored
_WRONG_CHECKSUM: Final = 460
_AGAIN: Final = (
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.CONFLICT,
    _WRONG_CHECKSUM,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
_VERSION: Final = {"tus-resumable": "1.0.0"}

OnBytes = Callable[[int], None]
OnUri = Callable[[str], None]


class Ask(Protocol):
    """Sends one request; raises Unreachable where nothing answers, Refused where the answer is a problem."""

    def __call__(self, method: str, path: str, **request: Any) -> httpx.Response: ...


def send_file(
    ask: Ask, path: Path, *, uri: str = "", on_bytes: OnBytes | None = None, on_uri: OnUri | None = None
) -> dict[str, Any]:
    """Send a file and return `{uri, size, sha256}`; go on with the upload `uri` if it is still known.

    `on_uri` gets the name of the upload before the first byte is sent, `on_bytes` the number of bytes that
    have arrived. A break is waited out for a minute. Raises ClientError for a file that changed meanwhile.
    """
    size = path.stat().st_size
    known, offset = _known(ask, uri, size)
    if not known:
        known = _created(ask, path, size)
    if on_uri is not None:
        on_uri(known)
    with path.open("rb") as file:
        digest = _Digest(file)
        quiet_since = time.monotonic()
        while offset < size:
            digest.up_to(offset)
            arrived = _sent(ask, known, offset, _piece(file, offset, path))
            if arrived > offset:
                quiet_since = time.monotonic()
            elif time.monotonic() - quiet_since > GO_ON_SECONDS:
                raise Unreachable(f"{path.name}: nothing of it arrives for {GO_ON_SECONDS:g} s")
            else:
                time.sleep(_PAUSE_SECONDS)
            offset = arrived
            if on_bytes is not None:
                on_bytes(offset)
        digest.up_to(size)
    answer = ask("GET", _place(known), headers=_VERSION, timeout=_TIMEOUT).json()
    if answer["sha256"] != digest.value:
        ask("DELETE", _place(known), headers=_VERSION)
        raise ClientError(f"{path.name} changed while it was sent: send it again")
    return {name: answer[name] for name in ("uri", "size", "sha256")}


class _Digest:
    """The SHA-256 of a file as far as it has arrived; every byte is read from the disk once more for it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._digest, self._at = file, sha256(), 0

    def up_to(self, offset: int) -> None:
        """Take the bytes before an offset into account; one further back begins anew."""
        if offset < self._at:
            self._digest, self._at = sha256(), 0
        self._file.seek(self._at)
        while self._at < offset:
            block = self._file.read(min(1 << 20, offset - self._at))
            if not block:
                break
            self._digest.update(block)
            self._at += len(block)

    @property
    def value(self) -> str:
        """Return it in hexadecimal digits."""
        return self._digest.hexdigest()


def _known(ask: Ask, uri: str, size: int) -> tuple[str, int]:
    """Return an earlier upload of so many bytes, and how much of it has arrived; '' where there is none."""
    if not uri:
        return "", 0
    try:
        found = ask("GET", _place(uri), headers=_VERSION, timeout=_TIMEOUT).json()
    except Refused as refused:
        if refused.status != HTTPStatus.NOT_FOUND:
            raise
        return "", 0
    return (uri, int(found["offset"])) if found["size"] == size else ("", 0)


def _created(ask: Ask, path: Path, size: int) -> str:
    name = path.name.encode(errors="surrogateescape").decode(errors="replace")
    metadata = f"filename {b64encode(name.encode()).decode()}"
    headers = {**_VERSION, "upload-length": str(size), "upload-metadata": metadata}
    return str(ask("POST", PATH, headers=headers).json()["uri"])


def _piece(file: BinaryIO, offset: int, path: Path) -> bytes:
    file.seek(offset)
    piece = file.read(PIECE_BYTES)
    if not piece:
        raise ClientError(f"{path.name} became shorter while it was sent: send it again")
    return piece


def _sent(ask: Ask, uri: str, offset: int, piece: bytes) -> int:
    """Send a piece; return how much of the upload has arrived then, also where the answer was lost."""
    checksum = b64encode(sha256(piece).digest()).decode()
    headers = {
        **_VERSION,
        "content-type": "application/offset+octet-stream",
        "upload-offset": str(offset),
        "upload-checksum": f"sha256 {checksum}",
    }
    try:
        answer = ask("PATCH", _place(uri), content=piece, headers=headers, timeout=_TIMEOUT)
    except Unreachable:
        return _offset(ask, uri, offset)
    except Refused as refused:
        if refused.status not in _AGAIN:
            raise
        return _offset(ask, uri, offset)
    return int(answer.headers["upload-offset"])


def _offset(ask: Ask, uri: str, before: int) -> int:
    """Return how much has arrived; while nobody can be asked, as much as before."""
    try:
        answer = ask("GET", _place(uri), headers=_VERSION, timeout=_TIMEOUT)
    except Unreachable:
        return before
    except Refused as refused:
        if refused.status not in _AGAIN:
            raise
        return before
    return int(answer.json()["offset"])


def _place(uri: str) -> str:
    return f"{PATH}/{quote(uri, safe='')}"
