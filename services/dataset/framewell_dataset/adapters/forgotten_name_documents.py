"""The do-not-learn list as documents: salted hashes, from which no name can be read."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from framewell_kit.documents.protocol import Documents

FORGOTTEN_NAMES = "forgotten_names"
SECRETS = "secrets"
SALT = "name_salt"


@dataclass(frozen=True, slots=True)
class ForgottenNameDocuments:
    """Collections `forgotten_names` and `secrets`."""

    documents: Documents

    async def add(self, name_hashes: Sequence[str], class_id: str) -> None:
        for name_hash in name_hashes:
            await self.documents.insert_once(FORGOTTEN_NAMES, {"_id": name_hash, "class_id": class_id})

    async def holds(self, name_hash: str) -> bool:
        return await self.documents.get(FORGOTTEN_NAMES, name_hash) is not None

    async def salt(self) -> bytes:
        kept = await self.documents.get(SECRETS, SALT)
        if kept is None:
            await self.documents.insert_once(SECRETS, {"_id": SALT, "salt": secrets.token_bytes(32)})
            kept = await self.documents.get(SECRETS, SALT)
        if kept is None:
            raise RuntimeError("the document store lost the salt it was given")
        return bytes(kept["salt"])
