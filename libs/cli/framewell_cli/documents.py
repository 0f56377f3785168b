"""Values in REST documents, as people read them and as programs count with them.

Documents spell messages as `framewell_contracts.json_mapping` does: what is unset is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

Document = Mapping[str, Any]


def model_text(model: Document | None) -> str:
    """Return `name@version` of a model; empty without one."""
    return f"{model['name']}@{model['version']}" if model and model.get("name") else ""


def score_text(document: Document) -> str:
    """Return its score with two digits, or `-` where it has none."""
    return f"{document['score']:.2f}" if "score" in document else "-"


def purpose_text(decision: Document) -> str:
    """Return the purpose of a decision about rights in words."""
    return str(decision["purpose"]).replace("_", " ")


def verdict_text(decision: Document) -> str:
    """Return what a decision about rights came to: `allowed` or `withheld`."""
    return "allowed" if decision["allowed"] else "withheld"


def seconds(duration: str) -> float:
    """Return the seconds of a duration such as `3.5s`."""
    return float(duration.removesuffix("s"))


def ratio(value: Document) -> Fraction:
    """Return an exact fraction of two whole numbers."""
    return Fraction(value["numerator"], value["denominator"])
