"""What the service holds of the subjects of a plan goes: people, assets, holders of rights."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from framewell.erasure.v1.erasure_pb2 import ErasurePlanned
from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_dataset.domain.observations import Described
from framewell_dataset.domain.sample_facts import ASSET_ERASED, PERSON_FORGOTTEN
from framewell_dataset.domain.samples import Withdrawal
from framewell_dataset.ports.catalogue import ClassRepository
from framewell_dataset.ports.review import SampleRepository, VectorRepository, WordRepository
from framewell_dataset.ports.rights import StatementRepository
from framewell_dataset.ports.rights_changes import RightsChangeRepository
from framewell_dataset.ports.snapshots import BackgroundFaceRepository
from framewell_dataset.rules.known_faces import PERHAPS_SAME_FACE
from framewell_dataset.steps.forget_samples import ForgetSamples
from framewell_dataset.steps.recheck_background import RecheckBackground
from framewell_dataset.steps.take_away_asset import TakeAwayAsset
from framewell_kit.facts import Cause


@dataclass(frozen=True, slots=True)
class EraseSubjects:
    """Erase class by class and asset by asset; see `framewell_kit.holdings.Eraser`."""

    classes: ClassRepository
    samples: SampleRepository
    words: WordRepository
    statements: StatementRepository
    changes: RightsChangeRepository
    vectors: VectorRepository
    background: BackgroundFaceRepository
    recheck_background: RecheckBackground
    forget: ForgetSamples
    take_away: TakeAwayAsset

    async def __call__(self, plan: ErasurePlanned, cause: Cause) -> Mapping[str, int]:
        """Return how many things went, by store."""
        counts: Counter[str] = Counter()
        for class_id in plan.class_ids:
            why = Withdrawal.ERASED, PERSON_FORGOTTEN
            counts += await self._forget_unnamed(class_id, plan.actor, cause)
            counts += await self.forget(self.samples.of_class(class_id), *why, plan.actor, cause)
            counts["words"] += await self.words.forget_class(class_id)
            counts["classes"] += await self.classes.forget(class_id, plan.actor, cause)
        for asset_id in plan.asset_ids:
            why = Withdrawal.ERASED, ASSET_ERASED
            counts += Counter(await self.take_away(asset_id, 0, why, plan.actor, cause))
            counts["rights_changes"] += await self.changes.forget_asset(asset_id)
        counts["words"] += await self.words.forget_names(plan.name_hashes)
        if plan.subject.WhichOneof("subject") == "holder":
            counts["statements"] += await self.statements.forget(plan.subject)
            counts["rights_changes"] += await self.changes.forget_holder(plan.subject.holder)
        return counts

    async def _forget_unnamed(self, class_id: str, actor: Actor, cause: Cause) -> Counter[str]:
        """Forget faces that nobody named and that may be the person's, with the tables they stand in.

        Before the person's own vectors go, by which they are found. Tables first and once more afterwards:
        a snapshot may be made in between.
        """
        counts: Counter[str] = Counter()
        ids = [sample.sample_id async for sample in self.samples.of_class(class_id)]
        spaces = await self.vectors.spaces(ids)
        centroids = [
            Described(space, rows.mean(axis=0))
            for space in sorted(spaces)
            for rows in (await self.vectors.get(ids, space)).values()
            if len(rows)
        ]
        near = await self.background.near(centroids, PERHAPS_SAME_FACE)
        for asset_id in sorted(near):
            counts += await self.recheck_background.forget(asset_id, actor, cause)
        for asset_id in sorted(near):
            counts["background_faces"] += await self.background.forget_faces(asset_id, near[asset_id])
            counts += await self.recheck_background.forget(asset_id, actor, cause)
        return counts
