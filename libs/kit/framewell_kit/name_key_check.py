"""Holds a service to the key it hashed names with first: with another it forgets who was forgotten."""

import hmac

from framewell_kit.documents.protocol import Documents
from framewell_kit.settings import MeshSettings

NAME_KEY = "name_key"
"""Collection with one document: the fingerprint of the key, from which the key cannot be read."""
_ID = "fingerprint"


class WrongNameKey(ValueError):
    """A service was started with another key than the one its tombstones were written with."""

    def __init__(self) -> None:
        super().__init__(
            "FRAMEWELL_NAME_KEY is not the key by which this mesh knows who was forgotten: put the earlier "
            "key back (`framewell up` keeps it in .framewell/name.key, Docker in .env) and start again"
        )


async def require_name_key(documents: Documents, settings: MeshSettings) -> None:
    """Note the fingerprint of the key at the first start, and hold every later one against it.

    Raise WrongNameKey for another key, and for none where there was one; ValueError for one that is no key.
    A service that never had a key does without. Raise Busy when the database is away.
    """
    kept = await documents.get(NAME_KEY, _ID)
    if not settings.name_key.get_secret_value():
        if kept is not None:
            raise WrongNameKey
        return
    fingerprint = settings.name_hashes().fingerprint
    if kept is None:
        await documents.insert_once(NAME_KEY, {"_id": _ID, "fingerprint": fingerprint})
        kept = await documents.get(NAME_KEY, _ID)  # another replica may have been first
    if kept is None or not hmac.compare_digest(kept["fingerprint"], fingerprint):
        raise WrongNameKey
