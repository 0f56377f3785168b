"""Addresses that open one object for a few minutes: signed for a path, a caller and an end."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlencode

VALID_FOR: Final = timedelta(minutes=10)
PARAMETERS: Final = ("expires", "by", "role", "signature")


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs and checks addresses with a key that all replicas share."""

    key: bytes

    def address(self, path: str, name: str, role: str, now: datetime) -> tuple[str, datetime]:
        """Return path and query that open an object for whoever has them, and until when."""
        ends = (now + VALID_FOR).replace(microsecond=0)
        signed = {"expires": str(int(ends.timestamp())), "by": name, "role": role}
        return f"{path}?{urlencode({**signed, 'signature': self._signature(path, signed)})}", ends

    def holder(self, path: str, query: Mapping[str, str], now: datetime) -> tuple[str, str] | None:
        """Return name and role of whoever an address was signed for; None when it is not, or has ended."""
        signed = {name: query.get(name, "") for name in PARAMETERS[:-1]}
        given = query.get("signature", "").encode("utf-8", "surrogatepass")
        if not hmac.compare_digest(given, self._signature(path, signed).encode()):
            return None
        ends = datetime.fromtimestamp(int(signed["expires"]), UTC)
        return (signed["by"], signed["role"]) if now < ends <= now + VALID_FOR else None

    def _signature(self, path: str, signed: Mapping[str, str]) -> str:
        text = "\n".join(["GET", path, *(f"{name}={value}" for name, value in sorted(signed.items()))])
        return hmac.new(self.key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
