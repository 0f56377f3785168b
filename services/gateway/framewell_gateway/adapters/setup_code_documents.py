"""The operator's code in the document store: one document, with the hash of the code that works now."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from framewell_kit.documents.protocol import Documents

SETUP: Final = "setup"
_CODE: Final = "code"


@dataclass(frozen=True, slots=True)
class SetupCodeDocuments:
    """`SetupCodes` on the gateway's own database."""

    documents: Documents

    async def put(self, code: str, expires_at: datetime) -> None:
        """See SetupCodes."""
        change = {"$set": {"hash": code, "until": expires_at}}
        await self.documents.update(SETUP, _CODE, change, upsert=True)

    async def is_valid(self, code: str, now: datetime) -> bool:
        """See SetupCodes."""
        found = await self.documents.find(SETUP, {"_id": _CODE, **_valid(code, now)}, limit=1)
        return bool(found)

    async def take(self, code: str, now: datetime) -> bool:
        """See SetupCodes."""
        change = {"$set": {"hash": "", "until": now}}
        return await self.documents.update(SETUP, _CODE, change, expect=_valid(code, now)) is not None

    async def is_open(self, now: datetime) -> bool:
        """See SetupCodes."""
        return bool(await self.documents.find(SETUP, {"_id": _CODE, "until": {"$gt": now}}, limit=1))


def _valid(code: str, now: datetime) -> dict[str, Any]:
    return {"hash": code, "until": {"$gt": now}}
