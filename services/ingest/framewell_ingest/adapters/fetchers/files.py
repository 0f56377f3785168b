"""file: URIs, inside folders that the operator allowed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from framewell_contracts.media_addresses import MediaAddress
from framewell_contracts.sentences import say
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
                say(
                    "fetch.file_host",
                    "{uri} names the host {host}; a file: URI begins with file:/// and a path.",
                    uri=repr(uri),
                    host=repr(parts.netloc),
                ),
            )
        # A name may be bytes that are no UTF-8, as old archives have them.
        wanted = Path(unquote(parts.path, errors="surrogateescape"))
        if not wanted.is_absolute() or "\0" in parts.path or "%00" in parts.path:
            said = say("fetch.no_path", "{uri} holds no absolute path.", uri=repr(uri))
            raise Refused(FORBIDDEN, said)
        path = wanted.resolve()
        # Of what is outside the roots a sender learns nothing, not even whether there is such a file.
        if not any(path.is_relative_to(root.resolve()) for root in self.roots):
            named = ", ".join(str(root) for root in self.roots) or "none"
            raise Refused(
                FORBIDDEN,
                say(
                    "fetch.outside",
                    "{path} is outside the folders this mesh may read (FRAMEWELL_INGEST_ROOTS: {known}). "
                    "Move the file there, or upload it.",
                    path=_text(wanted),
                    known=named,
                ),
            )
        try:
            if not path.exists():
                said = say("fetch.no_file", "There is no file {path}.", path=_text(wanted))
                raise Refused(UNREACHABLE, said)
            if not path.is_file():
                said = say("fetch.irregular", "{path} is no regular file.", path=_text(wanted))
                raise Refused(UNREACHABLE, said)
        except OSError as error:  # a name that is too long, a folder that may not be looked into
            said = say(
                "fetch.file_not_read",
                "{path} cannot be read: {why}.",
                path=_text(wanted),
                why=error.strerror,
            )
            raise Refused(UNREACHABLE, said) from error
        return path


def _text(path: Path | str) -> str:
    """Return a path as a message can carry it: bytes that are no UTF-8 become marks of replacement."""
    return str(path).encode(errors="surrogateescape").decode(errors="replace")
