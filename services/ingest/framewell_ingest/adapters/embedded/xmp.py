"""What an XMP packet says about rights, in whichever form RDF has it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree as ET

from framewell_ingest.adapters.embedded.entries import Entry, entry, text_of, unreadable

LARGEST_PACKET: Final = 1 << 20
_DEEPEST: Final = 200

_RDF: Final = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_DC: Final = "{http://purl.org/dc/elements/1.1/}"
_TERMS: Final = "{http://purl.org/dc/terms/}"
_RIGHTS: Final = "{http://ns.adobe.com/xap/1.0/rights/}"
_PHOTOSHOP: Final = "{http://ns.adobe.com/photoshop/1.0/}"
_PLUS: Final = "{http://ns.useplus.org/ldf/xmp/1.0/}"
_CC: Final = "{http://creativecommons.org/ns#}"
_IPTC_EXT: Final = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}"

PROPERTIES: Final = {
    f"{_DC}rights": "copyright",
    f"{_DC}description": "caption",
    f"{_TERMS}rights": "copyright",
    f"{_TERMS}license": "licence",
    f"{_TERMS}accessRights": "usage_terms",
    f"{_RIGHTS}UsageTerms": "usage_terms",
    f"{_RIGHTS}WebStatement": "terms_elsewhere",
    f"{_RIGHTS}Certificate": "terms_elsewhere",
    f"{_RIGHTS}Marked": "marked",
    f"{_PHOTOSHOP}Instructions": "instructions",
    f"{_PHOTOSHOP}Credit": "caption",
    f"{_PHOTOSHOP}Source": "caption",
    f"{_PLUS}DataMining": "data_mining",
    f"{_PLUS}OtherConstraints": "constraint",
    f"{_PLUS}TermsAndConditionsText": "usage_terms",
    f"{_PLUS}TermsAndConditionsURL": "terms_elsewhere",
    f"{_PLUS}OtherLicenseInfo": "usage_terms",
    f"{_PLUS}OtherLicenseConditions": "constraint",
    f"{_PLUS}CopyrightStatus": "copyright_status",
    f"{_PLUS}LicensorURL": "terms_elsewhere",
    f"{_PLUS}LicensorEmail": "terms_elsewhere",
    f"{_PLUS}LicenseEndDate": "dated",
    f"{_PLUS}LicenseStartDate": "dated",
    f"{_CC}license": "licence",
    f"{_CC}morePermissions": "terms_elsewhere",
    f"{_CC}useGuidelines": "terms_elsewhere",
    f"{_CC}prohibits": "constraint",
    f"{_IPTC_EXT}LinkedEncRightsExpr": "terms_elsewhere",
    f"{_IPTC_EXT}EmbdEncRightsExpr": "constraint",
}
"""What the properties of known schemas mean; see `docs/rights.md`."""
_ELSEWHERE: Final = {
    "license": "licence",
    "licence": "licence",
    "rights": "copyright",
    "copyright": "copyright",
    "copyrightnotice": "copyright",
    "usageterms": "usage_terms",
    "rightsusageterms": "usage_terms",
    "usagerights": "usage_terms",
    "restrictions": "usage_terms",
    "constraints": "usage_terms",
    "disclaimer": "usage_terms",
    "datamining": "data_mining",
    "tdmreservation": "tdm_reservation",
    "tdm-reservation": "tdm_reservation",
    "usercomment": "caption",
    "imagedescription": "caption",
    "embargodate": "dated",
    "expirationdate": "dated",
    "killdate": "dated",
}
"""Meanings by local name, in small letters, in any other schema."""
_TDM: Final = {"reservation": "tdm_reservation", "policy": "tdm_policy"}
"""Meanings by local name in any namespace of TDMRep: writers end its address in `/`, `#` or a version."""
_NAMES: Final = {
    f"{_DC}creator",
    f"{_RIGHTS}Owner",
    f"{_CC}attributionName",
    f"{_PLUS}CopyrightOwnerName",
    f"{_PLUS}ImageCreatorName",
    f"{_PHOTOSHOP}AuthorsPosition",
}
_DECLARATION: Final = re.compile(r"^\s*<\?xml[^>]*\?>")


def read_xmp(packet: str) -> tuple[list[Entry], list[str]]:
    """Return what a packet says about rights, and the creators and owners that it names.

    Entities, damage and deep nesting make it unreadable as a whole.
    """
    if "<!DOCTYPE" in packet or "<!ENTITY" in packet:
        return [unreadable("xmp", "XMP", "defines entities and was not read")], []
    try:
        root = ET.fromstring(_DECLARATION.sub("", packet))  # noqa: S314 - no entities, in the sandbox, bounded
    except ET.ParseError:
        return [unreadable("xmp", "XMP", "is damaged and was not read")], []
    found: list[Entry] = []
    names: list[str] = []
    for depth, element in _elements(root):
        if depth > _DEEPEST:
            return [unreadable("xmp", "XMP", f"is nested deeper than {_DEEPEST} and was not read")], []
        for name, value in _properties(element):
            if name in _NAMES:
                names.append(value)
            elif meaning := _meaning(name):
                found.append(entry("xmp", f"XMP {name.rpartition('}')[2]}", meaning, value))
    return found, names


def _meaning(name: str) -> str | None:
    known = PROPERTIES.get(name)
    if known is not None or name.startswith(_RDF):
        return known
    namespace, _, local = name.casefold().rpartition("}")
    if "tdmrep" in namespace and local in _TDM:
        return _TDM[local]
    return _ELSEWHERE.get(local)


def _elements(root: ET.Element) -> Iterator[tuple[int, ET.Element]]:
    waiting = [(0, root)]
    while waiting:
        depth, element = waiting.pop()
        yield depth, element
        if depth <= _DEEPEST:
            waiting.extend((depth + 1, child) for child in reversed(element))


def _properties(element: ET.Element) -> Iterator[tuple[str, str]]:
    """Yield the properties that an element is or has: attributes, text, resources, items of Alt, Bag, Seq."""
    for name, value in element.attrib.items():
        if text := text_of(value):
            yield name, text
    if element.tag in PROPERTIES or element.tag in _NAMES or _meaning(element.tag):
        for part in element.iter():
            for inner in (part.text, part.get(f"{_RDF}resource"), part.get(f"{_RDF}value")):
                if text := text_of(inner):
                    yield element.tag, text
