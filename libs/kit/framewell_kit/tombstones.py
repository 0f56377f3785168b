"""What is gone for good: an erasure or a removal writes it down first, and every later use meets it.

A tombstone stays for as long as the store does, so that a fact that arrives late or is replayed makes nothing
new of what is gone. It holds no name: an asset and a class are known by their ids, a holder and the names of
a person by their keyed hashes (`framewell_kit.name_hashes`).
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from framewell_contracts.fact_types import fact_type
from framewell_contracts.sentences import Sentence, say
from framewell_kit.clock import Clock
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.stream.stages import AnyHandler
from framewell_kit.watched_work import until_unwanted

TOMBSTONES = "tombstones"


class Going(StrEnum):
    """How something went; what was removed may be erased later, and stays erased then."""

    REMOVED = "removed"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Tombstone:
    """Who or what is gone (`asset:<id>`, `class:<id>`, `holder:<hash>`, `name:<hash>`), how, and since when.

    `cause` is the id of the erasure, or of the event, that took it away.
    """

    subject: str
    going: Going
    cause: str
    at: datetime

    @property
    def sentence(self) -> Sentence:
        """Return in one sentence why it may not be used, without a name and without anybody's words."""
        kind = self.subject.partition(":")[0]
        return say(
            "tombstone",
            "Its {kind} was {going} on {day} and must not be used any more.",
            kind=kind,
            going=self.going,
            day=self.at.date().isoformat(),
        )


def asset_subject(asset_id: str) -> str:
    """Return how an asset stands among the tombstones."""
    return f"asset:{asset_id}"


def class_subject(class_id: str) -> str:
    """Return how a class stands among the tombstones."""
    return f"class:{class_id}"


def holder_subject(name_hash: str) -> str:
    """Return how a holder of rights stands among the tombstones: by the keyed hash of its name."""
    return f"holder:{name_hash}"


def name_subject(name_hash: str) -> str:
    """Return how a name that must not be learned again stands among the tombstones: by its keyed hash."""
    return f"name:{name_hash}"


@dataclass(frozen=True, slots=True)
class Tombstones:
    """Collection `tombstones` of one service, one document a subject. Every method raises Busy."""

    documents: Documents
    clock: Clock

    async def put(self, subject: str, going: Going, cause: str) -> Tombstone:
        """Write down that a subject is gone and return its tombstone; putting it again changes nothing.

        What was removed and is erased then is erased from then on.
        """
        new = {"_id": subject, "going": going.value, "cause": cause, "at": self.clock.now()}
        if not await self.documents.insert_once(TOMBSTONES, new) and going is Going.ERASED:
            change = {"$set": {key: value for key, value in new.items() if key != "_id"}}
            removed = {"going": Going.REMOVED.value}
            await self.documents.update(TOMBSTONES, subject, change, expect=removed)
        return _tombstone(await self.documents.get(TOMBSTONES, subject) or new)

    async def find(self, *subjects: str) -> Tombstone | None:
        """Return the tombstone of the first of these subjects that is gone, None while none is."""
        for subject in subjects:
            found = await self.documents.get(TOMBSTONES, subject)
            if found is not None:
                return _tombstone(found)
        return None

    async def of_kind(self, kind: str) -> frozenset[str]:
        """Return what is gone of one kind, e.g. all hashes of `name`."""
        bounds = {"$gte": f"{kind}:", "$lt": f"{kind};"}  # the character behind the colon
        found = await self.documents.find(TOMBSTONES, {"_id": bounds})
        return frozenset(document["_id"].removeprefix(f"{kind}:") for document in found)

    async def among(self, subjects: Sequence[str]) -> frozenset[str]:
        """Return those of the subjects that are gone, read at once."""
        found = await self.documents.find(TOMBSTONES, {"_id": {"$in": sorted(set(subjects))}})
        return frozenset(document["_id"] for document in found)


Forget = Callable[[str], Awaitable[Any]]
"""Takes away what a service holds of an asset, by its id. Repeating it finds nothing more."""


@dataclass(frozen=True, slots=True)
class UnlessGone:
    """Handle the facts of assets that are not gone, and take away what was made of one that went meanwhile.

    Whoever erases or removes an asset writes its tombstone first and looks for what there is then; here the
    tombstone is read again after the handler wrote. So either they find what was made, or it is found here
    that the asset is gone: then nothing of it stays and no fact leaves. A handler that died in between left
    its record to a redelivery, which takes away as well.

    With `is_current` the handler is heavy: it is stopped while it runs once its asset is gone, or once the
    fact is denied because its asset is worked on anew; then no fact leaves.
    """

    handler: AnyHandler
    tombstones: Tombstones
    forget: Forget
    is_current: Callable[[Any], Awaitable[bool]] | None = None

    async def __call__(self, fact: Any, cause: Cause) -> Sequence[Outgoing | Any]:
        """Return the handler's facts, none for an asset that is gone."""
        asset_id = fact_type(fact).asset_of(fact)
        if not asset_id:
            return await self.handler(fact, cause)
        subject = asset_subject(asset_id)
        facts: Sequence[Outgoing | Any] | None = None
        gone = await self.tombstones.find(subject)
        if not gone:
            facts = await self._handle(fact, cause, subject)
            gone = await self.tombstones.find(subject)
        if gone:
            await self.forget(asset_id)
            return ()
        return facts or ()

    async def _handle(self, fact: Any, cause: Cause, subject: str) -> Sequence[Outgoing | Any] | None:
        is_current = self.is_current
        if is_current is None:
            return await self.handler(fact, cause)

        async def unwanted() -> bool:
            return await self.tombstones.find(subject) is not None or not await is_current(fact)

        return await until_unwanted(self.handler(fact, cause), unwanted)


def _tombstone(document: Document) -> Tombstone:
    return Tombstone(document["_id"], Going(document["going"]), document["cause"], document["at"])
