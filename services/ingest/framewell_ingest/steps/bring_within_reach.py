"""Media at an address becomes an object that its asset holds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from framewell.media.v1.media_pb2 import ObjectRef
from framewell_contracts.media_addresses import MediaAddress
from framewell_contracts.sentences import Sentence, say
from framewell_ingest.domain.verdicts import FORBIDDEN, Refused, SourceUnavailable, StillGrowing
from framewell_ingest.ports import Fetcher, OriginalStore, Source
from framewell_kit.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class BringWithinReach:
    """Read media from wherever its address says, and store it unchanged.

    Every error is free of the secrets that the address may hold.
    """

    fetchers: Mapping[str, Fetcher]
    originals: OriginalStore

    @asynccontextmanager
    async def __call__(self, address: MediaAddress) -> AsyncIterator[Source]:
        """Make the media readable inside the context.

        Raises Refused when it cannot be had or may not be, SourceUnavailable when its place does not answer.
        """
        fetcher = self._fetcher(address)
        try:
            async with fetcher.fetch(address) as source:
                yield source
        except Refused as refused:
            raise Refused(refused.code, _scrubbed(refused.detail, address)) from None
        except SourceUnavailable as away:
            raise SourceUnavailable(_scrubbed(away.reason, address), away.retry_after) from None
        except Outcome:
            raise
        except Exception as error:
            shown = address.scrubbed(str(error))
            if shown == str(error):
                raise
            raise RuntimeError(f"{type(error).__name__}: {shown}") from None

    async def stored(self, asset_id: str, source: Source, *, may_be_empty: bool = False) -> ObjectRef:
        """Return the content as an object that the asset holds.

        Raises StillGrowing for a file that grows, Refused for one that is too large, or empty unless it may
        be.
        """
        try:
            ref = source.stored or await self.originals.store(source.path, may_be_empty=may_be_empty)
        except StillGrowing as growing:
            await self.originals.discard(growing.partial)
            raise
        await self.originals.hold(asset_id, ref)
        return ref

    def _fetcher(self, address: MediaAddress) -> Fetcher:
        if address.is_redacted:
            raise Refused(
                FORBIDDEN,
                say(
                    "fetch.redacted",
                    "The secret that stood in {address} is not known: ask for it again, with the whole "
                    "address.",
                    address=address,
                ),
            )
        scheme = str(address).partition(":")[0].lower()
        fetcher = self.fetchers.get(scheme)
        if fetcher is None:
            said = say(
                "fetch.no_scheme", "Media may not come from {scheme}: URIs on this mesh.", scheme=scheme
            )
            raise Refused(FORBIDDEN, said)
        return fetcher


def _scrubbed(sentence: str, address: MediaAddress) -> str:
    """Return a sentence, and what it was made of, in which no secret of an address stands."""
    if isinstance(sentence, Sentence):
        return sentence.mapped(address.scrubbed)
    return address.scrubbed(sentence)
