"""The rights of an asset: statements as a lattice, and what the house decides from them."""

from framewell_dataset.domain.rights.decisions import (
    MOST_PASSAGES,
    HousePolicy,
    Use,
    decide,
    decisions,
    in_force,
    next_change,
    passages,
)
from framewell_dataset.domain.rights.received import (
    Origin,
    ReceivedStatement,
    RightsOfAsset,
    from_ingest,
    holders_of,
    statement_id,
)
from framewell_dataset.domain.rights.revisions import kept
from framewell_dataset.domain.rights.terms import PURPOSES

__all__ = [
    "MOST_PASSAGES",
    "PURPOSES",
    "HousePolicy",
    "Origin",
    "ReceivedStatement",
    "RightsOfAsset",
    "Use",
    "decide",
    "decisions",
    "from_ingest",
    "holders_of",
    "in_force",
    "kept",
    "next_change",
    "passages",
    "statement_id",
]
