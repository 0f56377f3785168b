"""POST /v1/clusters/decisions/name: a person says who an unknown person is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from framewell.dataset.v1.catalogue_service_pb2 import CreateClassRequest
from framewell.dataset.v1.dataset_pb2 import DatasetClass, Sample
from framewell.dataset.v1.review_service_pb2 import (
    ListSamplesRequest,
    ProposeSampleRequest,
    Review,
    ReviewSamplesRequest,
)
from framewell.gateway.v1.naming_pb2 import NamedAppearance, NamePersonRequest, NamePersonResponse
from framewell.inference.v1.cluster_service_pb2 import (
    ClusterAppearance,
    GetClusterRequest,
    GetClusterResponse,
    NameClusterRequest,
    NameClusterResponse,
    UndoClusterDecisionRequest,
)
from framewell.sample.v1.sample_pb2 import (
    DECISION_ACCEPT,
    SAMPLE_STATE_ACCEPTED,
    SAMPLE_STATE_PROPOSED,
)
from framewell_contracts.sentences import say, wording_of
from framewell_gateway.ports import Services, methods
from framewell_gateway.steps.class_names import with_class_names
from framewell_gateway.steps.class_of_name import ClassOfName, require_one_name
from framewell_kit.outcomes import Conflict, Forbidden, Gone, NotFound, Rejected

_PAGE: Final = 1000

_LOWER_THIRD: Final = "lower_third"
"""Kind of the evidence that a caption names the person of a sample."""


@dataclass(frozen=True, slots=True)
class NamePerson:
    """Name a cluster, and have its best appearances learned from as far as their rights allow.

    The class is the one that has the name, or a new one whose id follows from cluster and name. The name is
    noted first, of two that come at once only one; then the class is made, and samples are proposed and
    accepted, each once: a call that was cut short is made again, and comes to the same. What may not be
    learned from, or a person decided about before, is said of each appearance.
    """

    services: Services

    async def __call__(self, request: NamePersonRequest) -> NamePersonResponse:
        """Return what became of the name.

        Raises NotFound, Rejected as the services do, and Conflict, with nothing made, while the cluster has
        another name.
        """
        require_one_name(request)
        found = await self.services.call(
            methods.GET_CLUSTER, GetClusterRequest(cluster_id=request.cluster_id, page_size=1)
        )
        named, existed = await ClassOfName(self.services)(request, found.cluster.cluster_id)
        decided = await self._noted(found, named)
        if not existed:
            named, existed = await self._made(named, decided.decision_id)
        learned = Learned(self.services, named, decided.decision_id)
        appearances = await learned.take(found.best)
        return NamePersonResponse(
            cluster_id=decided.cluster.cluster_id,
            class_id=named.class_id,
            class_existed=existed,
            decision_id=decided.decision_id,
            accepted_count=len({one.sample_id for one in appearances if one.state == SAMPLE_STATE_ACCEPTED}),
            appearances=appearances,
        )

    async def _noted(self, found: GetClusterResponse, named: DatasetClass) -> NameClusterResponse:
        """Note the name with the cluster, under the class that was merged into this one if it has that.

        Raises Conflict while it has another name, with that and its samples.
        """
        cluster_id, class_id = found.cluster.cluster_id, named.class_id
        noted = found.cluster.named_class_id
        if noted and noted != class_id:
            before = await ClassOfName(self.services).each([noted])
            class_id = noted if before and before[0].merged_into == class_id else class_id
        try:
            request = NameClusterRequest(cluster_id=cluster_id, class_id=class_id)
            return await self.services.call(methods.NAME_CLUSTER, request)
        except Conflict as refused:
            sentence = await self._in_words(refused.reason, found, named.dataset_id)
            raise Conflict(sentence, code=refused.code) from refused

    async def _in_words(self, reason: str, found: GetClusterResponse, dataset_id: str) -> str:
        """Return why a name is refused, with the other name and the samples that were accepted under it."""
        asked = GetClusterRequest(cluster_id=found.cluster.cluster_id, page_size=1)
        class_id = (await self.services.call(methods.GET_CLUSTER, asked)).cluster.named_class_id
        if not class_id:
            return reason
        sentence = await with_class_names(self.services, reason, [class_id])
        accepted = await accepted_samples(self.services, dataset_id, class_id)
        its = [one.sample_id for one in accepted if any(_shows(one, each) for each in found.best)]
        if its:
            return say(
                "cluster_named.samples",
                "{refusal}; then take its accepted samples back (`framewell review undo {samples}`)",
                refusal=sentence,
                samples=" ".join(its),
            )
        return sentence

    async def _made(self, new: DatasetClass, decision_id: str) -> tuple[DatasetClass, bool]:
        """Make a class, and return it and whether it was there; where it is refused, take the name back."""
        try:
            answer = await self.services.call(methods.CREATE_CLASS, CreateClassRequest(dataset_class=new))
        except Conflict:  # an earlier call made it, and somebody renamed it since
            return await ClassOfName(self.services).known(new.class_id, new.dataset_id), True
        except (NotFound, Rejected, Gone, Forbidden):
            undo = UndoClusterDecisionRequest(decision_id=decision_id)
            await self.services.call(methods.UNDO_CLUSTER_DECISION, undo)
            raise
        return answer.dataset_class, False


@dataclass(frozen=True, slots=True)
class Learned:
    """Makes accepted samples of appearances."""

    services: Services
    named: DatasetClass
    decision_id: str
    """By which the cluster was named: taking that back takes the samples back, too."""
    proposed: dict[str, list[NamedAppearance]] = field(default_factory=dict)
    """By sample, the appearances that it is of: it is to be accepted."""

    async def take(self, appearances: Sequence[ClusterAppearance]) -> list[NamedAppearance]:
        """Return what became of each appearance, in their order."""
        accepted = await accepted_samples(self.services, self.named.dataset_id, self.named.class_id)
        taken = [await self._propose(one, accepted) for one in appearances]
        if self.proposed:
            reviews = [
                Review(
                    sample_id=sample_id,
                    decision=DECISION_ACCEPT,
                    class_id=self.named.class_id,
                    cluster_decision_id=self.decision_id,
                )
                for sample_id in self.proposed
            ]
            answer = await self.services.call(methods.REVIEW_SAMPLES, ReviewSamplesRequest(reviews=reviews))
            for sample_id, result in zip(self.proposed, answer.results, strict=True):
                for one in self.proposed[sample_id]:
                    one.state, one.reason = result.sample.state, result.error
                    if result.HasField("wording"):
                        one.wording.CopyFrom(result.wording)
        return taken

    async def _propose(self, one: ClusterAppearance, accepted: Sequence[Sample]) -> NamedAppearance:
        for sample in accepted:
            if _shows(sample, one):
                return NamedAppearance(appearance=one, sample_id=sample.sample_id, state=sample.state)
        other = await self._captioned_otherwise(one)
        if other is not None:
            who = other.class_name or say("somebody_else", "somebody else")
            why = say(
                "captioned_otherwise", "its caption names {who}: decide in review whom it shows", who=who
            )
            return NamedAppearance(
                appearance=one, sample_id=other.sample_id, state=other.state,
                reason=why, wording=wording_of(why),
            )  # fmt: skip
        request = ProposeSampleRequest(
            dataset_id=self.named.dataset_id,
            class_id=self.named.class_id,
            asset_id=one.asset_id,
            moment=one.appearance.moment,
            box=one.appearance.box,
        )
        try:
            sample = (await self.services.call(methods.PROPOSE_SAMPLE, request)).sample
        except (NotFound, Rejected, Conflict, Gone) as refused:
            # A sample grows along the shots of its asset, and is named where it shows this already.
            same = next((each for each in accepted if each.sample_id in refused.reason), None)
            if same is not None:
                return NamedAppearance(appearance=one, sample_id=same.sample_id, state=same.state)
            said = refused.reason
            return NamedAppearance(appearance=one, reason=said, wording=wording_of(said))
        made = NamedAppearance(
            appearance=one, sample_id=sample.sample_id, state=sample.state, reason=sample.reason,
            wording=sample.reason_wording if sample.HasField("reason_wording") else None,
        )  # fmt: skip
        if sample.state == SAMPLE_STATE_PROPOSED:
            self.proposed.setdefault(sample.sample_id, []).append(made)
        return made

    async def _captioned_otherwise(self, one: ClusterAppearance) -> Sample | None:
        """Return the open sample of an appearance that a lower third made, of somebody else."""
        asked = ListSamplesRequest(
            dataset_id=self.named.dataset_id,
            asset_id=one.asset_id,
            states=[SAMPLE_STATE_PROPOSED],
            page_size=_PAGE,
        )
        for sample in (await self.services.call(methods.LIST_SAMPLES, asked)).samples:
            captioned = not sample.question and any(each.kind == _LOWER_THIRD for each in sample.evidence)
            other = captioned and sample.class_id not in {"", self.named.class_id}
            if other and _shows(sample, one) and _is_face(sample, one):
                return sample
        return None


async def accepted_samples(services: Services, dataset_id: str, class_id: str) -> list[Sample]:
    """Return the samples of a class that were accepted before, at most 1,000."""
    asked = ListSamplesRequest(
        dataset_id=dataset_id, class_id=class_id, states=[SAMPLE_STATE_ACCEPTED], page_size=_PAGE
    )
    return [*(await services.call(methods.LIST_SAMPLES, asked)).samples]


def _is_face(sample: Sample, one: ClusterAppearance) -> bool:
    """Return whether the middle of the face of an appearance is in a picture of the sample."""
    box = one.appearance.box
    x, y = box.x + box.width / 2, box.y + box.height / 2
    crops = [crop.box for crop in sample.crops]
    return any(at.x <= x <= at.x + at.width and at.y <= y <= at.y + at.height for at in crops)


def _shows(sample: Sample, one: ClusterAppearance) -> bool:
    """Return whether a sample is of the same person at the same time, as far as its first shot says."""
    seen, span = sample.provenance, one.appearance.span
    touches = seen.span.start_pts < span.end_pts and span.start_pts < seen.span.end_pts
    return seen.asset_id == one.asset_id and touches
