"""One look at each bundle: what was kept of the same look before is not looked at again.

A late segment of a recording, or whatever else begins a new generation, leaves most chunks as they were:
their frame bundles have the same bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from framewell.media.v1.media_pb2 import ObjectRef, Span
from framewell_inference.domain.messages import findings_of
from framewell_inference.domain.observations import Findings
from framewell_inference.domain.stored import StoredSet
from framewell_inference.ports.analysers import PictureAnalyser
from framewell_inference.ports.repositories import ObservationRepository
from framewell_kit.outcomes import NotFound
from framewell_kit.rights_decisions import Passages


@dataclass(frozen=True, slots=True)
class ReuseLooks:
    """Finds the findings of looks that were kept. They go the way of new ones: what is forgotten stays so."""

    observations: ObservationRepository

    async def __call__(self, chunk_id: str, looks: Mapping[str, str]) -> dict[str, Findings]:
        """Return the findings of those analysers whose look (by analyser) was kept of this chunk."""
        kept = await self.observations.looks(chunk_id)
        found = {name: await self._findings(kept[look]) for name, look in looks.items() if look in kept}
        return {name: findings for name, findings in found.items() if findings is not None}

    async def _findings(self, stored: StoredSet) -> Findings | None:
        try:
            vectors = await self.observations.vectors(stored) if stored.vectors_key else None
            return findings_of(await self.observations.read(stored), vectors)
        except NotFound:  # it is being rewritten or taken away
            return None


def looks_at(
    frames: ObjectRef, span: Span, withheld: Passages, analysers: Sequence[PictureAnalyser], *, still: bool
) -> dict[str, str]:
    """Return the name of each analyser's look: the same look gives the same findings.

    It is made of the bundle's bytes, where they stand, what is left out, and all models of the analyser.
    """
    seen = f"{frames.sha256} {span.start_pts} {span.end_pts} {span.first_frame} {span.frames} {still} "
    seen += repr(withheld.within(span.start_pts, span.end_pts).intervals)
    return {
        one.name: hashlib.sha256(f"{seen} {[str(ref) for ref in one.models]}".encode()).hexdigest()
        for one in analysers
    }
