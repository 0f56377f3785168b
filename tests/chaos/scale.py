"""How much of everything: the recorded proof, and the short form that every `make test` runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """Counts of one run; rows read theirs from here and nowhere else.

    `patience_seconds` is what anything that must happen may take.
    """

    patience_seconds: float
    events: int
    kills: int
    broker_kills: int
    database_kills: int
    away_seconds: float
    freezes: int
    frozen_seconds: float
    terminations: int
    skews: int
    backlog: int
    poisoned: int
    replayed: int
    heavy: int
    objects: int
    full_disks: int


FULL = Scale(
    patience_seconds=120,
    events=20_000,
    kills=50,
    broker_kills=20,
    database_kills=10,
    away_seconds=60,
    freezes=6,
    frozen_seconds=13,
    terminations=20,
    skews=6,
    backlog=1_000_000,
    poisoned=10_000,
    replayed=4_000,
    heavy=40,
    objects=120,
    full_disks=3,
)

SHORT = Scale(
    patience_seconds=120,
    events=1_600,
    kills=3,
    broker_kills=1,
    database_kills=1,
    away_seconds=4,
    freezes=1,
    frozen_seconds=9,
    terminations=2,
    skews=2,
    backlog=40_000,
    poisoned=1_000,
    replayed=400,
    heavy=6,
    objects=24,
    full_disks=1,
)
