"""A sign-in at the house's identity provider that is under way: in a cookie of the browser that began it."""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final

from framewell_contracts.access import Role

LASTS: Final = timedelta(minutes=10)
_HIGHEST_FIRST: Final = (Role.ADMIN, Role.RIGHTS, Role.CURATOR, Role.VIEWER)


@dataclass(frozen=True, slots=True)
class Pending:
    """What has to come back: `state` binds the answer to this browser, `nonce` the ID token to this sign-in,
    `verifier` the code to whoever asked for it (PKCE). `to` is the page to go to then.
    """

    state: str
    nonce: str
    verifier: str
    to: str
    until: int


def new_pending(to: str, now: datetime) -> Pending:
    """Return a sign-in that begins now; `to` is a path of the console, or else the first page."""
    path = to if to.startswith("/") and not to.startswith(("//", "/\\")) else "/"
    secret = secrets.token_urlsafe
    return Pending(secret(32), secret(32), secret(48), path[:500], int((now + LASTS).timestamp()))


@dataclass(frozen=True, slots=True)
class PendingCookie:
    """Writes and reads such a cookie, signed with a key that all replicas share."""

    key: bytes

    def write(self, pending: Pending) -> str:
        """Return the cookie's value."""
        text = base64.urlsafe_b64encode(json.dumps(asdict(pending)).encode()).decode()
        return f"{text}.{self._signature(text)}"

    def read(self, value: str, now: datetime) -> Pending | None:
        """Return what was written, None for anything else and after ten minutes."""
        text, _, signature = value.partition(".")
        if not hmac.compare_digest(
            signature.encode("utf-8", "surrogatepass"), self._signature(text).encode()
        ):
            return None
        try:
            pending = Pending(**json.loads(base64.urlsafe_b64decode(text)))
        except (binascii.Error, ValueError, TypeError):
            return None
        return pending if now.timestamp() < pending.until else None

    def _signature(self, text: str) -> str:
        return hmac.new(
            self.key, b"sign-in " + text.encode("utf-8", "surrogatepass"), hashlib.sha256
        ).hexdigest()


def role_from(words: Sequence[str], roles: Mapping[str, Role]) -> Role | None:
    """Return the highest role that the words of a claim stand for; None for none."""
    given = {roles[word] for word in words if word in roles}
    return next((role for role in _HIGHEST_FIRST if role in given), None)
