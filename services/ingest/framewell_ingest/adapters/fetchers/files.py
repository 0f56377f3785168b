"""file: URIs, inside folders that the operator allowed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from framewell_contracts.media_addresses import MediaAddress
from framewell_ingest.domain.verdicts import FORBIDDEN, UNREACHABLE, Refused
from framewell_ingest.ports import Source


@dataclass(frozen=True, slots=True)
class FileFetcher:
    """Files under `roots`, read where they lie. A link that leads outside is outside."""

    roots: tuple[Path, ...]

    @asynccontextmanager
    async def fetch(self, address: MediaAddress) -> AsyncIterator[Source]:
        path = self._resolved(address.open_form())
        yield Source(path, _text(path.name))

    def _resolved(self, uri: str) -> Path:
        parts = urlsplit(uri)
        if parts.netloc not in ("", "localhost"):
            raise Refused(
                FORBIDDEN,
                f"{uri!r} names the host {parts.netloc!r}; a file: URI begins with file:/// and a path.",
            )
        # A name may be bytes that are no UTF-8, as old archives have them.
        wanted = Path(unquote(parts.path, errors="surrogateescape"))
        if not wanted.is_absolute() or "\0" in parts.path or "%00" in parts.path:
            raise Refused(FORBIDDEN, f"{uri!r} holds no absolute path.")
        path = wanted.resolve()
        # Of what is outside the roots a sender learns nothing, not even whether there is such a file.
        if not any(path.is_relative_to(root.resolve()) for root in self.roots):
            named = ", ".join(str(root) for root in self.roots) or "none"
            raise Refused(
                FORBIDDEN,
                f"{_text(wanted)} is outside the folders this mesh may read (FRAMEWELL_INGEST_ROOTS: "
                f"{named}). Move the file there, or upload it.",
            )
        try:
            if not path.exists():
                raise Refused(UNREACHABLE, f"There is no file {_text(wanted)}.")
            if not path.is_file():
                raise Refused(UNREACHABLE, f"{_text(wanted)} is no regular file.")
        except OSError as error:  # a name that is too long, a folder that may not be looked into
            raise Refused(UNREACHABLE, f"{_text(wanted)} cannot be read: {error.strerror}.") from error
        return path


def _text(path: Path | str) -> str:
    """Return a path as a message can carry it: bytes that are no UTF-8 become marks of replacement."""
    return str(path).encode(errors="surrogateescape").decode(errors="replace")
