"""Entries of the CAWG training and data mining assertion (1.1) as use and purposes."""

from __future__ import annotations

import json
from typing import Final

from framewell.rights.v1.rights_pb2 import (
    PURPOSE_ANALYSIS,
    PURPOSE_GENERATIVE_TRAINING,
    PURPOSE_OWN_TRAINING,
    USE_ALLOWED,
    USE_CONSTRAINED,
    USE_PROHIBITED,
    USE_UNSPECIFIED,
    Purpose,
)
from framewell_ingest.rights.plus import Reading

_PURPOSES: Final[dict[str, tuple[Purpose.ValueType, ...]]] = {
    "ai_inference": (PURPOSE_ANALYSIS,),
    "ai_training": (PURPOSE_OWN_TRAINING,),
    "ai_generative_training": (PURPOSE_GENERATIVE_TRAINING,),
    # As with the TDM reservation: mining is what training does, not what finding a picture again does.
    "data_mining": (PURPOSE_OWN_TRAINING, PURPOSE_GENERATIVE_TRAINING),
}
_USES: Final = {"allowed": USE_ALLOWED, "notAllowed": USE_PROHIBITED, "constrained": USE_CONSTRAINED}


def read_training_mining(text: str) -> Reading:
    """Return what one entry says, e.g. `{"cawg.ai_training": {"use": "notAllowed"}}`.

    A bare `constrained`, without words on the constraint, counts as not allowed (as the assertion has
    it); a use nobody knows says nothing that could be relied on.
    """
    ((name, terms),) = json.loads(text).items()
    use = _USES.get(terms.get("use"), USE_UNSPECIFIED)
    # The assertion writes `constraint_info`; older writers used the plural.
    if use == USE_CONSTRAINED and not (terms.get("constraint_info") or terms.get("constraints_info")):
        use = USE_PROHIBITED
    return Reading(use, _PURPOSES.get(name.rpartition(".")[2], ()))
