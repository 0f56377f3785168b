"""The files of a tar archive (POSIX ustar) while it arrives: never more than a piece of it is in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Final, NoReturn

from framewell_contracts.json_mapping import FieldProblem
from framewell_contracts.sentences import Sentence, say
from framewell_gateway.entrypoints.http.problems import InvalidRequest

PIECE_BYTES: Final = 1 << 20

_BLOCK: Final = 512
_NO_TAR: Final = say("tar.none", "it is no tar archive; compressed ones are not taken")
_FILE, _FOLDER = frozenset(b"0\0"), ord("5")
_SKIPPED: Final = frozenset(b"xg")
"""Records of the POSIX format about times and attributes of what follows; none of them is needed."""


async def files(body: AsyncIterator[bytes]) -> AsyncIterator[tuple[str, bytes]]:
    """Yield the files of one folder as (name, next bytes), an empty file once.

    The folder may be the archive itself or the one folder in it. Raises InvalidRequest for what is no such
    archive: cut off, compressed, with links or with folders inside the folder.
    """
    source, folder = _Source(body), None
    while await source.more() and (header := await source.exactly(_BLOCK)).strip(b"\0"):
        name, size, kind = _entry(header)
        if kind in _SKIPPED or kind == _FOLDER:
            await source.skip(_padded(size))
            continue
        if kind not in _FILE:
            _refuse(say("tar.no_file", "{name} is neither a file nor a folder", name=name[:100]))
        inside, _, plain = name.removeprefix("./").rpartition("/")
        if folder not in {None, inside} or "/" in inside or inside == ".." or not plain:
            said = say(
                "tar.elsewhere",
                "{name} lies elsewhere than the other files: a model is one folder",
                name=name[:100],
            )
            _refuse(said)
        folder, left = inside, size
        while True:
            piece = await source.some(min(left, PIECE_BYTES))
            yield plain, piece
            left -= len(piece)
            if not left:
                break
        await source.skip(_padded(size) - size)


@dataclass(slots=True)
class _Source:
    body: AsyncIterator[bytes]
    held: bytes = field(default=b"")

    async def more(self) -> bool:
        """Return whether the body goes on."""
        while not self.held:
            try:
                self.held = await anext(self.body)
            except StopAsyncIteration:
                return False
        return True

    async def some(self, most: int) -> bytes:
        """Return 1 to `most` bytes; none for 0. Raises InvalidRequest at the end of the body."""
        if most and not await self.more():
            _refuse(say("tar.cut", "it is cut off"))
        taken, self.held = self.held[:most], self.held[most:]
        return taken

    async def exactly(self, count: int) -> bytes:
        parts = []
        while count:
            parts.append(await self.some(count))
            count -= len(parts[-1])
        return b"".join(parts)

    async def skip(self, count: int) -> None:
        while count:
            count -= len(await self.some(min(count, PIECE_BYTES)))


def _entry(header: bytes) -> tuple[str, int, int]:
    """Return name, size and kind of the entry that a header announces."""
    try:
        checksum = int(header[148:156].strip(b"\0 "), 8)
        size = _number(header[124:136])
        name = header[:100].split(b"\0")[0].decode()
    except ValueError:
        _refuse(_NO_TAR)
    if checksum != sum(header[:148]) + 8 * 32 + sum(header[156:]):
        _refuse(_NO_TAR)
    return name, size, header[156]


def _number(field_: bytes) -> int:
    """Return a size: octal digits, or base 256 where the first bit is set, for 8 GiB and more."""
    if field_[0] & 0x80:
        return int.from_bytes(field_[1:], "big")
    return int(field_.strip(b"\0 ") or b"0", 8)


def _padded(size: int) -> int:
    return -(-size // _BLOCK) * _BLOCK


def _refuse(reason: Sentence) -> NoReturn:
    said = say("body.no_model", "the body is a tar archive of a model folder: {why}", why=reason)
    raise InvalidRequest([FieldProblem("", said)])
