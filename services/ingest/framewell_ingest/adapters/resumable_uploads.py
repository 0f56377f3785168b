"""Uploads that go on after a break: parts as objects, each named by one document, until they are one object.

Every part is stored and noted before more of the upload is taken, so any replica goes on where another one
died, and what was acknowledged is never sent again. tusd and tuspyserver keep parts on the disk of one
server, which a mesh of several replicas does not have.
"""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final, cast
from uuid import uuid4

from framewell.media.v1.media_pb2 import ObjectRef
from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_contracts.sentences import say
from framewell_ingest.adapters.original_objects import UNKNOWN_TYPE
from framewell_ingest.adapters.upload_documents import (
    COLLECTION,
    UploadDocuments,
    too_large,
    unknown_upload,
)
from framewell_ingest.domain.upload_owners import may_cancel, may_use
from framewell_ingest.ports import Checksum, Upload
from framewell_kit.documents import Document, Documents
from framewell_kit.full_disk import full_disk_is_busy
from framewell_kit.object_references import ObjectReferences
from framewell_kit.objects import Objects
from framewell_kit.outcomes import Busy, Conflict, NotFound, Rejected

PART_BYTES: Final = 8 << 20
_MOST_PARTS: Final = 10_000
"""Of one upload, as S3 has it: an upload is sent in pieces of useful length."""
_READ_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class ResumableUploads:
    """ResumableUploadRepository on documents and objects; what is complete is an upload of `whole`."""

    whole: UploadDocuments
    most_open: int

    async def create(self, name: str, size: int, digest: str, by: Actor) -> Upload:
        if size > self.whole.most_bytes:
            raise too_large(size, self.whole.most_bytes)
        if size < 1:
            raise Rejected(say("empty.upload", "the upload is empty (0 bytes)"))
        if await self._documents.count(COLLECTION, {"open": True}) >= self.most_open:
            raise Busy(
                say("uploads_open", "{most} uploads are under way, as many as may be", most=self.most_open),
                retry_after=60,
            )
        document = {
            "_id": f"upload:{uuid4()}",
            "owner": by.principal,
            "open": True,
            "name": name[:255],
            "size": size,
            "expected": digest,
            "at": self._now,
        }
        await self._documents.insert_once(COLLECTION, document)
        return self._upload(document, 0)

    async def append(
        self, uri: str, offset: int, pieces: AsyncIterator[bytes], by: Actor, checksum: Checksum | None = None
    ) -> Upload:
        upload = await self._usable(uri, by)
        parts = await self._parts(uri)
        arrived = upload["size"] if "object" in upload else _end(parts)
        if offset != arrived:
            raise Conflict(
                say(
                    "upload_offset",
                    "{arrived} bytes of {uri} have arrived, not {offset}: go on from there",
                    arrived=arrived,
                    uri=uri,
                    offset=offset,
                )
            )
        appending = _Appending(self, upload, parts, checksum)
        try:
            async for piece in pieces:
                await appending.take(piece)
        except Exception:  # what has arrived is kept, whatever kept the rest from it
            await appending.end(whole=False)
            raise
        await appending.end(whole=True)
        return await self.get(uri, by)

    async def get(self, uri: str, by: Actor) -> Upload:
        upload = await self._usable(uri, by)
        if "object" not in upload:
            parts = await self._parts(uri)
            if _end(parts) < upload["size"]:
                return self._upload(upload, _end(parts))
            upload = await self._completed(upload, parts)
        return self._upload(upload, upload["size"])

    async def delete(self, uri: str, by: Actor) -> None:
        upload = await self._known(uri)
        if not may_cancel(by, upload.get("owner", "")):
            raise unknown_upload(uri)
        await self.whole.forget(uri)

    async def store(self, upload: Document, offset: int, content: bytes) -> Document:
        """Store a part, held by the upload; return the document that will name it."""
        ref = await self._objects.put(content, media_type=UNKNOWN_TYPE)
        await self._references.hold(upload["_id"], [ref])
        return {
            "_id": f"{upload['_id']} {offset:015d}",
            "upload": upload["_id"],
            "offset": offset,
            "end": offset + len(content),
            "object": ref.SerializeToString(),
        }

    async def note(self, upload: Document, parts: Sequence[Document]) -> None:
        """Name parts, in order. Raises Conflict where others came first, NotFound once it was let go of."""
        for part in parts:
            if not await self._documents.insert_once(COLLECTION, part):
                raise Conflict(
                    say(
                        "upload_appended",
                        "somebody else appends to {uri}: ask for its offset and go on there",
                        uri=upload["_id"],
                    )
                )
        if await self._documents.update(COLLECTION, upload["_id"], {"$set": {"at": self._now}}) is None:
            await self.whole.forget(upload["_id"])
            raise unknown_upload(upload["_id"])

    async def release_unnamed(self, uri: str, parts: Iterable[Document]) -> None:
        """Let go of the objects of parts that no document names."""
        named = {_ref(part).key for part in await self._parts(uri)}
        await self._references.release(uri, {_ref(part).key for part in parts} - named)

    async def _completed(self, upload: Document, parts: Sequence[Document]) -> Document:
        """Make one object of all parts; return the upload's document. Raises Rejected for a wrong hash."""
        uri, refs = upload["_id"], [_ref(part) for part in parts]
        try:
            whole = refs[0] if len(refs) == 1 else await self._joined(refs)
        except NotFound:  # another call has completed it meanwhile, or it was let go of
            upload = await self._known(uri)
            if "object" not in upload:
                raise
            return upload
        if upload["expected"] and upload["expected"] != whole.sha256:
            await self.whole.forget(uri)
            await self._references.discard(whole)
            raise Rejected(
                say(
                    "wrong_hash.announced",
                    "the upload's SHA-256 is {found}, announced was {announced}: send it anew",
                    found=whole.sha256,
                    announced=upload["expected"],
                ),
            )
        await self._references.hold(uri, [whole])
        change = {"$set": {"object": whole.SerializeToString(), "open": False, "at": self._now}}
        upload = await self._documents.update(COLLECTION, uri, change) or await self._known(uri)
        await self._references.release(uri, {ref.key for ref in refs} - {whole.key})
        await self._documents.delete_where(COLLECTION, {"upload": uri})
        return upload

    async def _joined(self, refs: Sequence[ObjectRef]) -> ObjectRef:
        with tempfile.NamedTemporaryFile(dir=self.whole.scratch, prefix="upload-") as file:
            for ref in refs:
                async with self._objects.local(ref) as path:
                    await asyncio.to_thread(self._copy, path, cast(BinaryIO, file))
            file.flush()
            return await self._objects.put_file(Path(file.name), media_type=UNKNOWN_TYPE)

    def _copy(self, path: Path, target: BinaryIO) -> None:
        with full_disk_is_busy("an upload", self.whole.scratch), path.open("rb") as source:
            shutil.copyfileobj(source, target, _READ_BYTES)

    async def _usable(self, uri: str, by: Actor) -> Document:
        upload = await self._known(uri)
        if not may_use(by, upload.get("owner", "")):
            raise unknown_upload(uri)
        return upload

    async def _known(self, uri: str) -> Document:
        found = await self._documents.get(COLLECTION, uri)
        if found is None or "upload" in found:
            raise unknown_upload(uri)
        if "size" not in found:  # it was sent in one go
            found["size"] = _ref(found).size
        return found

    async def _parts(self, uri: str) -> list[Document]:
        return await self._documents.find(COLLECTION, {"upload": uri}, sort=[("offset", 1)])

    def _upload(self, document: Document, offset: int) -> Upload:
        digest = _ref(document).sha256 if "object" in document else ""
        return Upload(document["_id"], document["size"], offset, digest, document["at"] + self.whole.keep)

    @property
    def _documents(self) -> Documents:
        return self.whole.documents

    @property
    def _objects(self) -> Objects:
        return self.whole.objects

    @property
    def _references(self) -> ObjectReferences:
        return self.whole.references

    @property
    def _now(self) -> datetime:
        return self.whole.clock.now()


