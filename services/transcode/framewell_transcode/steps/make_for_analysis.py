"""What only models need: it is made, and stays, as far as the asset may be analysed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from framewell.audio.v1.audio_pb2 import AudioExtracted
from framewell.chunk.v1.chunk_pb2 import ChunkTranscoded
from framewell.media.v1.media_pb2 import ObjectRef, Work
from framewell.rights.v1.rights_pb2 import PURPOSE_ANALYSIS
from framewell_contracts.sentences import wording_of
from framewell_kit.facts import Cause, Outgoing, by_content
from framewell_kit.object_references import ObjectReferences
from framewell_kit.rights_decisions import EVERYTHING, Interval, Passages, RightsDecisions
from framewell_transcode.domain.material import SOUND, Material, material_of
from framewell_transcode.ports.assets import MaterialRepository

Part = TypeVar("Part", ChunkTranscoded, AudioExtracted)
Make = Callable[[Passages], Awaitable[tuple[Part, Sequence[ObjectRef]]]]
"""Makes a part without what analysis may not have of these passages; returns the fact and all it names."""


@dataclass(frozen=True, slots=True)
class MakeForAnalysis:
    """Make one part of an asset by the newest rights decision, and take away what a newer one forbids.

    The decision is read before the part is made, and again after its objects were noted and held; whoever
    keeps a stricter one looks for notes afterwards. So nothing stays that is withheld, and no fact names it.
    """

    rights: RightsDecisions
    materials: MaterialRepository
    references: ObjectReferences

    async def __call__(self, asset_id: str, make: Make[Part], cause: Cause) -> Sequence[Outgoing]:
        """Return the fact of the part, and what a decision in between newly permits.

        A redelivery after another decision may make something else of the part: that is another event.
        Raises what `make` raises, and NotYet while nothing is decided about the asset.
        """
        while True:
            decided = await self.rights.waited_for(asset_id)
            permission = decided.permission(PURPOSE_ANALYSIS)
            made, objects = await make(permission.withheld)
            material = material_of(made, permission.withheld)
            await self._note(material)
            await self.references.hold(asset_id, objects)
            made.rights_revision = decided.revision
            if material.withheld:
                made.withheld = permission.sentence
                if (wording := wording_of(permission.sentence)) is not None:
                    made.withheld_wording.CopyFrom(wording)
                out = EVERYTHING if not permission.allowed else material.withheld
                await self.rights.leave_out(asset_id, material.generation, out)
            if not material.oversteps(await self._withheld(asset_id)):
                break
            await self._take_away(material)
        permitted = await self.rights.outstanding(asset_id)
        fact = by_content(made, cause.id)
        return [fact] if permitted is None else [fact, permitted]

    async def note_pieces(self, material: Material, objects: Sequence[ObjectRef]) -> None:
        """Note a part that is under way; what an earlier turn needed and this one does not goes."""
        await self._note(material)
        await self.references.hold(material.asset_id, objects)

    async def holds(self, work: Work, key: str) -> bool:
        """Return whether an object of the sound under way is still there: no decision took it away."""
        material = await self.materials.get(work.asset_id, work.generation, SOUND)
        return material is not None and key in material.keys

    async def drop_pieces(self, work: Work) -> None:
        """Take away what there is of sound that is given up."""
        material = await self.materials.get(work.asset_id, work.generation, SOUND)
        if material is not None:
            await self._take_away(material)

    async def withhold(self, asset_id: str) -> None:
        """Take away every part that shows more than the newest decision allows.

        What is taken away is noted before, so that a later decision that permits it has it made again.
        """
        withheld = await self._withheld(asset_id)
        if not withheld:
            return
        too_much = [one for one in await self.materials.of(asset_id) if one.oversteps(withheld)]
        await self._note_lost(asset_id, too_much, withheld)
        for material in too_much:
            await self._take_away(material)

    async def _withheld(self, asset_id: str) -> Passages:
        decided = await self.rights.of(asset_id)
        return EVERYTHING if decided is None else decided.permission(PURPOSE_ANALYSIS).withheld

    async def _note(self, material: Material) -> None:
        """Note the objects of a part before they are held; what it was made of before goes."""
        before = await self.materials.get(material.asset_id, material.generation, material.part)
        await self.materials.keep(material)
        if before is not None:
            await self._release(material.asset_id, set(before.keys) - set(material.keys))

    async def _take_away(self, material: Material) -> None:
        await self._release(material.asset_id, material.keys)
        await self.materials.drop(material)

    async def _release(self, asset_id: str, keys: Iterable[str]) -> None:
        await self.references.release(asset_id, keys)
        for key in keys:  # noted, but not held yet when its worker died
            await self.references.discard(key)

    async def _note_lost(self, asset_id: str, lost: Sequence[Material], withheld: Passages) -> None:
        by_generation: dict[int, list[Interval]] = defaultdict(list)
        for material in lost:
            by_generation[material.generation].append((material.start_pts, material.end_pts))
        for generation, intervals in by_generation.items():
            passages = EVERYTHING if withheld == EVERYTHING else Passages.of(intervals)
            await self.rights.leave_out(asset_id, generation, passages)
