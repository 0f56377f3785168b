"""upload: URIs, for files that were sent over gRPC and wait for their request."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final
from uuid import uuid4

from framewell.media.v1.media_pb2 import ObjectRef
from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_contracts.media_addresses import MediaAddress
from framewell_contracts.sentences import say
from framewell_ingest.adapters.original_objects import UNKNOWN_TYPE
from framewell_ingest.domain.upload_owners import may_use
from framewell_ingest.domain.verdicts import UNREACHABLE, Refused
from framewell_ingest.ports import Source
from framewell_kit.clock import Clock
from framewell_kit.documents import Documents
from framewell_kit.object_references import ObjectReferences
from framewell_kit.objects import Objects
from framewell_kit.outcomes import NotFound, Rejected

COLLECTION: Final = "uploads"


@dataclass(frozen=True, slots=True)
class UploadDocuments:
    """UploadRepository and Fetcher: objects, each held by the document that names it, for `keep`."""

    documents: Documents
    objects: Objects
    references: ObjectReferences
    clock: Clock
    scratch: Path
    most_bytes: int
    keep: timedelta

    async def prepare(self) -> None:
        """Make the indexes that uploads are found by."""
        for field in ("upload", "open", "at"):
            await self.documents.ensure_index(COLLECTION, [field])

    async def receive(
        self, pieces: AsyncIterator[bytes], name: str, size: int, digest: str, by: Actor
    ) -> tuple[str, ObjectRef]:
        if size > self.most_bytes:
            raise too_large(size, self.most_bytes)
        with tempfile.NamedTemporaryFile(dir=self.scratch, prefix="upload-") as file:
            received, hashed = 0, sha256()
            async for piece in pieces:
                received += len(piece)
                if received > (size or self.most_bytes):
                    raise too_large(received, size or self.most_bytes)
                hashed.update(piece)
                file.write(piece)
            file.flush()
            if size and received != size:
                raise Rejected(
                    say(
                        "cut_off",
                        "the upload ended after {received, number} of {size, number} bytes",
                        received=received,
                        size=size,
                    )
                )
            if digest and digest.lower() != hashed.hexdigest():
                raise Rejected(
                    say(
                        "wrong_hash",
                        "the upload's SHA-256 is {found}, announced was {announced}",
                        found=hashed.hexdigest(),
                        announced=digest,
                    )
                )
            if not received:
                raise Rejected(say("empty.upload", "the upload is empty (0 bytes)"))
            ref = await self.objects.put_file(Path(file.name), media_type=UNKNOWN_TYPE)
        uri = f"upload:{uuid4()}"
        await self.references.hold(uri, [ref])
        await self.documents.insert_once(
            COLLECTION,
            {
                "_id": uri,
                "owner": by.principal,
                "object": ref.SerializeToString(),
                "name": name[:255],
                "at": self.clock.now(),
            },
        )
        return uri, ref

    @asynccontextmanager
    async def fetch(self, address: MediaAddress) -> AsyncIterator[Source]:
        found = await self.documents.get(COLLECTION, _named(address.open_form()))
        if found is None:
            raise Refused(
                UNREACHABLE,
                say(
                    "fetch.no_upload",
                    "There is no upload {address}: its time is over, or it never was. Upload again.",
                    address=repr(address),
                ),
            )
        if "object" not in found:
            raise Refused(
                UNREACHABLE,
                say(
                    "fetch.part_of_upload",
                    "The upload {address} is not complete. Send the rest, then ask again.",
                    address=repr(address),
                ),
            )
        ref = ObjectRef.FromString(bytes(found["object"]))
        async with self.objects.local(ref) as path:
            yield Source(path, found["name"], stored=ref)

    async def require_usable(self, uri: str, by: Actor) -> None:
        found = await self.documents.get(COLLECTION, _named(uri)) if _is_upload(uri) else None
        if found is not None and not may_use(by, found.get("owner", "")):
            raise unknown_upload(uri)

    async def forget(self, uri: str) -> bool:
        await self.references.release(uri)
        await self.documents.delete_where(COLLECTION, {"upload": uri})
        return await self.documents.delete(COLLECTION, uri)

    async def forget_old(self) -> int:
        old = await self.documents.find(COLLECTION, {"at": {"$lt": self.clock.now() - self.keep}})
        for upload in old:
            await self.forget(upload["_id"])
        return len(old)


def unknown_upload(uri: str) -> NotFound:
    """Return the refusal of an upload that is not there, or not for whoever asks: the two read alike."""
    return NotFound(
        say(
            "upload_unknown",
            "there is no upload {uri}: its time is over, or it never was. Begin anew.",
            uri=f"{uri[:100]!r}",
        )
    )


def _is_upload(uri: str) -> bool:
    return uri.partition(":")[0].lower() == "upload"


def _named(uri: str) -> str:
    """Return the name that an upload is kept by: a scheme may be written in capitals, too."""
    return f"upload:{uri.partition(':')[2]}"


def too_large(size: int, most: int) -> Rejected:
    """Return the refusal of an upload of that length."""
    return Rejected(
        say(
            "too_large.upload",
            "the upload has {size, number} bytes; at most {most, number} are taken",
            size=size,
            most=most,
        )
    )
