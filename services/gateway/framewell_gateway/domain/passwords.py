"""What a password must be: long. No mixture of signs is asked for, as NIST SP 800-63B-4 advises."""

import unicodedata
from typing import Final

from framewell_contracts.sentences import Sentence, say
from framewell_gateway.domain.logins import BadLogin, login_of

LEAST_CHARACTERS: Final = 12
_LEAST_DIFFERENT: Final = 5


def password_of(text: str) -> str:
    """Return a password in the one form that is compared: NFC, the profile OpaqueString of RFC 8265."""
    return unicodedata.normalize("NFC", text)


def password_problem(text: str, login: str) -> Sentence | None:
    """Return what is wrong with a new password of this login, None when nothing is."""
    password = password_of(text)
    if len(password) < LEAST_CHARACTERS:
        return say("password.length", "must have {least} characters or more", least=LEAST_CHARACTERS)
    if len(set(password)) < _LEAST_DIFFERENT:
        return say("password.same", "must have {least} different characters or more", least=_LEAST_DIFFERENT)
    try:
        spelt = login_of(password)
    except BadLogin:
        return None
    is_login = login in spelt and len(spelt) < len(login) + 4
    return say("password.login", "must not be the login") if is_login else None
