"""ReviewService: samples, and what people decide about them."""
# ruff: noqa: ARG002, N802 - gRPC gives every method a context and names it

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from framewell.dataset.v1 import review_service_pb2 as messages
from framewell.dataset.v1 import review_service_pb2_grpc as stubs
from framewell.dataset.v1.dataset_pb2 import Sample as SampleMessage
from framewell.sample.v1.sample_pb2 import DECISION_UNDO
from framewell_contracts.sentences import say, wording_of
from framewell_dataset.commands.claim_samples import ClaimSamples
from framewell_dataset.commands.propose_sample import Pointed, ProposeSample
from framewell_dataset.commands.review_samples import Reviewed, ReviewSamples
from framewell_dataset.domain.sample_messages import reviewed_message, sample_message
from framewell_dataset.domain.samples import Sample, State
from framewell_dataset.ports.catalogue import ClassRepository
from framewell_dataset.ports.review import (
    RepeatRepository,
    SampleOrdering,
    SampleRepository,
    Wanted,
    WordRepository,
)
from framewell_dataset.ports.stores import Stores
from framewell_dataset.queries.count_samples import CountSamples
from framewell_dataset.queries.nearest_people import NearestPeople
from framewell_dataset.queries.show_sample import ShowSample
from framewell_dataset.steps.keep_evidence import KeepEvidence
from framewell_dataset.steps.shared_steps import Steps
from framewell_kit.call_cause import call_cause
from framewell_kit.clock import Clock
from framewell_kit.outcomes import NotFound, Rejected
from framewell_kit.paging import page_request
from framewell_kit.rpc import Servicer, current_actor

CLAIMED = 10
MOST_CLAIMED = 100
LEASE = timedelta(minutes=10)
LONGEST_LEASE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ReviewServicer(stubs.ReviewServiceServicer):
    """Translates calls about samples; names of classes are joined here and nowhere else."""

    samples: SampleRepository
    repeats: RepeatRepository
    words: WordRepository
    classes: ClassRepository
    propose: ProposeSample
    review: ReviewSamples
    claim: ClaimSamples
    count: CountSamples
    show: ShowSample
    clock: Clock

    async def ProposeSample(
        self, request: messages.ProposeSampleRequest, context: Any
    ) -> messages.ProposeSampleResponse:
        sample = await self.propose(
            request.dataset_id,
            request.class_id,
            request.asset_id,
            Pointed(request.moment, request.box, request.note),
            (current_actor(), call_cause()),
        )
        return messages.ProposeSampleResponse(sample=(await self._messages([sample]))[0])

    async def ListSamples(
        self, request: messages.ListSamplesRequest, context: Any
    ) -> messages.ListSamplesResponse:
        order = cast("SampleOrdering", request.order_by or "oldest")
        page = await self.samples.page(page_request(request), _wanted(request, self.clock.now()), order)
        listed = await self._messages(page.items)
        return messages.ListSamplesResponse(
            samples=listed, next_page_token=page.next_token, total_size=page.total
        )

    async def GetSample(self, request: messages.GetSampleRequest, context: Any) -> messages.GetSampleResponse:
        sample = await self.samples.get(request.sample_id)
        if sample is None:
            raise NotFound(
                say("sample_unknown", "sample {sample_id} does not exist", sample_id=request.sample_id)
            )
        answer = await self.show(sample)
        answer.sample.CopyFrom((await self._messages([sample]))[0])
        return answer

    async def CountSamples(
        self, request: messages.CountSamplesRequest, context: Any
    ) -> messages.CountSamplesResponse:
        return await self.count(request.dataset_id)

    async def ClaimSamples(
        self, request: messages.ClaimSamplesRequest, context: Any
    ) -> messages.ClaimSamplesResponse:
        lease = request.lease.ToTimedelta() if request.HasField("lease") else LEASE
        if not timedelta() < lease <= LONGEST_LEASE:
            raise Rejected(say("bad_lease", "a lease is longer than nothing, and one hour at most"))
        reviewer = current_actor().principal
        if request.sample_ids:
            results = await self.claim.each(list(dict.fromkeys(request.sample_ids)), reviewer, lease)
            by_id = await self._by_id(results)
            return messages.ClaimSamplesResponse(
                samples=[by_id[each.sample.sample_id] for each in results if each.sample and not each.error],
                refused=[_result(each, by_id) for each in results if each.error],
            )
        wanted = Wanted(
            dataset_id=request.dataset_id,
            class_id=request.class_id or None,
            asset_id=request.asset_id,
            without_ids=request.without_ids,
        )
        claimed = await self.claim(
            wanted,
            reviewer,
            lease,
            min(request.limit or CLAIMED, MOST_CLAIMED),
            cast("SampleOrdering", request.order_by or "oldest"),
        )
        return messages.ClaimSamplesResponse(samples=await self._messages(claimed))

    async def ReleaseSamples(
        self, request: messages.ReleaseSamplesRequest, context: Any
    ) -> messages.ReleaseSamplesResponse:
        released = await self.samples.release(request.sample_ids, current_actor().principal)
        return messages.ReleaseSamplesResponse(released=released)

    async def ReviewSamples(
        self, request: messages.ReviewSamplesRequest, context: Any
    ) -> messages.ReviewSamplesResponse:
        return messages.ReviewSamplesResponse(results=await self._review(request.reviews))

    async def UndoReview(
        self, request: messages.UndoReviewRequest, context: Any
    ) -> messages.UndoReviewResponse:
        undone = [messages.Review(sample_id=each, decision=DECISION_UNDO) for each in request.sample_ids]
        return messages.UndoReviewResponse(results=await self._review(undone))

    async def _review(self, reviews: Sequence[messages.Review]) -> list[messages.ReviewResult]:
        results = await self.review(reviews, current_actor(), call_cause())
        by_id = await self._by_id(results)
        return [_result(each, by_id) for each in results]

    async def _by_id(self, results: Sequence[Reviewed]) -> dict[str, SampleMessage]:
        samples = [each.sample for each in results if each.sample]
        return {message.sample_id: message for message in await self._messages(samples)}

    async def _messages(self, samples: Sequence[Sample]) -> list[SampleMessage]:
        found = await self.classes.each(sorted({each.class_id for each in samples if each.class_id}))
        names = {each.class_id: each.name for each in found}
        repeats = await self.repeats.count([each.sample_id for each in samples])
        words = await self.words.read(
            [one.note_id for each in samples for one in each.evidence if one.note_id]
        )
        now = self.clock.now()
        plain = [
            sample_message(
                each,
                repeats=repeats[each.sample_id],
                class_name=names.get(each.class_id, ""),
                words=words,
            )
            for each in samples
        ]
        return [reviewed_message(message, each, now) for message, each in zip(plain, samples, strict=True)]


