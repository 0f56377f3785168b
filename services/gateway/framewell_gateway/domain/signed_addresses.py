"""Addresses that open one object for a few minutes: signed for a path, a caller and an end.

An address opens nothing once what its caller came with has ended: the session, the token of a program, the
token of the settings. It names that by what opens nothing itself: a hash of the secret.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from framewell_gateway.domain.principals import Principal

VALID_FOR: Final = timedelta(minutes=10)
PARAMETERS: Final = ("expires", "by", "role", "through", "signature")

_SESSION: Final = "session"
_PROGRAM: Final = "program"
_SETTING: Final = "setting"


@dataclass(frozen=True, slots=True)
class Signed:
    """For whom an address was signed: name and role then, and through what they came; empty for `local`.

    Exactly one of the last three is set for all others: the hash of a session's secret, that of an API
    token's, and the mark of a token of the settings.
    """

    name: str
    role: str
    session: str = ""
    api_token: str = ""
    setting: str = ""


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs and checks addresses with a key that all replicas share."""

    key: bytes

    def address(self, path: str, caller: Principal, now: datetime) -> tuple[str, datetime]:
        """Return path and query that open an object for whoever has them, and until when."""
        ends = (now + VALID_FOR).replace(microsecond=0)
        signed = {
            "expires": str(int(ends.timestamp())),
            "by": caller.name,
            "role": caller.authority,
            "through": self._through(caller),
        }
        return f"{path}?{urlencode({**signed, 'signature': self._signature(path, signed)})}", ends

    def holder(self, path: str, query: Mapping[str, str], now: datetime) -> Signed | None:
        """Return whom an address was signed for; None when it is not, or has ended."""
        signed = {name: query.get(name, "") for name in PARAMETERS[:-1]}
        given = query.get("signature", "").encode("utf-8", "surrogatepass")
        if not hmac.compare_digest(given, self._signature(path, signed).encode()):
            return None
        ends = datetime.fromtimestamp(int(signed["expires"]), UTC)
        if not now < ends <= now + VALID_FOR:
            return None
        kind, _, value = signed["through"].partition(".")
        by = {name: value if kind == name else "" for name in (_SESSION, _PROGRAM, _SETTING)}
        return Signed(signed["by"], signed["role"], by[_SESSION], by[_PROGRAM], by[_SETTING])

    def mark(self, token: str) -> str:
        """Return what stands for a token of the settings: nobody learns it by trying without the key."""
        return hmac.new(
            self.key, b"token\n" + token.encode("utf-8", "surrogatepass"), hashlib.sha256
        ).hexdigest()

    def _through(self, caller: Principal) -> str:
        if caller.session:
            return f"{_SESSION}.{caller.session}"
        if caller.api_token:
            return f"{_PROGRAM}.{caller.api_token}"
        return f"{_SETTING}.{self.mark(caller.token)}" if caller.token else ""

    def _signature(self, path: str, signed: Mapping[str, str]) -> str:
        text = "\n".join(["GET", path, *(f"{name}={value}" for name, value in sorted(signed.items()))])
        return hmac.new(self.key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
