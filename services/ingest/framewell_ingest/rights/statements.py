"""Raw findings of the sandboxed reader, turned into rights statements with source and verbatim text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from framewell.rights.v1.rights_pb2 import (
    LEGAL_BASIS_PUBLIC,
    LEGAL_BASIS_TDM,
    LEGAL_BASIS_UNSPECIFIED,
    PURPOSE_ANALYSIS,
    PURPOSE_GENERATIVE_TRAINING,
    PURPOSE_OWN_TRAINING,
    PURPOSE_SHARING,
    STATEMENT_SOURCE_C2PA,
    STATEMENT_SOURCE_EXIF,
    STATEMENT_SOURCE_TDMREP,
    STATEMENT_SOURCE_XMP,
    USE_ALLOWED,
    USE_CONSTRAINED,
    USE_PROHIBITED,
    USE_UNSPECIFIED,
    LegalBasis,
    Purpose,
    RightsStatement,
    StatementSource,
    Use,
)
from framewell_ingest.domain.findings import Finding
from framewell_ingest.domain.requests import content_id
from framewell_ingest.rights.licences import known_licence
from framewell_ingest.rights.odrl import read_offer
from framewell_ingest.rights.plus import read_copyright_status, read_data_mining
from framewell_ingest.rights.terms import Terms
from framewell_ingest.rights.training_mining import read_training_mining
from framewell_ingest.rights.wording import (
    forbids_analysis,
    forbids_analysis_in_caption,
    use_in_caption,
    use_of,
)

# Whoever forbids the reuse of a picture does not forbid the house to find it again, unless they say so.
_REUSE: Final = (PURPOSE_OWN_TRAINING, PURPOSE_SHARING, PURPOSE_GENERATIVE_TRAINING)
_TRAINING: Final = (PURPOSE_OWN_TRAINING, PURPOSE_GENERATIVE_TRAINING)
_SOURCES: Final = {
    "exif": STATEMENT_SOURCE_EXIF,
    "xmp": STATEMENT_SOURCE_XMP,
    "iptc": STATEMENT_SOURCE_XMP,
    "container": STATEMENT_SOURCE_XMP,
    "c2pa": STATEMENT_SOURCE_C2PA,
    "tdmrep": STATEMENT_SOURCE_TDMREP,
    "robots": STATEMENT_SOURCE_TDMREP,
}
_UNSIGNED: Final = frozenset({"exif", "xmp", "iptc", "container"})
"""What stands there anybody can write: it permits analysis at most."""
_ISSUERS: Final = {"tdmrep": "TDM reservation of the source", "robots": "robots directive of the source"}
_LONGEST_VERBATIM: Final = 8000


def statements_of(findings: Sequence[Finding], holder: str) -> list[RightsStatement]:
    """Return the statements that the findings make, in their order; what says nothing makes none.

    The id of a statement follows from where its words stand and what they say: the same file makes the same.
    """
    return [_statement(finding, terms, holder) for finding in findings for terms in _terms(finding, holder)]


def _statement(finding: Finding, terms: Terms, holder: str) -> RightsStatement:
    source: StatementSource.ValueType = _SOURCES[finding.origin]
    purposes = terms.purposes
    if terms.use == USE_ALLOWED and finding.origin in _UNSIGNED:
        purposes = (PURPOSE_ANALYSIS,)
    verbatim = f"{terms.words} {finding.text}" if terms.words else finding.text
    return RightsStatement(
        issuer=_ISSUERS.get(finding.origin, f"the file ({finding.origin.upper()})"),
        statement_id=content_id(finding.found_at, finding.text, *([terms.words] if terms.words else [])),
        revision=1,
        holder=holder,
        source=source,
        purposes=purposes,
        use=terms.use,
        legal_basis=terms.legal_basis,
        verbatim=verbatim[:_LONGEST_VERBATIM],
        found_at=finding.found_at,
    )


def _terms(finding: Finding, holder: str) -> list[Terms]:
    """Return what a finding says, each part as terms of its own; empty where it says nothing."""
    if finding.property == "tdm_offer":
        return read_offer(finding.text)
    if finding.property == "training_mining":
        reading = read_training_mining(finding.text)
        return [Terms(reading.use, reading.purposes, _basis(reading.use))]
    if finding.property in ("data_mining", "copyright_status"):
        read = read_data_mining if finding.property == "data_mining" else read_copyright_status
        stated = read(finding.text)
        return [] if stated is None else [Terms(stated.use, stated.purposes, _basis(stated.use))]
    if finding.property == "tdm_reservation":
        return [_reservation(finding.text)]
    if finding.property == "robots":
        return [Terms(USE_PROHIBITED, _TRAINING)]
    use = _use(finding, holder)
    return [] if use is None else [Terms(use, _purposes(finding, use), _basis(use))]


def _purposes(finding: Finding, use: Use.ValueType) -> tuple[Purpose.ValueType, ...]:
    """Return what words permit or withhold: everything where they permit, or forbid analysis itself."""
    names_analysis = forbids_analysis_in_caption if finding.property == "caption" else forbids_analysis
    everything = use == USE_ALLOWED or (use != USE_UNSPECIFIED and names_analysis(finding.text))
    return () if everything else _REUSE


def _use(finding: Finding, holder: str) -> Use.ValueType | None:
    """Return what words, marks and addresses say about use; None where they say nothing."""
    text = finding.text
    match finding.property:
        case "tdm_policy":
            use = None  # where terms may be agreed; it goes with a reservation and grants nothing itself
        case "unreadable":
            use = USE_UNSPECIFIED
        case "caption":
            use = use_in_caption(text)
        case "marked":
            # XMP: true is what `©` is, false is the public domain.
            use = {"true": None, "false": USE_ALLOWED}.get(text.casefold(), USE_UNSPECIFIED)
        case "licence" | "terms_elsewhere":
            use = use_of(text) if known_licence(text) else USE_CONSTRAINED
        case "constraint" | "dated":
            use = USE_PROHIBITED if use_of(text) == USE_PROHIBITED else USE_CONSTRAINED
        case _:
            use = use_of(text, [holder])
    return use


def _reservation(value: str) -> Terms:
    """Return what `tdm-reservation` says: 1 reserves text and data mining, 0 leaves it to § 44b UrhG."""
    use = {"1": USE_PROHIBITED, "0": USE_ALLOWED}.get(value.strip(), USE_UNSPECIFIED)
    return Terms(use, _TRAINING, LEGAL_BASIS_TDM if use == USE_ALLOWED else LEGAL_BASIS_UNSPECIFIED)


def _basis(use: Use.ValueType) -> LegalBasis.ValueType:
    return LEGAL_BASIS_PUBLIC if use == USE_ALLOWED else LEGAL_BASIS_UNSPECIFIED
