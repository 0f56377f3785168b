"""What a password must be: long. No mixture of signs is asked for, as NIST SP 800-63B-4 advises."""

import unicodedata
from typing import Final

from framewell_gateway.domain.logins import BadLogin, login_of

LEAST_CHARACTERS: Final = 12
_LEAST_DIFFERENT: Final = 5


def password_of(text: str) -> str:
    """Return a password in the one form that is compared: NFC, the profile OpaqueString of RFC 8265."""
    return unicodedata.normalize("NFC", text)


def password_problem(text: str, login: str) -> str:
    """Return what is wrong with a new password of this login, '' when nothing is."""
    password = password_of(text)
    if len(password) < LEAST_CHARACTERS:
        return f"must have {LEAST_CHARACTERS} characters or more"
    if len(set(password)) < _LEAST_DIFFERENT:
        return f"must have {_LEAST_DIFFERENT} different characters or more"
    try:
        spelt = login_of(password)
    except BadLogin:
        return ""
    return "must not be the login" if login in spelt and len(spelt) < len(login) + 4 else ""
