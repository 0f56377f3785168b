"""Model folders that arrive as a stream: a header, then pieces, written to disk as they come."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeVar

from framewell.inference.v1 import inference_service_pb2 as api
from framewell_contracts.sentences import say
from framewell_kit.full_disk import full_disk_is_busy
from framewell_kit.outcomes import Rejected
from framewell_kit.pace import Pace, Stalled
from framewell_models.manifest import ManifestError
from framewell_models.manifest_reader import check_file_name

M = TypeVar("M", api.UploadModelRequest, api.TryModelRequest)

PIECE_BYTES: Final = 1 << 20
"""Longest piece of a file."""

PICTURE_BYTES: Final = 4 << 20


@dataclass(frozen=True, slots=True)
class ArrivedFolder:
    """A folder that has arrived, and the picture that came with it (empty: none)."""

    manifest: bytes
    files: Path
    picture: bytes = b""


@dataclass(frozen=True, slots=True)
class FolderStreams:
    """Writes folders of at most `most_bytes` below `scratch`; never more than a piece is in memory."""

    scratch: Path
    most_bytes: int

    @asynccontextmanager
    async def arrived(self, messages: AsyncIterator[M]) -> AsyncIterator[ArrivedFolder]:
        """Yield the folder of a stream once it is whole; it goes with the context.

        Raises Rejected for a stream of another order, too long or too slow, Busy when the disk is full.
        """
        pace, parts = Pace(stall_seconds=60.0, grace_seconds=120.0), aiter(messages)
        first = await _next(parts, pace)
        if first is None or first.WhichOneof("part") != "header":
            raise Rejected(say("no_header.model", "the first message of a model is its header"))
        with self._folder() as folder:
            picture = await self._write(folder, parts, pace)
            yield ArrivedFolder(bytes(first.header.manifest), folder, picture)

    @asynccontextmanager
    async def of(self, manifest: bytes, files: Mapping[str, bytes]) -> AsyncIterator[ArrivedFolder]:
        """Yield a folder that arrived in one message. Raises Rejected for a file of no loadable type."""
        with self._folder() as folder:
            for name, data in files.items():
                path = _path(folder, name)
                await asyncio.to_thread(path.write_bytes, data)
            yield ArrivedFolder(manifest, folder)

    @contextmanager
    def _folder(self) -> Iterator[Path]:
        with (
            full_disk_is_busy("scratch", self.scratch),
            tempfile.TemporaryDirectory(dir=self.scratch, prefix="model-") as folder,
        ):
            yield Path(folder)

    async def _write(self, folder: Path, parts: AsyncIterator[Any], pace: Pace) -> bytes:
        """Write every piece; return the picture that came last, empty without one."""
        written, current = 0, ""
        file: BinaryIO | None = None
        try:
            while (message := await _next(parts, pace)) is not None:
                if message.WhichOneof("part") == "picture":
                    return await _last(parts, pace, message.picture)
                piece = _piece(message)
                written += len(piece.data)
                if written > self.most_bytes:
                    most = f"{self.most_bytes >> 20} MiB (FRAMEWELL_INFERENCE_MODEL_MIB)"
                    raise Rejected(say("too_large.model", "the model has more than {most}", most=most))
                if piece.file != current:
                    _close(file)
                    file, current = _create(_path(folder, piece.file)), piece.file
                assert file is not None
                await asyncio.to_thread(file.write, piece.data)
        finally:
            _close(file)
        return b""


def _piece(message: Any) -> api.ModelPiece:
    if message.WhichOneof("part") != "piece":
        raise Rejected(
            say("second_header.model", "behind the header of a model there are only pieces of its files")
        )
    if len(message.piece.data) > PIECE_BYTES:
        raise Rejected(
            say("too_large.piece", "a piece of a file has at most {most} MiB", most=PIECE_BYTES >> 20)
        )
    piece: api.ModelPiece = message.piece
    return piece


async def _last(parts: AsyncIterator[Any], pace: Pace, picture: bytes) -> bytes:
    if len(picture) > PICTURE_BYTES:
        raise Rejected(say("too_large.picture", "a picture has at most {most} MiB", most=PICTURE_BYTES >> 20))
    if await _next(parts, pace) is not None:
        raise Rejected(say("second_header.picture", "behind the picture there is nothing"))
    return picture


async def _next(parts: AsyncIterator[M], pace: Pace) -> M | None:
    """Return the next part, None behind the last. Raises Rejected when it does not come in time."""
    try:
        return await pace.arrives(anext(parts, None), lambda part: b"" if part is None else part.piece.data)
    except Stalled as stalled:
        raise Rejected(say("stalled.model", "the model is not complete: {why}", why=stalled.reason)) from None


def _path(folder: Path, name: str) -> Path:
    """Return where a file goes. Raises Rejected for a name that leads elsewhere or is of no loadable type."""
    try:
        return folder / check_file_name(name, "the folder")
    except ManifestError as error:
        raise Rejected(
            say("bad_model.folder", "the model folder cannot be taken in: {why}", why=error)
        ) from error


def _create(path: Path) -> BinaryIO:
    try:
        return path.open("xb")
    except FileExistsError:
        raise Rejected(
            say("bad_order.pieces", "the pieces of {path} do not come one after the other", path=path.name)
        ) from None


def _close(file: BinaryIO | None) -> None:
    if file is not None:
        file.close()