def _result(reviewed: Reviewed, by_id: dict[str, SampleMessage]) -> messages.ReviewResult:
    sample = by_id[reviewed.sample.sample_id] if reviewed.sample else None
    return messages.ReviewResult(
        sample=sample,
        error=reviewed.error,
        wording=wording_of(reviewed.error),
        refusal=reviewed.refusal,
    )


def _wanted(request: messages.ListSamplesRequest, now: datetime) -> Wanted:
    return Wanted(
        dataset_id=request.dataset_id,
        states=[State.of(state) for state in request.states],
        class_id=request.class_id or None,
        asset_id=request.asset_id,
        decided_by=request.decided_by,
        claimed_by=request.claimed_by,
        claimed_at=now if request.claimed_by else None,
        question=request.question if request.HasField("question") else None,
        cluster_decision_id=request.cluster_decision_id,
    )


def servicer(stores: Stores, steps: Steps, clock: Clock) -> Servicer:
    """Return the service as the server takes it."""
    s, register = stores, steps.register
    keep = KeepEvidence(s.classes, s.words)
    answering = ReviewServicer(
        samples=s.samples,
        repeats=s.repeats,
        words=s.words,
        classes=s.classes,
        propose=ProposeSample(s.assets, s.chunks, s.datasets, s.classes, s.analyses, s.words, register, keep),
        review=ReviewSamples(
            s.samples, s.words, s.classes, steps.gate, steps.changes, steps.upkeep, clock, keep
        ),
        claim=ClaimSamples(s.samples, clock),
        count=CountSamples(s.samples, s.datasets, s.classes, clock),
        show=ShowSample(
            s.samples,
            s.chunks,
            s.analyses,
            s.classes,
            NearestPeople(s.samples, s.vectors, s.classes, clock),
            steps.gate,
        ),
        clock=clock,
    )
    name = messages.DESCRIPTOR.services_by_name["ReviewService"].full_name
    return Servicer(name, stubs.add_ReviewServiceServicer_to_server, answering)
