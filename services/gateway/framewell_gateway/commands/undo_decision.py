"""POST /v1/clusters/decisions/undo: a person takes a decision about an unknown person back."""

from dataclasses import dataclass
from typing import Final

from framewell.cluster.v1.cluster_pb2 import CLUSTER_DECISION_NAMED
from framewell.dataset.v1.review_service_pb2 import ListSamplesRequest, Review, ReviewSamplesRequest
from framewell.gateway.v1.naming_pb2 import SampleOfName, UndoDecisionRequest, UndoDecisionResponse
from framewell.inference.v1.cluster_service_pb2 import UndoClusterDecisionRequest
from framewell.sample.v1.sample_pb2 import DECISION_UNDO, SAMPLE_STATE_ACCEPTED
from framewell_gateway.ports import Services, methods

_PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class UndoDecision:
    """Take a decision back, and with a name the samples that were accepted by giving it.

    A sample that somebody decided about since stays as they left it. A call that was cut short is made again,
    and takes back what is left.
    """

    services: Services

    async def __call__(self, request: UndoDecisionRequest) -> UndoDecisionResponse:
        """Return the decision and what became of its samples. Raises NotFound, Conflict as inference does."""
        asked = UndoClusterDecisionRequest(decision_id=request.decision_id)
        undone = (await self.services.call(methods.UNDO_CLUSTER_DECISION, asked)).decision
        answer = UndoDecisionResponse(decision=undone)
        if undone.decision == CLUSTER_DECISION_NAMED and not request.keep_samples:
            answer.samples.extend(await self._taken_back(undone.decision_id))
        return answer

    async def _taken_back(self, decision_id: str) -> list[SampleOfName]:
        listed = ListSamplesRequest(
            cluster_decision_id=decision_id, states=[SAMPLE_STATE_ACCEPTED], page_size=_PAGE
        )
        found = (await self.services.call(methods.LIST_SAMPLES, listed)).samples
        if not found:
            return []
        reviews = [
            Review(sample_id=one.sample_id, decision=DECISION_UNDO, expected_revision=one.revision)
            for one in found
        ]
        answer = await self.services.call(methods.REVIEW_SAMPLES, ReviewSamplesRequest(reviews=reviews))
        return [
            SampleOfName(
                sample_id=one.sample_id,
                state=result.sample.state,
                reason=result.error,
                wording=result.wording if result.HasField("wording") else None,
            )
            for one, result in zip(found, answer.results, strict=True)
        ]
