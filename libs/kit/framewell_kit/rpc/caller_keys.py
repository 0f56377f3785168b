"""The keys that statements of callers are signed and checked with: Ed25519, in PEM files.

The gateway alone has the private key; the other services have public halves, so that one that is broken into
can speak for nobody. Files are read again when they change: to rotate, add the new public key to the file of
the public ones, then replace the private key, and remove the old public key a minute later.
"""

import os
import re
from collections.abc import Callable, Mapping
from typing import Final, Generic, TypeVar

from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

T = TypeVar("T")

KEY_SETTING: Final = "FRAMEWELL_CALLER_KEY_FILE"
PUBLIC_KEYS_SETTING: Final = "FRAMEWELL_CALLER_PUBLIC_KEYS_FILE"
MOST_PUBLIC_KEYS: Final = 8
_CURVE: Final = "Ed25519"
_PEM = re.compile(r"-----BEGIN (?P<kind>[A-Z ]+)-----.+?-----END (?P=kind)-----", re.DOTALL)


class WatchedFile(Generic[T]):
    """What a file says, read again when it changes. `read` raises ValueError for what it cannot use."""

    def __init__(self, path: str, read: Callable[[str], T]) -> None:
        self.path = path
        self._read = read
        self._kept: tuple[tuple[int, int, int], T] | None = None

    def get(self) -> T:
        """Return it as it is now. Raises OSError or ValueError, and keeps nothing of before."""
        status = os.stat(self.path)  # noqa: PTH116 - asked at every call
        version = status.st_ino, status.st_mtime_ns, status.st_size
        if self._kept is None or self._kept[0] != version:
            self._kept = None
            with open(self.path, encoding="utf-8", errors="replace") as file:  # noqa: PTH123
                self._kept = version, self._read(file.read())
        return self._kept[1]


def private_key(text: str) -> OKPKey:
    """Return the one private key of a PEM text. Raises ValueError, naming the setting, for anything else."""
    found = [_key(one[0]) for one in _PEM.finditer(text)]
    if len(found) != 1 or not found[0].is_private:
        raise ValueError(
            f"{KEY_SETTING} must name a file with one private key: make it with "
            "`openssl genpkey -algorithm ed25519`"
        )
    return found[0]


def public_keys(text: str) -> Mapping[str, OKPKey]:
    """Return the public keys of a PEM text by their thumbprints (RFC 7638).

    Raises ValueError, naming the setting, for a text without any, with too many, or with a private one.
    """
    found = [_key(one[0]) for one in _PEM.finditer(text)]
    if any(key.is_private for key in found):
        raise ValueError(
            f"the file of {PUBLIC_KEYS_SETTING} holds a private key, with which a service could speak for "
            "anybody: leave the public half alone there (`openssl pkey -pubout`), and make a new key"
        )
    if not 0 < len(found) <= MOST_PUBLIC_KEYS:
        raise ValueError(
            f"the file of {PUBLIC_KEYS_SETTING} must hold 1 to {MOST_PUBLIC_KEYS} public keys in PEM; it "
            f"holds {len(found)}"
        )
    return {key.thumbprint(): key for key in found}


def _key(pem: str) -> OKPKey:
    try:
        key = OKPKey.import_key(pem)
    except (JoseError, ValueError, TypeError) as error:
        raise ValueError(
            f"a key of callers cannot be read: it must be {_CURVE}, in PEM, unencrypted"
        ) from error
    if key.curve_name != _CURVE:
        raise ValueError(f"a key of callers is on the curve {key.curve_name}: it must be {_CURVE}")
    return key
