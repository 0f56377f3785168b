"""Raw findings of the sandboxed reader, turned into rights statements with source and verbatim text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from framewell.rights.v1.rights_pb2 import (
    LEGAL_BASIS_PUBLIC,
    LEGAL_BASIS_TDM,
    LEGAL_BASIS_UNSPECIFIED,
    PURPOSE_GENERATIVE_TRAINING,
    PURPOSE_OWN_TRAINING,
    PURPOSE_SHARING,
    STATEMENT_SOURCE_C2PA,
    STATEMENT_SOURCE_EXIF,
    STATEMENT_SOURCE_TDMREP,
    STATEMENT_SOURCE_XMP,
    USE_ALLOWED,
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
from framewell_ingest.rights.plus import read_data_mining
from framewell_ingest.rights.training_mining import read_training_mining
from framewell_ingest.rights.wording import use_of

# Whoever forbids the reuse of a picture does not forbid the house to find it again.
_REUSE: Final = (PURPOSE_OWN_TRAINING, PURPOSE_SHARING, PURPOSE_GENERATIVE_TRAINING)
_SOURCES: Final = {
    "exif": STATEMENT_SOURCE_EXIF,
    "xmp": STATEMENT_SOURCE_XMP,
    "iptc": STATEMENT_SOURCE_XMP,
    "container": STATEMENT_SOURCE_XMP,
    "c2pa": STATEMENT_SOURCE_C2PA,
    "tdmrep": STATEMENT_SOURCE_TDMREP,
}
_ISSUERS: Final = {"tdmrep": "TDM reservation of the source"}


def statements_of(findings: Sequence[Finding], holder: str) -> list[RightsStatement]:
    """Return the statements that the findings make, in their order; what says nothing makes none."""
    made = (_statement(finding, holder) for finding in findings)
    return [statement for statement in made if statement is not None]


def _statement(finding: Finding, holder: str) -> RightsStatement | None:
    terms = _terms(finding)
    if terms is None:
        return None
    use, purposes, basis = terms
    source: StatementSource.ValueType = _SOURCES[finding.origin]
    return RightsStatement(
        issuer=_ISSUERS.get(finding.origin, f"the file ({finding.origin.upper()})"),
        statement_id=content_id(finding.found_at, finding.text),
        revision=1,
        holder=holder,
        source=source,
        purposes=purposes,
        use=use,
        legal_basis=basis,
        verbatim=finding.text,
        found_at=finding.found_at,
    )


Terms = tuple["Use.ValueType", tuple["Purpose.ValueType", ...], "LegalBasis.ValueType"]


def _terms(finding: Finding) -> Terms | None:
    if finding.property == "data_mining":
        reading = read_data_mining(finding.text)
        return None if reading is None else (reading.use, reading.purposes, _basis(reading.use))
    if finding.property == "training_mining":
        reading = read_training_mining(finding.text)
        return reading.use, reading.purposes, _basis(reading.use)
    if finding.property == "tdm_reservation":
        return _reservation(finding.text)
    if finding.property == "tdm_policy":
        return None  # where terms may be agreed; it goes with a reservation and grants nothing itself
    use = USE_UNSPECIFIED if finding.property == "unreadable" else use_of(finding.text)
    if use is None:
        return None
    return use, () if use == USE_ALLOWED else _REUSE, _basis(use)


def _reservation(value: str) -> Terms:
    """Return what `tdm-reservation` says: 1 reserves text and data mining, 0 leaves it to § 44b UrhG."""
    training = (PURPOSE_OWN_TRAINING, PURPOSE_GENERATIVE_TRAINING)
    use = {"1": USE_PROHIBITED, "0": USE_ALLOWED}.get(value.strip(), USE_UNSPECIFIED)
    return use, training, LEGAL_BASIS_TDM if use == USE_ALLOWED else LEGAL_BASIS_UNSPECIFIED


def _basis(use: Use.ValueType) -> LegalBasis.ValueType:
    return LEGAL_BASIS_PUBLIC if use == USE_ALLOWED else LEGAL_BASIS_UNSPECIFIED
