"""Parameters of the recipe, as people say them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Self

from framewell_contracts.sentences import Sentence, say
from framewell_training.recipes.identity.heads import HeadKind, Thresholds

CHALLENGERS = (HeadKind.CORRECTED.value, HeadKind.LINEAR.value)
MOST_HIT, MOST_REVIEW = 0.65, 1.0
"""At .65 thirty of 1,003 pairs of strangers are taken for one person; at 1.0 most of them are a question."""

BOUNDS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "hit": (1e-3, MOST_HIT),
        "review": (1e-3, MOST_REVIEW),
        "epochs": (1, 10_000),
        "learning_rate": (1e-6, 10.0),
        "weight_decay": (0.0, 1.0),
    }
)
"""Least and largest value of each number."""


class InvalidParameter(ValueError):
    """A parameter that the recipe does not know or cannot use; the message says which are there."""

    def __init__(self, reason: Sentence) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class IdentityParameters:
    """How the recipe works; every field has a default."""

    hit: float
    """Distance below which a face is named, at most."""
    review: float
    """Distance below which a face is a question, at most."""
    challengers: tuple[str, ...] = CHALLENGERS
    """`corrected`, `linear`, or none."""
    epochs: int = 60
    """Times the trained head sees every photo."""
    learning_rate: float = 0.05
    weight_decay: float = 0.001

    @classmethod
    def parse(cls, parameters: Mapping[str, str], default: Thresholds) -> Self:
        """Read parameters by name; raises InvalidParameter for unknown names and senseless values."""
        known = cls(default.hit, default.review)
        unknown = sorted(set(parameters) - set(known.texts()))
        if unknown:
            raise InvalidParameter(
                say(
                    "invalid_parameter.unknown",
                    "recipe identity knows no parameter {unknown}; it has {known}",
                    unknown=", ".join(unknown),
                    known=", ".join(known.texts()),
                )
            )
        parsed = cls(
            hit=_number(parameters, "hit", known.hit),
            review=_number(parameters, "review", known.review),
            challengers=_challengers(parameters.get("challengers", ",".join(known.challengers))),
            epochs=_whole(parameters, "epochs", known.epochs),
            learning_rate=_number(parameters, "learning_rate", known.learning_rate),
            weight_decay=_number(parameters, "weight_decay", known.weight_decay),
        )
        parsed._check()
        return parsed

    def texts(self) -> dict[str, str]:
        """Return all parameters as text, the same however they were written: what a run's id is made from."""
        return {
            "hit": f"{self.hit:g}",
            "review": f"{self.review:g}",
            "challengers": ",".join(self.challengers) or "none",
            "epochs": str(self.epochs),
            "learning_rate": f"{self.learning_rate:g}",
            "weight_decay": f"{self.weight_decay:g}",
        }

    def _check(self) -> None:
        for name, (low, high) in BOUNDS.items():
            if not low <= (value := getattr(self, name)) <= high:  # NaN fails too
                raise InvalidParameter(
                    say(
                        "invalid_parameter.bounds",
                        "{name} must lie between {low} and {high}, not at {value}",
                        name=name,
                        low=f"{low:g}",
                        high=f"{high:g}",
                        value=f"{value:g}",
                    )
                )
        if self.hit > self.review:
            raise InvalidParameter(
                say(
                    "invalid_parameter.order",
                    "hit {hit} must not lie above review {review}",
                    hit=f"{self.hit:g}",
                    review=f"{self.review:g}",
                )
            )


def _number(parameters: Mapping[str, str], name: str, default: float) -> float:
    try:
        return float(parameters.get(name, default))
    except ValueError as error:
        raise InvalidParameter(
            say(
                "invalid_parameter.number",
                "{name} must be a number, not {value}",
                name=name,
                value=repr(parameters[name]),
            )
        ) from error


def _whole(parameters: Mapping[str, str], name: str, default: int) -> int:
    try:
        return int(parameters.get(name, default))
    except ValueError as error:
        raise InvalidParameter(
            say(
                "invalid_parameter.whole_number",
                "{name} must be a whole number, not {value}",
                name=name,
                value=repr(parameters[name]),
            )
        ) from error


def _challengers(parameters: str) -> tuple[str, ...]:
    names = [name.strip() for name in parameters.split(",") if name.strip()]
    if names in ([], ["none"]):
        return ()
    for name in names:
        if name not in CHALLENGERS:
            raise InvalidParameter(
                say(
                    "invalid_parameter.challenger",
                    "no challenger is called {name}; there are {known}",
                    name=repr(name),
                    known=", ".join(CHALLENGERS),
                )
            )
    return tuple(name for name in CHALLENGERS if name in names)
