"""Answers under idempotency keys in the document store, for a day."""

import time
from dataclasses import asdict
from datetime import datetime
from typing import Final

from framewell_gateway.ports.kept_answers import KeptAnswer
from framewell_kit.clock import Clock
from framewell_kit.documents.protocol import Document, Documents

ANSWERS: Final = "kept_answers"
_CLEAN_SECONDS: Final = 600


class KeptAnswerDocuments:
    """`KeptAnswers` on the gateway's own database. What is older than a day is deleted now and then."""

    def __init__(self, documents: Documents, clock: Clock) -> None:
        self._documents, self._clock = documents, clock
        self._cleaned = float("-inf")

    async def begin(self, answer: KeptAnswer) -> bool:
        """See KeptAnswers."""
        await self._clean()
        return await self._documents.insert_once(ANSWERS, _document(answer))

    async def get(self, name: str) -> KeptAnswer | None:
        """See KeptAnswers."""
        found = await self._documents.get(ANSWERS, name)
        if found is None:
            return None
        answer = KeptAnswer(name=found.pop("_id"), **found)
        if answer.expires_at <= self._clock.now():
            await self._documents.delete(ANSWERS, name)
            return None
        return answer

    async def take_over(self, before: KeptAnswer, holder: str, until: datetime) -> bool:
        """See KeptAnswers."""
        expected = {"holder": before.holder, "leased_until": before.leased_until, "status": 0}
        change = {"$set": {"holder": holder, "leased_until": until}}
        return await self._documents.update(ANSWERS, before.name, change, expect=expected) is not None

    async def end(self, name: str, holder: str, status: int, content: bytes, media_type: str) -> None:
        """See KeptAnswers."""
        change = {"$set": {"status": status, "content": content, "media_type": media_type}}
        await self._documents.update(ANSWERS, name, change, expect={"holder": holder})

    async def drop(self, name: str, holder: str) -> None:
        """See KeptAnswers."""
        await self._documents.delete_where(ANSWERS, {"_id": name, "holder": holder, "status": 0})

    async def _clean(self) -> None:
        if time.monotonic() - self._cleaned > _CLEAN_SECONDS:
            self._cleaned = time.monotonic()
            await self._documents.delete_where(ANSWERS, {"expires_at": {"$lt": self._clock.now()}})


def _document(answer: KeptAnswer) -> Document:
    document = asdict(answer)
    document["_id"] = document.pop("name")
    return document
