"""A sample: one face track in one shot (or a region a person pointed at), and how its state may change.

`withheld ⇄ proposed → accepted | rejected | unsure`, any → `withdrawn`; what a person decided can be
undone, and a sample withdrawn for rights comes back as proposed when they return. Every change raises
the revision, so that each change has one fact and that fact one id.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from framewell.media.v1.media_pb2 import Span
from framewell.mesh.v1.mesh_pb2 import Actor
from framewell.rights.v1.rights_pb2 import Purpose, RightsDecision
from framewell.sample.v1.sample_pb2 import Crop, Decision, Evidence, Provenance, SampleState
from framewell_contracts.identity import derived_id
from framewell_contracts.sentences import worded
from framewell_dataset.domain.geometry import Sighting, shared_place, shared_time, thinned

SAME_TIME = 0.5
SAME_PLACE = 0.5
"""Two proposals of one asset that share so much time and place are one sample, whoever found them."""

LONGEST_TRAJECTORY = 32
MOST_CROPS = 10


class State(StrEnum):
    """Where a sample stands; the values are the names of the wire's states."""

    WITHHELD = "withheld"
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNSURE = "unsure"
    WITHDRAWN = "withdrawn"

    @property
    def wire(self) -> "SampleState.ValueType":
        return SampleState.Value(f"SAMPLE_STATE_{self.name}")

    @staticmethod
    def of(wire: "SampleState.ValueType") -> "State":
        return State[SampleState.Name(wire).removeprefix("SAMPLE_STATE_")]


DECIDED = frozenset({State.ACCEPTED, State.REJECTED, State.UNSURE})
"""States a person put the sample in; no rule touches these."""

IN_USE = frozenset({State.PROPOSED, State.ACCEPTED, State.UNSURE})
"""States that rights must allow."""


