"""Logins in the one spelling in which they are compared, kept and signed with."""

import unicodedata
from typing import Final
from uuid import UUID, uuid5

from framewell_contracts.sentences import Sentence, say

LONGEST_LOGIN: Final = 64
_LONG: Final = say("login.long", "has more than {most} characters", most=LONGEST_LOGIN)
_SIGNS: Final = frozenset("._-@+")
_SCRIPTS: Final = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")
"""Scripts whose letters are taken for one another: a login has letters of one of them."""
_USERS: Final = UUID("6f0a3d0e-6c1c-4b57-9a3e-0d5a4c1f7b21")


class BadLogin(ValueError):
    """A text that is no login; `reason` says why."""

    def __init__(self, reason: Sentence) -> None:
        super().__init__(reason)
        self.reason = reason


def login_of(text: str) -> str:
    """Return the login that a text is: folded as the profile UsernameCaseMapped of RFC 8265, after NFKC.

    `Anna`, `ANNA` and `ａｎｎａ` are one. Raises BadLogin for anything but letters, digits and the signs
    `. _ - @ +`, for letters of scripts that are taken for one another, and for more than 64 characters. The
    library precis_i18n was considered: it takes all of PRECIS, whose look-alikes are what is kept out here.
    """
    if len(text) > 4 * LONGEST_LOGIN:
        raise BadLogin(_LONG)
    folded = unicodedata.normalize("NFKC", text.strip()).casefold()
    login = unicodedata.normalize("NFC", folded)
    if not login:
        raise BadLogin(say("login.blank", "is blank"))
    if len(login) > LONGEST_LOGIN:
        raise BadLogin(_LONG)
    if not all(unicodedata.category(sign)[0] in "LN" or sign in _SIGNS or _is_mark(sign) for sign in login):
        raise BadLogin(say("login.signs", "may hold letters, digits and the signs . _ - @ + alone"))
    if unicodedata.category(login[0])[0] not in "LN":
        raise BadLogin(say("login.begin", "must begin with a letter or a digit"))
    scripts = {
        script for sign in login for script in _SCRIPTS if unicodedata.name(sign, "").startswith(script)
    }
    if len(scripts) > 1:
        raise BadLogin(say("login.scripts", "mixes letters of scripts that look alike"))
    return login


def _is_mark(sign: str) -> bool:
    return unicodedata.category(sign) in ("Mn", "Mc")


def user_id_of(login: str) -> str:
    """Return the id of the account with this login: the same on every replica, so that no two can have it."""
    return str(uuid5(_USERS, login))
