"""s3: URIs, from buckets that the operator allowed."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import S3Store

from framewell_contracts.media_addresses import MediaAddress
from framewell_contracts.sentences import say
from framewell_ingest.domain.verdicts import FORBIDDEN, TOO_LARGE, UNREACHABLE, Refused, SourceUnavailable
from framewell_ingest.ports import Source

_TRY_AGAIN_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class BucketFetcher:
    """Downloads from `buckets` into `scratch`. Access and endpoint come from the AWS_* variables."""

    scratch: Path
    buckets: tuple[str, ...]
    most_bytes: int

    @asynccontextmanager
    async def fetch(self, address: MediaAddress) -> AsyncIterator[Source]:
        parts = urlsplit(address.open_form())
        key = unquote(parts.path.lstrip("/"))
        if parts.netloc not in self.buckets:
            named = ", ".join(self.buckets) or "none"
            raise Refused(
                FORBIDDEN,
                say(
                    "fetch.bucket",
                    "The bucket {bucket} is not read by this mesh (FRAMEWELL_INGEST_BUCKETS: {known}).",
                    bucket=repr(parts.netloc),
                    known=named,
                ),
            )
        if not key:
            raise Refused(
                UNREACHABLE,
                say("fetch.no_key", "{address} names a bucket and no object in it.", address=repr(address)),
            )
        with tempfile.NamedTemporaryFile(dir=self.scratch, prefix="s3-") as file:
            await self._download(S3Store(parts.netloc), key, address, file)
            yield Source(Path(file.name), PurePosixPath(key).name)

    async def _download(self, store: S3Store, key: str, address: MediaAddress, file: Any) -> None:
        try:
            found = await obstore.get_async(store, key)
            size = int(found.meta["size"])
            if size > self.most_bytes:
                raise Refused(
                    TOO_LARGE,
                    say(
                        "fetch.large",
                        "{address} has {size, number} bytes; this mesh takes in at most {most, number}.",
                        address=address,
                        size=size,
                        most=self.most_bytes,
                    ),
                )
            async for block in found.stream(min_chunk_size=8 << 20):
                await asyncio.to_thread(file.write, block)
            file.flush()
        except (FileNotFoundError, NotFoundError) as error:
            said = say("fetch.no_object", "There is no object {address}.", address=address)
            raise Refused(UNREACHABLE, said) from error
        except BaseError as error:
            said = say(
                "fetch.not_read", "{address} cannot be read: {why}", address=address, why=str(error)[:300]
            )
            raise SourceUnavailable(said, _TRY_AGAIN_SECONDS) from error