class Withdrawal(StrEnum):
    """Why a sample was withdrawn; only rights may bring it back."""

    NONE = ""
    RIGHTS = "rights"
    ERASED = "erased"
    ASSET_REMOVED = "asset_removed"
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample as the service holds it.

    Its vectors and the near-duplicates it stands for lie apart, by its id. `quality` (0 to 1) ranks samples
    of one class.
    """

    sample_id: str
    dataset_id: str
    asset_id: str
    programme_key: str
    rule: str
    purpose: "Purpose.ValueType"
    state: State
    span: Span
    trajectory: tuple[Sighting, ...]
    provenance: Provenance
    created_at: datetime
    class_id: str = ""
    question: bool = False
    crops: tuple[Crop, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    quality: float = 0.0
    revision: int = 1
    reason: str = ""
    withdrawal: Withdrawal = Withdrawal.NONE
    claimed_by: str = ""
    claimed_until: datetime | None = None
    decided_by: Actor | None = None
    """Who decided about it last, or took that back, and when; None until somebody did."""
    cluster_decision_id: str = ""
    """The decision by which a cluster was named, where its acceptance follows from that."""
    moved_from: tuple[str, ...] = ()
    """Classes that it had before mergers moved it, the first one first."""

    @property
    def certainty(self) -> int:
        """Return what orders samples by how doubtful they are, in millionths: every question comes first."""
        return round(1e6 * self.quality) + (0 if self.question else 1_000_000)

    def claimed_at(self, now: datetime) -> bool:
        """Return whether somebody is reviewing it."""
        return self.claimed_until is not None and self.claimed_until > now

    def same_as(self, span: Span, trajectory: tuple[Sighting, ...]) -> bool:
        """Return whether a sighting of the same asset is this very sample."""
        return (
            shared_time(self.span, span) >= SAME_TIME
            and shared_place(self.trajectory, trajectory) >= SAME_PLACE
        )

    @property
    def rank(self) -> tuple[int, str]:
        """Return what orders samples that are the same: the lowest stays, the longest, then any."""
        return self.span.start_pts - self.span.end_pts, self.sample_id

    def grown(self, span: Span, trajectory: tuple[Sighting, ...]) -> "Sample | None":
        """Return the sample after more of its track was seen, None when it covers that already.

        No change of what it is: the revision stays. A track may be cut off at a chunk's edge at first.
        """
        begin, end = min(self.span.start_pts, span.start_pts), max(self.span.end_pts, span.end_pts)
        if (begin, end) == (self.span.start_pts, self.span.end_pts):
            return None
        first = min(self.span.first_frame, span.first_frame)
        last = max(self.span.first_frame + self.span.frames, span.first_frame + span.frames)
        seen = {sighting.pts: sighting for sighting in (*trajectory, *self.trajectory)}
        return replace(
            self,
            span=Span(start_pts=begin, end_pts=end, first_frame=first, frames=last - first),
            trajectory=thinned([seen[pts] for pts in sorted(seen)], LONGEST_TRAJECTORY),
        )

    def changed(self, **changes: object) -> "Sample":
        """Return the sample after one change: the next revision."""
        return replace(self, revision=self.revision + 1, **changes)  # type: ignore[arg-type]

    def under(self, decision: RightsDecision) -> "Sample | None":
        """Return the sample after the gate's decision, None when that changes nothing.

        A decision that rests on other statements, or on other terms of them, is noted in the passport.
        """
        if decision.allowed:
            back = self.state is State.WITHDRAWN and self.withdrawal is Withdrawal.RIGHTS
            if self.state is State.WITHHELD or back:
                return self._at_rights(decision, State.PROPOSED)
            same = self.state not in IN_USE or rests_on(decision) == rests_on(self.provenance.rights)
            return None if same else self._at_rights(decision, self.state)
        if self.state not in IN_USE:
            return None
        if self.state is State.ACCEPTED:
            return self._at_rights(decision, State.WITHDRAWN, Withdrawal.RIGHTS)
        return self._at_rights(decision, State.WITHHELD)

    def _at_rights(
        self, decision: RightsDecision, state: State, withdrawal: Withdrawal = Withdrawal.NONE
    ) -> "Sample":
        provenance = Provenance()
        provenance.CopyFrom(self.provenance)
        provenance.rights.CopyFrom(decision)
        reason = "" if decision.allowed else worded(decision.sentence, decision.wording)
        return self.changed(state=state, withdrawal=withdrawal, provenance=provenance, reason=reason)

    def withdrawn(self, why: Withdrawal, reason: str) -> "Sample | None":
        """Return the sample taken back, None when it already is for a reason that lasts."""
        if self.state is State.WITHDRAWN and self.withdrawal in (why, Withdrawal.ERASED):
            return None
        return self.changed(state=State.WITHDRAWN, withdrawal=why, reason=reason)


def rests_on(decision: RightsDecision) -> tuple[int, tuple[bytes, ...]]:
    """Return what a decision rests on: the legal basis, and the statements with all their terms."""
    grounds = sorted(each.SerializeToString(deterministic=True) for each in decision.grounds)
    return decision.legal_basis, tuple(grounds)


_DECIDED_STATE: dict["Decision.ValueType", State] = {
    Decision.DECISION_ACCEPT: State.ACCEPTED,
    Decision.DECISION_REJECT: State.REJECTED,
    Decision.DECISION_UNSURE: State.UNSURE,
    Decision.DECISION_UNDO: State.PROPOSED,
}


def state_after(decision: "Decision.ValueType") -> State:
    """Return the state that a decision leads to. Raises KeyError for an unspecified one."""
    return _DECIDED_STATE[decision]


def sample_id(dataset_id: str, asset_id: str, span: Span, first: Sighting) -> str:
    """Return the id of a new sample: the same sighting of an asset gets the same one every time."""
    place = f"{span.start_pts}/{first.x + first.width / 2:.2f},{first.y + first.height / 2:.2f}"
    return derived_id(asset_id, "sample", f"{dataset_id}/{place}")
