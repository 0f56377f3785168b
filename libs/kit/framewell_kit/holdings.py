"""What a service holds of people, assets and holders of rights: one table, store by store.

    HOLDINGS = (
        Holding("tracks", "faces seen in an asset, with their vectors", forget_asset),
        Holding("objects/video/mp4", "proxies", forget_asset),
        Holding("ledger", "what is owed for a sample, by ids", kept="§ 147 AO: bookkeeping, ten years"),
        Holding("model_versions", kept="says nothing of anybody"),
    )

An erasure follows the table (`framewell_kit.erasure`), the service bench holds it against what the service
really writes, and a search over all stores (`operations`) says by it what may stay. Every collection is a
row by its name, every kind of object one by its media type, `objects/<media type>`.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from framewell.erasure.v1.erasure_pb2 import ErasurePlanned
from framewell_kit.facts import Cause

OBJECTS = "objects/"
"""Stands before the media type in the name of a store of objects."""


class Eraser(Protocol):
    """Takes away what one or several stores hold of the subjects of a plan."""

    async def __call__(self, plan: ErasurePlanned, cause: Cause, /) -> Mapping[str, int]:
        """Erase what is held of the plan's classes, assets and names; return how many things, by store.

        Repeating it is safe and finds nothing more. May raise Busy and NotYet.
        """
        ...


@dataclass(frozen=True, slots=True)
class Holding:
    """One store of a service: what it holds of anybody, who erases that, or why it stays.

    Exactly one of `eraser` and `kept` is given; several stores may have the same eraser (the same object),
    which runs once. Raises ValueError for a row that says neither or both.
    """

    store: str
    holds: str = ""
    eraser: Eraser | None = None
    kept: str = ""

    def __post_init__(self) -> None:
        if (self.eraser is None) != bool(self.kept):
            raise ValueError(f"store {self.store!r} is either erased by somebody or kept for a reason")


@dataclass(frozen=True, slots=True)
class Holdings:
    """The table of a service. Raises ValueError for a store that stands in it twice."""

    rows: Sequence[Holding] = ()

    def __post_init__(self) -> None:
        twice = [store for store, count in Counter(row.store for row in self.rows).items() if count > 1]
        if twice:
            raise ValueError(f"stores declared twice: {', '.join(sorted(twice))}")

    def get(self, store: str) -> Holding | None:
        """Return the row of a store, or None."""
        return next((row for row in self.rows if row.store == store), None)

    def undeclared(self, stores: Iterable[str]) -> list[str]:
        """Return those of the stores that are no row of the table, in alphabetical order."""
        declared = {row.store for row in self.rows}
        return sorted(set(stores) - declared)

    async def erase(self, plan: ErasurePlanned, cause: Cause) -> dict[str, int]:
        """Run every eraser once, in the order of the table; return the counts of all stores they erase from.

        Raises what erasers raise, and ValueError for an eraser that counts a store that is not its own.
        """
        counts = {row.store: 0 for row in self.rows if row.eraser is not None}
        erasers = {id(row.eraser): row.eraser for row in self.rows if row.eraser is not None}
        for eraser in erasers.values():
            own = {row.store for row in self.rows if row.eraser is eraser}
            for store, count in (await eraser(plan, cause)).items():
                if store not in own:
                    raise ValueError(f"an eraser counted {store!r}, which the table gives to another")
                counts[store] += count
        return counts


Forget = Callable[[str], Awaitable[Mapping[str, int]]]
"""Takes away what is held of one subject, by its id; returns how many things, by store."""


@dataclass(frozen=True, slots=True)
class EraseEachAsset:
    """Erases asset by asset."""

    forget: Forget

    async def __call__(self, plan: ErasurePlanned, cause: Cause) -> Mapping[str, int]:  # noqa: ARG002
        """Return how many things of the plan's assets went, by store."""
        counts: Counter[str] = Counter()
        for asset_id in plan.asset_ids:
            counts.update(await self.forget(asset_id))
        return counts
