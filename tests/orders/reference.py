"""What holds at rest, said in the simplest way: a small model of assets, statements and erasures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from framewell.rights.v1 import rights_pb2 as rights

ANALYSIS, TRAINING = rights.PURPOSE_ANALYSIS, rights.PURPOSE_OWN_TRAINING
Purpose = int
Subject = tuple[str, str]
"""Kind and name: `("asset_id", …)`, `("holder", …)` or `("source", …)`."""


@dataclass
class Footage:
    """An asset, the person seen in it, and what it came with."""

    asset_id: str
    who: int
    source: str
    holder: str
    stated: bool
    """Whether its holder allows every use; otherwise the house decides, which allows analysis alone."""

    gone: bool = False
    barred: bool = False
    """Whether a holder of it was erased: nobody may use it, and it is gone if it came before."""

    @property
    def subjects(self) -> list[Subject]:
        """Return everything that a statement about it may name."""
        named = [("asset_id", self.asset_id), ("source", self.source)]
        return [*named, ("holder", self.holder)] if self.stated else named


@dataclass
class Reference:
    """The truth. A statement here is about one subject and one purpose; its newest authorised word counts."""

    footage: dict[str, Footage] = field(default_factory=dict)
    said: dict[tuple[Subject, Purpose], bool] = field(default_factory=dict)
    forgotten: set[int] = field(default_factory=set)
    """People whose class was erased."""

    holders_gone: set[str] = field(default_factory=set)

    def take_in(self, asset: Footage) -> None:
        """Note an asset; one of a holder that is to be forgotten is gone at once."""
        asset.barred = asset.stated and asset.holder in self.holders_gone
        self.footage.setdefault(asset.asset_id, asset)

    def erase_holder(self, holder: str) -> None:
        """Forget every asset of a holder, and those that come later."""
        self.holders_gone.add(holder)
        for asset in self.footage.values():
            asset.barred = asset.barred or (asset.stated and asset.holder == holder)

    def allowed(self, asset_id: str, purpose: Purpose) -> bool:
        """Return whether an asset may be used for a purpose: for none whose pictures may not be looked at."""
        return all(self._said(asset_id, each) for each in {purpose, ANALYSIS})

    def _said(self, asset_id: str, purpose: Purpose) -> bool:
        asset = self.footage.get(asset_id)
        if asset is None or asset.gone or asset.barred:
            return False
        words = [word for each in asset.subjects if (word := self.said.get((each, purpose))) is not None]
        if not all(words):
            return False
        return asset.stated or bool(words) or purpose == ANALYSIS

    def usable(self, assets: Iterable[str]) -> bool:
        """Return whether all of the assets may be learned from."""
        return all(self.allowed(asset_id, TRAINING) for asset_id in assets)
