"""How the vectors of a space are kept: stored blocks, and behind them a log of changes."""

from __future__ import annotations

from dataclasses import dataclass

from framewell_inference.domain.vectors import VectorTable


@dataclass(frozen=True, slots=True)
class BlockRef:
    """A stored block: the object of its table, and that of its graph (empty while it has none)."""

    key: str
    graph_key: str
    rows: int
    holder: str
    """Under which its objects are held: one a writing, so that no writer deletes what another wrote."""


@dataclass(frozen=True, slots=True)
class Packed:
    """What of a space lies in blocks: every entry of its log up to the number `until`.

    `revision` grows with every change and guards against two writers.
    """

    revision: int = 0
    until: int = 0
    blocks: tuple[BlockRef, ...] = ()


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One change of a space: the rows that a set has from now on, None when it has none any more."""

    number: int
    set_id: str
    table: VectorTable | None
