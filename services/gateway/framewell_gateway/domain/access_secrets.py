"""Secrets that the gateway gives out, and what it keeps of them: hashes.

They are random and of 256 bits (codes: 100), so SHA-256 is enough: there is nothing to guess from a hash, and
finding a hash by its exact value takes no time that tells of another.
"""

import hashlib
import hmac
import secrets
from typing import Final

TOKEN_PREFIX: Final = "fwt_"  # noqa: S105 - by which scanners of repositories find a token that leaked
_CODE_LETTERS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Letters of codes, which people read out: none that look alike."""


def new_secret() -> str:
    """Return the secret of a session: 256 random bits."""
    return secrets.token_urlsafe(32)


def new_token() -> str:
    """Return the secret of an API token."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def new_code() -> str:
    """Return a code for people to type, of 100 random bits: `XXXXX-XXXXX-XXXXX-XXXXX`."""
    letters = "".join(secrets.choice(_CODE_LETTERS) for _ in range(20))
    return "-".join(letters[start : start + 5] for start in range(0, 20, 5))


def code_of(text: str) -> str:
    """Return a code as it was given out, from how somebody typed it."""
    letters = "".join(sign for sign in text.upper() if sign.isascii() and sign.isalnum())
    return "-".join(letters[start : start + 5] for start in range(0, len(letters), 5))


def hashed(secret: str) -> str:
    """Return what is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def csrf_of(secret: str) -> str:
    """Return what a page sends with every change made by the session with this secret."""
    return hmac.new(secret.encode(), b"framewell-csrf", hashlib.sha256).hexdigest()


def is_csrf_of(given: str, secret: str) -> bool:
    """Return whether that is it."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), csrf_of(secret).encode())
