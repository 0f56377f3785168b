"""Names as people write them: letters and signs that are seen, and nothing that steers a screen."""

import unicodedata
from typing import Final

from framewell_contracts.sentences import say
from framewell_kit.outcomes import Rejected

_UNSEEN: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})

_TURNS_TEXT: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def require_written(*names: str) -> None:
    """Raise Rejected (code `bad_name`) for a name with control characters, or that turns the text around."""
    for name in names:
        if any(unicodedata.category(sign) in _UNSEEN or sign in _TURNS_TEXT for sign in name):
            raise Rejected(
                say(
                    "bad_name.control_characters",
                    "the name {name} has control characters",
                    name=f"{name[:80]!a}",
                )
            )
