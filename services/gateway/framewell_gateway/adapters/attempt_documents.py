"""Counters of wrong passwords, codes and tokens in the document store, the same for every replica.

Who is counted stands nowhere: counters are known by keyed hashes, cut to 16 bits, so that there are at most
65,536 of a kind whoever comes with however many addresses. Two that share one wait for each other at worst.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from framewell_gateway.domain.attempt_limits import Attempts
from framewell_kit.documents.protocol import Documents
from framewell_kit.name_hashes import NameHashes

ATTEMPTS: Final = "attempts"
KNOWN_SOURCES: Final = "known_sources"
_BUCKET_LETTERS: Final = 4


@dataclass(frozen=True, slots=True)
class AttemptDocuments:
    """`AttemptRepository` on the gateway's own database."""

    documents: Documents
    hashes: NameHashes

    async def get(self, kind: str, who: str) -> Attempts | None:
        """See AttemptRepository."""
        found = await self.documents.get(ATTEMPTS, self._id(kind, who))
        return None if found is None else Attempts(found["count"], found["last_at"], found["free_at"])

    async def change(self, kind: str, who: str, earlier: Attempts | None, attempts: Attempts) -> bool:
        """See AttemptRepository."""
        name = self._id(kind, who)
        if earlier is None:
            return await self.documents.insert_once(ATTEMPTS, {"_id": name, **asdict(attempts)})
        change = {"$set": asdict(attempts)}
        return await self.documents.update(ATTEMPTS, name, change, expect=asdict(earlier)) is not None

    async def note_success(self, login: str, source: str, at: datetime) -> None:
        """See AttemptRepository."""
        await self.documents.update(
            KNOWN_SOURCES, self._pair(login, source), {"$set": {"at": at}}, upsert=True
        )

    async def succeeded(self, login: str, source: str) -> bool:
        """See AttemptRepository."""
        return await self.documents.get(KNOWN_SOURCES, self._pair(login, source)) is not None

    def _id(self, kind: str, who: str) -> str:
        return f"{kind}:{self.hashes.of(f'attempts of {kind} {who}')[:_BUCKET_LETTERS]}"

    def _pair(self, login: str, source: str) -> str:
        return self.hashes.of(f"signed in {login} {source}")
