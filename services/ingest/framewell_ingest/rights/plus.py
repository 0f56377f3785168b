"""The PLUS data mining property (IPTC Photo Metadata 2023.1), `plus:DataMining` in XMP.

Values from the PLUS vocabulary, http://ns.useplus.org/ldf/vocab/: a picture's machine-readable word on
data mining and AI training.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from framewell.rights.v1.rights_pb2 import (
    PURPOSE_GENERATIVE_TRAINING,
    PURPOSE_OWN_TRAINING,
    USE_ALLOWED,
    USE_CONSTRAINED,
    USE_PROHIBITED,
    USE_UNSPECIFIED,
    Purpose,
    Use,
)


class Reading(NamedTuple):
    """What a value says; no purposes means all of them."""

    use: Use.ValueType
    purposes: tuple[Purpose.ValueType, ...] = ()


_ANY_TRAINING: Final = (PURPOSE_OWN_TRAINING, PURPOSE_GENERATIVE_TRAINING)
_READINGS: Final = {
    "DMI-ALLOWED": Reading(USE_ALLOWED),
    "DMI-PROHIBITED": Reading(USE_PROHIBITED),
    "DMI-PROHIBITED-AIMLTRAINING": Reading(USE_PROHIBITED, _ANY_TRAINING),
    "DMI-PROHIBITED-GENAIMLTRAINING": Reading(USE_PROHIBITED, (PURPOSE_GENERATIVE_TRAINING,)),
    "DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING": Reading(USE_PROHIBITED),
    "DMI-PROHIBITED-SEECONSTRAINT": Reading(USE_CONSTRAINED),
    "DMI-PROHIBITED-SEEEMBEDDEDRIGHTSEXPR": Reading(USE_CONSTRAINED),
    "DMI-PROHIBITED-SEELINKEDRIGHTSEXPR": Reading(USE_CONSTRAINED),
}


def read_data_mining(value: str) -> Reading | None:
    """Return what the property says, None for `DMI-UNSPECIFIED`; an unknown value counts as unreadable."""
    term = value.strip().rstrip("/").rpartition("/")[2].upper()
    if term == "DMI-UNSPECIFIED":
        return None
    return _READINGS.get(term, Reading(USE_UNSPECIFIED))


def read_copyright_status(value: str) -> Reading | None:
    """Return what `plus:CopyrightStatus` says: None for a protected work, which is what `©` says."""
    term = value.strip().rstrip("/").rpartition("/")[2].upper()
    if term in ("CS-PRO", "CS-UNK"):
        return None
    return Reading(USE_ALLOWED) if term == "CS-PUB" else Reading(USE_UNSPECIFIED)
