"""Somebody looks for a face: who and why is kept before anything is given out."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from framewell.face.v1.face_pb2 import FaceSearched
from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_contracts.sentences import say
from framewell_inference.domain.tracks import FACES
from framewell_inference.ports.face_searches import FaceSearches
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Rejected


@dataclass(frozen=True, slots=True)
class Search:
    """Whose vectors are compared, why, and the asset that what is looked for is seen in; empty for none."""

    analyser: str
    reason: str
    shown_in_id: str


@dataclass(frozen=True, slots=True)
class RecordSearch:
    """Publish `face.searched` for every search by a face; of other searches nothing is kept.

    Whoever asks who a face is looks for it among those that are known.
    """

    searches: FaceSearches
    clock: Clock

    def require_reason(self, search: Search) -> None:
        """Raise Rejected for a search by a face that says no reason."""
        if search.analyser == FACES and not search.reason.strip():
            raise Rejected(
                say(
                    "reason_required",
                    "whoever looks for a face says why: give a `reason`; it is kept with who asked",
                ),
            )

    async def __call__(self, search: Search, found: int, actor: Actor, cause: Cause) -> None:
        """Keep a search that found so many. Raises Busy: what cannot be recorded is not given out."""
        self.require_reason(search)
        if search.analyser != FACES:
            return
        by = Actor(principal=actor.principal, authority=actor.authority)
        by.decided_at.FromDatetime(self.clock.now())
        fact = FaceSearched(
            search_id=str(uuid4()),
            actor=by,
            reason=search.reason.strip(),
            shown_in_id=search.shown_in_id,
            neighbour_count=found,
        )
        await self.searches.keep(fact, cause)
