# ruff: noqa: E501 - a phrase, a pattern or a sentence is one line
"""Known licences and dedications: a text is one of them as a whole, or it is none.

Whoever means to allow something writes the licence, its address or its standard sentence. Anything before,
after or between is somebody's own terms, which no program reads. Invisible characters and letters of other
scripts make another text: who is meant to be believed writes plainly.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final


class Terms(Enum):
    """What a known licence comes to for the house."""

    FREE = auto()
    """Any use, with attribution where the licence asks for it."""
    RESERVED = auto()
    """Rights are reserved, or some uses alone are free, e.g. not commercial ones."""
    OPEN = auto()
    """A known mark that says that nobody knows, or not everywhere."""


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence by its short name, e.g. `CC BY-SA 4.0`."""

    name: str
    terms: Terms


_VERSIONS: Final = r"(?P<version>1\.0|2\.0|2\.5|3\.0|4\.0)"
_KINDS: Final = r"(?P<kind>by(?:-nc)?(?:-(?:sa|nd))?|nc(?:-sa)?|sa|nd(?:-nc)?)"
_PORT: Final = r"(?:/(?:[a-z]{2}|scotland|igo))?"
_CC_HOST: Final = r"(?:https?://)?(?:www\.)?creativecommons\.org"
_PAGE: Final = r"/?(?:(?:deed|legalcode)(?:\.[a-z]{2}(?:[-_][a-z]{2,4})?)?/?)?"

_CC_ADDRESS: Final = re.compile(rf"{_CC_HOST}/licenses/{_KINDS}/{_VERSIONS}{_PORT}{_PAGE}")
_CC0_ADDRESS: Final = re.compile(rf"{_CC_HOST}/publicdomain/(?P<mark>zero|mark)/1\.0{_PAGE}")
_STATEMENT_ADDRESS: Final = re.compile(
    r"(?:https?://)?(?:www\.)?rightsstatements\.org/(?:vocab|page)/(?P<mark>[a-z]+(?:-[a-z]+)?)/1\.0/?(?:\?language=[a-z]{2})?"
)
_SPOKEN_KINDS: Final = {
    "attribution": "by", "namensnennung": "by", "paternité": "by", "reconocimiento": "by", "atribución": "by",
    "attribuzione": "by", "uznanie autorstwa": "by",
    "share alike": "sa", "sharealike": "sa", "weitergabe unter gleichen bedingungen": "sa",
    "partage dans les mêmes conditions": "sa", "partage à l'identique": "sa", "compartirigual": "sa",
    "compartir igual": "sa", "condividi allo stesso modo": "sa", "na tych samych warunkach": "sa",
    "noncommercial": "nc", "non commercial": "nc", "non-commercial": "nc", "nicht kommerziell": "nc",
    "nicht-kommerziell": "nc", "keine kommerzielle nutzung": "nc", "pas d'utilisation commerciale": "nc",
    "pas d’utilisation commerciale": "nc", "nocomercial": "nc", "no comercial": "nc", "non commerciale": "nc",
    "użycie niekomercyjne": "nc",
    "no derivatives": "nd", "noderivatives": "nd", "noderivs": "nd", "no derivs": "nd", "keine bearbeitungen": "nd",
    "keine bearbeitung": "nd", "pas de modification": "nd", "sin obra derivada": "nd", "sinobraderivada": "nd",
    "sinderivadas": "nd", "non opere derivate": "nd", "bez utworów zależnych": "nd",
}  # fmt: skip
_SPOKEN: Final = "|".join(sorted(map(re.escape, _SPOKEN_KINDS), key=len, reverse=True))
_CC_NAME: Final = re.compile(
    r"(?:cc|creative[ -]commons)[ -:]*(?:licen[cs]e[ -:]*)?"
    rf"(?P<kind>(?:by|nc|sa|nd|{_SPOKEN})(?:[ ,/–-]+(?:by|nc|sa|nd|{_SPOKEN}))*)"
    r"[ ,-]*(?:v\.?|version)? ?(?P<version>1\.0|2\.0|2\.5|3\.0|4\.0)"
    r"(?: (?:international|internacional|internazionale|unported|generic|generisch|nicht portiert"
    r"|de|at|ch|us|uk|fr|es|it|pl|germany|deutschland|france|españa|italia|polska|igo))?"
    r"(?: (?:public )?(?:licen[cs]e|lizenz))?"
)
_SENTENCE: Final = re.compile(
    r"(?:this (?:work|image|photo|photograph|file|video|recording) is (?:licensed|made available) under (?:an? |the )?"
    r"|licensed under (?:an? |the )?|licen[cs]ed? ?: ?|licen[cs]e ?: ?|lizenz ?: ?|licence ?: ?|licencia ?: ?|licenza ?: ?|licencja ?: ?"
    r"|(?:dieses werk|dieses bild) ist lizenziert unter (?:einer |der )?"
    r"|cette œuvre est mise à disposition selon les termes de la licence |esta obra está bajo una licencia de "
    r"|quest'opera è distribuita con licenza |ten utwór jest dostępny na licencji )"
    r"(?P<licence>.+?)"
    r"(?:[.,;]? (?:to view a copy of this license, visit|um eine kopie dieser lizenz einzusehen, konsultieren sie) (?P<address>\S+?))?"
)
_CC0_NAMES: Final = frozenset({
    "cc0", "cc 0", "cc-0", "cc zero", "cc0 1.0", "cc0-1.0", "cc0 1.0 universal", "cc0 1.0 universell",
    "creative commons zero", "creative commons zero 1.0", "creative commons cc0", "creative commons cc0 1.0",
    "creative commons cc0 1.0 universal", "cc0 1.0 universal (cc0 1.0) public domain dedication",
    "cc0 1.0 universal public domain dedication", "cc0 public domain dedication", "cc0 public domain",
    "cc0 1.0 public domain dedication",
})  # fmt: skip
_PUBLIC_DOMAIN: Final = frozenset({
    "public domain", "in the public domain", "public domain mark", "public domain mark 1.0", "pdm 1.0",
    "creative commons public domain mark 1.0", "this image is in the public domain",
    "this work is in the public domain", "this photograph is in the public domain",
    "this photo is in the public domain", "this video is in the public domain", "this file is in the public domain",
    "no copyright", "gemeinfrei", "dieses bild ist gemeinfrei", "dieses werk ist gemeinfrei",
    "dieses foto ist gemeinfrei", "domaine public", "cette image est dans le domaine public",
    "cette œuvre est dans le domaine public", "dominio público", "dominio publico",
    "esta imagen es de dominio público", "esta obra es de dominio público", "esta obra está en el dominio público",
    "esta imagen está en el dominio público", "pubblico dominio", "dominio pubblico",
    "questa immagine è di pubblico dominio", "quest'opera è di pubblico dominio", "domena publiczna",
    "ten obraz jest w domenie publicznej", "ten utwór jest w domenie publicznej",
})  # fmt: skip
_OTHERS: Final = frozenset({
    "datenlizenz deutschland – zero – version 2.0", "datenlizenz deutschland - zero - version 2.0", "dl-de/zero-2-0",
    "datenlizenz deutschland – namensnennung – version 2.0", "datenlizenz deutschland - namensnennung - version 2.0",
    "dl-de/by-2-0", "https://www.govdata.de/dl-de/zero-2-0", "https://www.govdata.de/dl-de/by-2-0",
    "open government licence v3.0", "open government licence 3.0", "licence ouverte / open licence version 2.0",
    "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
})  # fmt: skip


