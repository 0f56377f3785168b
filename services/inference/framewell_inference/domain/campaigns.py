"""A campaign over the archive: what looks again at which assets, how far it is, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import Final

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_contracts.sentences import say
from framewell_inference.domain.campaign_counts import Counts
from framewell_inference.domain.work_hours import WorkHours
from framewell_models.manifest import ModelRef

PIECE: Final = 64
"""Chunks in one piece: ten minutes of an asset, which is what another replica may take over."""

SOUND: Final = "sound"
"""The piece that is the sound of an asset."""

END: Final = "end"
"""The piece that says, once all others are done, what the asset has come to."""


class State(Enum):
    """How far a campaign has come."""

    RUNNING = "running"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    DONE = "done"

    @property
    def ended(self) -> bool:
        """Return whether nothing more is begun, ever."""
        return self in (State.CANCELLED, State.DONE)


BEGUN_BY_ITSELF: Final = say("reanalysis.by_itself", "begun by itself, not estimated")
"""Basis of a campaign that nobody asked for."""


@dataclass(frozen=True, slots=True)
class Target:
    """What looks: a model, an analyser with the model it runs, or whatever was skipped. One of the three."""

    model: ModelRef | None = None
    analyser: str = ""
    skipped: bool = False

    def __str__(self) -> str:
        return str(self.model or self.analyser or "what was skipped")


@dataclass(frozen=True, slots=True)
class Selection:
    """Which assets: those that meet every condition that is set. Times are seconds since 1970."""

    asset_ids: tuple[str, ...] | None = None
    """These alone; None for any. Empty once all of them are gone, and then no asset is selected."""
    series: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    since: float | None = None
    until: float | None = None
    everything: bool = False

    @property
    def empty(self) -> bool:
        """Return whether neither a condition nor everything is said."""
        return self == Selection()


@dataclass(frozen=True, slots=True)
class AnalysedAsset:
    """What is known of an asset whose analysis has ended: enough to select it and to say what it costs."""

    asset_id: str
    generation: int
    series: str
    channel: str
    asked_at: float
    chunks: int
    """Chunks with stored pictures."""
    last_index: int
    """The largest number of a chunk, -1 where there is none."""
    pictures: int
    sound_seconds: float
    """Length of the stored sound; 0 without one."""
    looked: frozenset[str]
    """What looked at all of these chunks, or listened to the sound, by `look_name`."""
    skipped: frozenset[str] = frozenset()
    """Analysers that were skipped in some chunk to keep up with the programme."""


def look_name(analyser: str, model: ModelRef) -> str:
    """Return the name of an analyser with its model, e.g. `faces faces/dlib-resnet@1.0`."""
    return f"{analyser} {model}"


@dataclass(frozen=True, slots=True)
class Estimate:
    """What there is to do. `seconds` is None where what a look costs is not known; `basis` says why."""

    assets: int = 0
    chunks: int = 0
    pictures: int = 0
    sound_seconds: float = 0.0
    done_assets: int = 0
    seconds: float | None = None
    basis: str = ""


@dataclass(frozen=True, slots=True)
class OpenAsset:
    """An asset that is being worked on: the pieces of it that have not ended."""

    asset_id: str
    generation: int
    last_index: int
    pieces: tuple[str, ...]

    def chunks_in(self, piece: str) -> int:
        """Return how many chunks a piece has, the sound counted as one and the end as none."""
        if piece in (SOUND, END):
            return int(piece == SOUND)
        return min(PIECE, self.last_index + 1 - int(piece) * PIECE)


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign and how far it is. `revision` grows with every change of it."""

    id: str
    target: Target
    selection: Selection
    hours: WorkHours | None
    actor: Actor
    started_at: datetime
    estimate: Estimate = Estimate()
    state: State = State.RUNNING
    ended_at: datetime | None = None
    cursor: str = ""
    """The last asset that was taken up, in order of ids."""
    all_taken: bool = False
    """Whether there is no further asset to take up."""
    open: tuple[OpenAsset, ...] = ()
    assets: int = 0
    """Assets that are finished."""
    counts: Counts = field(default_factory=Counts)
    revision: int = 0
    changed_by: Actor | None = None
    """Who paused, resumed or cancelled it last."""

    @property
    def look_revision(self) -> int:
        """Return the revision of what is said of a chunk that this campaign has looked at."""
        return round(self.started_at.timestamp() * 1000)

    def waits(self, now: datetime) -> str:
        """Return what it waits for, in a sentence; empty while it may work or has ended."""
        if self.state is State.PAUSED:
            return say("reanalysis.paused", "it is paused")
        if self.state is State.RUNNING and self.hours is not None and not self.hours.open_at(now):
            hours = self.hours
            return say(
                "reanalysis.hours",
                "it works from {begin} to {end} ({zone})",
                begin=hours.begin,
                end=hours.end,
                zone=hours.zone,
            )
        return ""

    def works(self, now: datetime) -> bool:
        """Return whether pieces may be begun now."""
        return self.state is State.RUNNING and not self.waits(now)

    def ended_piece(self, asset_id: str, piece: str, counts: Counts) -> Campaign:
        """Return the campaign with a piece over; the last one of an asset calls for its end."""
        (asset,) = [one for one in self.open if one.asset_id == asset_id]
        left = tuple(one for one in asset.pieces if one != piece)
        after = replace(self, counts=self.counts + counts)
        if not left and piece != END:
            left = (END,)
        kept = replace(asset, pieces=left)
        others = tuple(one for one in self.open if one.asset_id != asset_id)
        if not left:
            return replace(after, open=others, assets=self.assets + 1)
        return replace(after, open=tuple(kept if one is asset else one for one in self.open))


def pieces_of(asset: AnalysedAsset, *, pictures: bool, sound: bool) -> tuple[str, ...]:
    """Return the pieces of an asset for analysers that look, that listen, or both."""
    ranges = range(asset.last_index // PIECE + 1) if pictures else ()
    return (*map(str, ranges), *([SOUND] if sound and asset.sound_seconds else []))


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of a campaign's work, as it is handed out."""

    campaign_id: str
    asset_id: str
    generation: int
    name: str
    chunks: int

    @property
    def numbers(self) -> range:
        """Return the numbers of the chunks of a piece of pictures."""
        first = int(self.name) * PIECE
        return range(first, first + self.chunks)