class _Appending:
    """Bytes on their way into one upload: noted part by part or, with a checksum, all of them or none."""

    def __init__(
        self,
        uploads: ResumableUploads,
        upload: Document,
        parts: Sequence[Document],
        checksum: Checksum | None,
    ) -> None:
        self._uploads, self._upload = uploads, upload
        self._offset, self._count = _end(parts) if "object" not in upload else upload["size"], len(parts)
        self._checksum = checksum
        self._digest = hashlib.new(checksum.algorithm, usedforsecurity=False) if checksum else None
        self._part_bytes = max(PART_BYTES, -(-upload["size"] // (_MOST_PARTS // 2)))
        self._buffer = bytearray()
        self._unnamed: list[Document] = []

    async def take(self, piece: bytes) -> None:
        """Take the next bytes. Raises Rejected for more than were announced, or in too many parts."""
        if self._offset + len(self._buffer) + len(piece) > self._upload["size"]:
            raise too_large(self._offset + len(self._buffer) + len(piece), self._upload["size"])
        if self._digest is not None:
            self._digest.update(piece)
        self._buffer += piece
        while len(self._buffer) >= self._part_bytes:
            await self._store(self._part_bytes)

    async def end(self, *, whole: bool) -> None:
        """Keep what has arrived; with a checksum all of it, unchanged, or nothing. Raises Rejected."""
        try:
            if self._checksum is None or (whole and self._matches):
                if self._buffer:
                    await self._store(len(self._buffer))
                await self._uploads.note(self._upload, self._unnamed)
                self._unnamed = []
            elif whole:
                raise Rejected(
                    say("wrong_checksum", "the checksum is not that of the bytes: send them again")
                )
        finally:
            if self._unnamed:
                await self._uploads.release_unnamed(self._upload["_id"], self._unnamed)

    @property
    def _matches(self) -> bool:
        return (
            self._digest is not None and self._digest.digest() == (self._checksum or Checksum("", b"")).digest
        )

    async def _store(self, length: int) -> None:
        if self._count >= _MOST_PARTS:
            raise Rejected(
                say("too_many", "the upload came in too many pieces: begin anew, with larger ones")
            )
        part = await self._uploads.store(self._upload, self._offset, bytes(self._buffer[:length]))
        del self._buffer[:length]
        self._offset, self._count = part["end"], self._count + 1
        self._unnamed.append(part)
        if self._checksum is None:
            await self._uploads.note(self._upload, self._unnamed)
            self._unnamed = []


def _end(parts: Sequence[Document]) -> int:
    """Return how many bytes have arrived without a hole."""
    end = 0
    for part in parts:
        if part["offset"] != end:
            break
        end = part["end"]
    return end


def _ref(document: Document) -> ObjectRef:
    return ObjectRef.FromString(bytes(document["object"]))