def known_licence(text: str) -> Licence | None:
    """Return the licence that the text is, from its first to its last character; None where it is anything
    else."""
    plain = " ".join(unicodedata.normalize("NFC", text).split()).casefold().replace("ß", "ss")
    if any(unicodedata.category(sign) == "Cf" for sign in plain):
        return None
    return _licence(plain) or _licence(plain.removesuffix(".")) or _in_a_sentence(plain.removesuffix("."))


def _licence(plain: str) -> Licence | None:
    names = ((_CC0_NAMES, "CC0 1.0"), (_PUBLIC_DOMAIN, "public domain"), (_OTHERS, plain))
    name = next((name for known, name in names if plain in known), None)
    if name is not None:
        return Licence(name, Terms.FREE)
    if found := _CC0_ADDRESS.fullmatch(plain):
        return Licence("CC0 1.0" if found["mark"] == "zero" else "Public Domain Mark 1.0", Terms.FREE)
    if found := _STATEMENT_ADDRESS.fullmatch(plain):
        in_copyright = found["mark"].startswith("inc")
        return Licence(
            f"rightsstatements.org {found['mark'].upper()}", Terms.RESERVED if in_copyright else Terms.OPEN
        )
    named = _CC_ADDRESS.fullmatch(plain) or _CC_NAME.fullmatch(plain)
    return None if named is None else _creative_commons(_kinds(named["kind"]), named["version"])


def _in_a_sentence(plain: str) -> Licence | None:
    """Return the licence of the sentence that it asks to be named in, e.g. `Licensed under CC BY 4.0`."""
    found = _SENTENCE.fullmatch(plain)
    if found is None:
        return None
    licence, address = _licence(found["licence"]), found["address"]
    return licence if address is None or _licence(address) == licence else None


def _kinds(spoken: str) -> list[str]:
    kinds = re.sub(_SPOKEN, lambda found: _SPOKEN_KINDS[found[0]], spoken)
    return [kind for kind in re.split(r"[ ,/–-]+", kinds) if kind]


def _creative_commons(kinds: list[str], version: str) -> Licence | None:
    name = f"CC {'-'.join(kinds).upper()} {version}"
    if {"nc", "nd"} & set(kinds):
        return Licence(name, Terms.RESERVED)
    return Licence(name, Terms.FREE) if kinds in (["by"], ["by", "sa"]) else None
