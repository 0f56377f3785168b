"""What the dataset service remembers of an asset: where it comes from and who has rights in it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction

from framewell.media.v1.media_pb2 import MEDIA_KIND_STILL, MediaKind, ObjectRef, Programme, Timeline
from framewell.rights.v1.rights_pb2 import PurposeDecision
from framewell_contracts.sentences import say
from framewell_kit.outcomes import NotYet


@dataclass(frozen=True, slots=True)
class Standing:
    """What an asset's statements came to when they were weighed last.

    `revision` counts how often that changed; `due` is when a term begins or ends next. Without decisions
    nobody was told anything yet.
    """

    revision: int = 0
    holders: tuple[str, ...] = ()
    due: datetime | None = None
    decisions: tuple[PurposeDecision, ...] = ()


@dataclass(frozen=True, slots=True)
class Asset:
    """An asset as taken in. What was stated about it lies apart, by subject."""

    asset_id: str
    kind: "MediaKind.ValueType"
    source: str
    uri: str
    original: ObjectRef
    programme: Programme
    revision: int = 0
    programme_revision: int = 0
    removed: bool = False
    standing: Standing = field(default_factory=Standing)
    clock: Timeline = field(default_factory=Timeline)
    """Resolves passages of statements; empty until the asset was transcoded."""

    @property
    def still(self) -> bool:
        return self.kind == MEDIA_KIND_STILL

    @property
    def programme_key(self) -> str:
        """Return the same text for the same programme; the asset itself where nothing is known of it."""
        programme = self.programme
        day = ""
        if programme.HasField("broadcast_time"):
            day = programme.broadcast_time.ToDatetime(tzinfo=UTC).date().isoformat()
        parts = (programme.series, programme.title, day)
        return "|".join(parts) if any(parts[:2]) else self.asset_id


def known_asset(asset: Asset | None, asset_id: str) -> Asset | None:
    """Return the asset, None when it was removed. Raises NotYet while it is unknown here."""
    if asset is None:
        raise NotYet(
            say("asset_not_taken_in", "asset {asset_id} has not been taken in here yet", asset_id=asset_id)
        )
    return None if asset.removed else asset


def seconds_per_tick(timeline: Timeline) -> Fraction:
    """Return the length of a tick of the asset's clock; a millisecond where the clock is not known."""
    base = timeline.time_base
    return Fraction(base.numerator, base.denominator) if base.denominator else Fraction(1, 1000)
