"""Names of people by keyed hashes: enough to know a forgotten name again, not to read it.

The key (setting `FRAMEWELL_NAME_KEY`, one for the whole mesh) keeps whoever has the hashes from trying names.
"""

import hmac
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256

MOST_WORDS = 12
"""Words of the longest name that is looked for in a text."""

_FINGERPRINTED = b"Framewell: the key for names"
"""No name, since `folded` leaves neither capitals nor a colon."""


def folded(name: str) -> str:
    """Return the name without case, encoding of accents, punctuation and double spaces, to compare it."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return " ".join(re.sub(r"[^\w\s]", " ", plain).split())


@dataclass(frozen=True, slots=True)
class NameHashes:
    """Hashes names with the mesh's key."""

    key: bytes

    @property
    def fingerprint(self) -> str:
        """Return by what the key is known again, in 64 lower-case hex digits; it is the hash of no name."""
        return hmac.new(self.key, _FINGERPRINTED, sha256).hexdigest()

    def of(self, name: str) -> str:
        """Return the HMAC-SHA256 of a name as `folded` spells it, in 64 lower-case hex digits."""
        return hmac.new(self.key, folded(name).encode(), sha256).hexdigest()

    def any_in(self, text: str, hashes: Collection[str]) -> bool:
        """Return whether one of the names stands in the text, as whole words in a row."""
        return bool(hashes) and not self.each_in(text).isdisjoint(hashes)

    def each_in(self, text: str) -> frozenset[str]:
        """Return the hashes of all words in a row that may be a name: one for each start and length."""
        words = folded(text).split()
        return frozenset(
            self.of(" ".join(words[start:end]))
            for start in range(len(words))
            for end in range(start + 1, min(start + MOST_WORDS, len(words)) + 1)
        )
