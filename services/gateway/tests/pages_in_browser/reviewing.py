"""Samples under review as the dataset service keeps them: leased and decided about by whoever asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from framewell.dataset.v1 import review_service_pb2 as review
from framewell.dataset.v1.dataset_pb2 import DatasetClass, Sample
from framewell.media.v1.media_pb2 import Box, Moment, ObjectRef, Programme, Span
from framewell.mesh.v1.mesh_pb2 import Actor
from framewell.objects.v1.object_service_pb2 import FindObjectResponse
from framewell.rights.v1.rights_pb2 import (
    LEGAL_BASIS_LICENCE,
    PURPOSE_OWN_TRAINING,
    RightsDecision,
    RightsStatement,
)
from framewell.sample.v1 import sample_pb2 as wire
from framewell_contracts.sentences import say, wording_of
from framewell_dataset.domain.wording import Circumstance, sentence
from framewell_gateway.domain.principals import acting
from framewell_kit.outcomes import NotFound
from pages_in_browser import drawn_people

ASSETS = [f"1c5b2c1e-0000-4000-8000-0000000000{number:02d}" for number in range(20)]
FACE = Box(x=0.5, y=0.17, width=0.24, height=0.48)
CAPTION = Box(x=0.06, y=0.76, width=0.5, height=0.14)
WORDS = "Nutzung zu eigenen Zwecken der Sendeanstalt einschließlich Training eigener Modelle gestattet."
NAMES = ("Jörg Müßigbrodt", "Ada Neumann", "Kerstin Hallerstede", "Dr. Amadou Bâ", "Eileen Collins")
READ = say(
    "evidence.lower_third",
    "A lower third, read the same {times} time(s), names {person}. One caption is one source: provisional"
    " until a person or a second shot confirms it.",
    times=4,
    person="{class}",
)
SEEN = say(
    "evidence.face_track",
    "One face is prominent while the caption stands, in {seen} of {all} sampled picture(s) of its shot.",
    seen=6,
    all=8,
)
STATES = {
    wire.DECISION_ACCEPT: wire.SAMPLE_STATE_ACCEPTED,
    wire.DECISION_REJECT: wire.SAMPLE_STATE_REJECTED,
    wire.DECISION_UNSURE: wire.SAMPLE_STATE_UNSURE,
    wire.DECISION_UNDO: wire.SAMPLE_STATE_PROPOSED,
}


@dataclass
class Reviewing:
    """Answers for dataset about samples. Leases and decisions are those of the person who asks."""

    house: Any
    samples: dict[str, Sample] = field(default_factory=dict)
    classes: dict[str, DatasetClass] = field(default_factory=dict)
    leases: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    reviews: list[review.Review] = field(default_factory=list)
    """Decisions that arrived, also those that came again or were refused."""
    taken: list[tuple[str, str, int]] = field(default_factory=list)
    """Decisions that changed a sample: by whom, of which, what."""
    batches: list[int] = field(default_factory=list)
    released: list[str] = field(default_factory=list)
    pictures: dict[int, ObjectRef] = field(default_factory=dict)
    later: timedelta = timedelta()
    """By how much the clock of leases is ahead: so time passes for them."""
    before: Callable[[str], None] = lambda method: None
    """Called before each answer; may raise."""
    after: Callable[[str], None] = lambda method: None
    """Called after each answer was made, and before it leaves; may raise."""

    @property
    def claims(self) -> dict[str, str]:
        """Return who has which sample now."""
        now = self._now()
        return {each: who for each, (who, until) in self.leases.items() if until > now}

    def _now(self) -> datetime:
        return datetime.now(UTC) + self.later

    def lease(self, sample_id: str, who: str) -> None:
        """Give a sample to somebody, as if they had claimed it."""
        self.leases[sample_id] = who, self._now() + timedelta(minutes=10)

    def picture(self, owner: str, person: int) -> str:
        """Store the picture of a head below an owner; return its key."""
        mesh, who = self.house.mesh, person % len(NAMES)
        if who not in self.pictures:
            content = drawn_people.face(who)
            self.pictures[who] = self.house.run(
                mesh.objects.put(content, media_type="image/jpeg", suffix=".jpg")
            )
        ref = self.pictures[who]
        mesh.dataset.held[owner, ref.key] = FindObjectResponse(object=ref)
        key: str = ref.key
        return key

    def propose(
        self, count: int, *, person: int | None = None, question: bool = False, **more: Any
    ) -> list[str]:
        """Propose samples, of one person after the other; return their ids."""
        made = []
        for _ in range(count):
            number = len(self.samples)
            who = number % len(NAMES) if person is None else person
            sample_id = f"s-{number}"
            ref = ObjectRef(key=self.picture(sample_id, who), media_type="image/jpeg", size=1)
            title = more.get("title", f"Abendschau vom {1 + number % 28}. November")
            moment = Moment(pts=90_000 * number, frame=100 * who + number % 50)
            sample = Sample(
                sample_id=sample_id,
                dataset_id="people",
                class_id="" if question and person is None else f"class-{who}",
                state=wire.SAMPLE_STATE_PROPOSED,
                crops=[wire.Crop(picture=ref, moment=moment, box=FACE)],
                question=question,
                revision=1,
                evidence=[
                    wire.Evidence(
                        kind="lower_third",
                        sentence=READ,
                        wording=wording_of(READ),
                        score=0.93,
                        observation_ids=[f"text/0/{number}/1"],
                    ),
                    wire.Evidence(kind="face_track", sentence=SEEN, wording=wording_of(SEEN)),
                ],
            )
            passport = sample.provenance
            passport.asset_id = more.get("asset_id", ASSETS[number % len(ASSETS)])
            passport.timecode = f"10:{number % 60:02d}:12:08"
            passport.moment.CopyFrom(moment)
            passport.programme.CopyFrom(Programme(title=title, series="Abendschau"))
            passport.rights.CopyFrom(allowed())
            sample.created_at.FromDatetime(datetime(2026, 11, 22, tzinfo=UTC) + timedelta(minutes=number))
            self.samples[sample_id] = sample
            made.append(sample_id)
        return made

    def decided_elsewhere(self, sample_id: str, decision: int, by: str) -> None:
        """Decide about a sample as another curator."""
        sample = self.samples[sample_id]
        sample.state, sample.revision = STATES[decision], sample.revision + 1
        sample.decided_by.CopyFrom(Actor(principal=by, authority="curator"))

    def named(self, sample: Sample) -> Sample:
        """Return a sample with the name of its class, as it is read."""
        answer = Sample()
        answer.CopyFrom(sample)
        if sample.class_id in self.classes:
            answer.class_name = self.classes[sample.class_id].name
        answer.claimed_by = self.claims.get(sample.sample_id, "")
        return answer

    def waiting(self) -> list[Sample]:
        """Return what waits, oldest first."""
        return [one for one in self.samples.values() if one.state == wire.SAMPLE_STATE_PROPOSED]

    def _CountSamples(self, request: Any) -> Any:  # noqa: N802
        waiting = self.waiting()
        classes: dict[str, int] = {}
        for one in waiting:
            classes[one.class_id] = classes.get(one.class_id, 0) + 1
        return review.CountSamplesResponse(
            proposed=len(waiting),
            questions=sum(one.question for one in waiting),
            classes=[
                review.SampleCount(id=each, name=self.classes[each].name if each else "", count=count)
                for each, count in classes.items()
            ],
            reviewers=[
                review.SampleCount(id=who, count=count)
                for who, count in Counter(self.claims.values()).items()
            ],
        )

    def _ClaimSamples(self, request: Any) -> Any:  # noqa: N802
        who, until = acting.get().name, self._now() + request.lease.ToTimedelta()
        claims = self.claims
        if request.sample_ids:
            answer = review.ClaimSamplesResponse()
            for each in request.sample_ids:
                sample = self.samples.get(each)
                if sample is None:
                    error, refusal = f"sample {each} does not exist", review.REVIEW_REFUSAL_NOT_FOUND
                    answer.refused.append(review.ReviewResult(error=error, refusal=refusal))
                elif sample.state == wire.SAMPLE_STATE_PROPOSED and claims.get(each, who) == who:
                    self.leases[each] = who, until
                    answer.samples.append(self.named(sample))
                else:
                    answer.refused.append(self._refused(sample))
            return answer
        free = [
            one
            for one in self.waiting()
            if claims.get(one.sample_id, who) == who
            and one.sample_id not in request.without_ids
            and (not request.class_id or one.class_id == request.class_id)
        ]
        if request.order_by == "doubtful":
            free.sort(key=lambda one: not one.question)
        given = free[: request.limit or 10]
        for one in given:
            self.leases[one.sample_id] = who, until
        return review.ClaimSamplesResponse(samples=[self.named(one) for one in given])

    def _ReleaseSamples(self, request: Any) -> Any:  # noqa: N802
        self.released += request.sample_ids
        mine = [each for each in request.sample_ids if self.claims.get(each) == acting.get().name]
        for each in mine:
            del self.leases[each]
        return review.ReleaseSamplesResponse(released=len(mine))

    def _ReviewSamples(self, request: Any) -> Any:  # noqa: N802
        self.batches.append(len(request.reviews))
        return review.ReviewSamplesResponse(results=[self._reviewed(one) for one in request.reviews])

    def _reviewed(self, asked: review.Review) -> review.ReviewResult:
        self.reviews.append(asked)
        sample, who = self.samples.get(asked.sample_id), acting.get().name
        if sample is None:
            error, refusal = f"sample {asked.sample_id} does not exist", review.REVIEW_REFUSAL_NOT_FOUND
            return review.ReviewResult(error=error, refusal=refusal)
        seen = asked.HasField("expected_revision") and asked.expected_revision < sample.revision
        mine = sample.decided_by.principal == who and asked.class_id in {"", sample.class_id}
        if seen and mine and sample.state == STATES[asked.decision]:
            return review.ReviewResult(sample=self.named(sample))
        if asked.HasField("expected_revision") and asked.expected_revision != sample.revision:
            return self._refused(sample)
        if self.claims.get(asked.sample_id, who) != who:
            return self._refused(sample)
        sample.state, sample.revision = STATES[asked.decision], sample.revision + 1
        sample.class_id = asked.class_id or sample.class_id
        sample.decided_by.CopyFrom(Actor(principal=who, authority="curator"))
        self.leases.pop(asked.sample_id, None)
        self.taken.append((who, asked.sample_id, asked.decision))
        return review.ReviewResult(sample=self.named(sample))

    def _refused(self, sample: Sample) -> review.ReviewResult:
        if sample.state == wire.SAMPLE_STATE_PROPOSED:
            who = self.claims.get(sample.sample_id, "somebody")
            return review.ReviewResult(
                sample=self.named(sample), error=f"{who} is reviewing the sample",
                refusal=review.REVIEW_REFUSAL_CLAIMED,
            )  # fmt: skip
        last_word = say(
            "last_word",
            "{who} {did} at {at} UTC",
            who=sample.decided_by.principal,
            did=say("did.rejected", "rejected it"),
            at="2026-11-30 04:00",
        )
        said = say(
            "review.changed",
            "the sample is at revision {revision}, not {expected}: {last_word}, look at it again",
            revision=sample.revision,
            expected=sample.revision - 1,
            last_word=last_word,
        )
        return review.ReviewResult(
            sample=self.named(sample),
            error=said,
            refusal=review.REVIEW_REFUSAL_CHANGED,
            wording=wording_of(said),
        )

    def _GetSample(self, request: Any) -> Any:  # noqa: N802
        if request.sample_id not in self.samples:
            raise NotFound(f"sample {request.sample_id} does not exist")
        sample = self.samples[request.sample_id]
        asset, moment = sample.provenance.asset_id, sample.crops[0].moment
        name = self.classes[sample.class_id].name if sample.class_id else ""
        span = Span(start_pts=moment.pts, end_pts=moment.pts + 180_000)
        caption = review.EvidenceSource(
            kind="lower_third", observation_id="text/0/1/1", text=name, below_text="Reporterin, Kanal Eins",
            score=0.93, span=span, moment=moment, box=CAPTION,
            picture=f"/v1/assets/{asset}/frame?frame={moment.frame}&crop=0.03,0.74,0.56,0.18&width=640",
        )  # fmt: skip
        near = [self._candidate(one, 0.42 + 0.07 * place) for place, one in enumerate(self.classes.values())]
        return review.GetSampleResponse(
            sample=self.named(sample),
            sources=[caption] if name else [],
            claimed=next((one for one in near if one.class_id == sample.class_id), None),
            candidates=[one for one in near if one.class_id != sample.class_id][:9],
            rights=sample.provenance.rights,
            alike_count=len(self._alike(sample.class_id, asset)),
            start_seconds=moment.pts / 90_000,
        )

    def _alike(self, class_id: str, asset_id: str) -> list[Sample]:
        return [
            one
            for one in self.waiting()
            if not one.question and (one.class_id, one.provenance.asset_id) == (class_id, asset_id)
        ]

    def _candidate(self, one: DatasetClass, distance: float) -> review.SampleCandidate:
        return review.SampleCandidate(
            class_id=one.class_id, class_name=one.name, distance=distance, sample_id=one.samples.sample_id,
            path=one.samples.path, accepted_count=one.samples.accepted,
        )  # fmt: skip

    def _ListSamples(self, request: Any) -> Any:  # noqa: N802
        found = [
            self.named(one)
            for one in self.samples.values()
            if (not request.states or one.state in request.states)
            and (not request.class_id or one.class_id == request.class_id)
            and (not request.asset_id or one.provenance.asset_id == request.asset_id)
            and (not request.HasField("question") or one.question == request.question)
        ]
        start = int(request.page_token or 0)
        end = start + (request.page_size or 1000)
        return review.ListSamplesResponse(
            samples=found[start:end],
            total_size=len(found),
            next_page_token=str(end) if end < len(found) else "",
        )

    def _ProposeSample(self, request: Any) -> Any:  # noqa: N802
        (made,) = self.propose(1, person=0, asset_id=request.asset_id)
        self.samples[made].class_id = request.class_id
        return review.ProposeSampleResponse(sample=self.named(self.samples[made]))


def allowed() -> RightsDecision:
    """Return the gate's word for a sample that may be used."""
    ground = RightsStatement(holder="Kanal Eins", verbatim=WORDS, legal_basis=LEGAL_BASIS_LICENCE)
    said = sentence(Circumstance.PERMITTED, PURPOSE_OWN_TRAINING, [ground])
    return RightsDecision(
        purpose=PURPOSE_OWN_TRAINING,
        allowed=True,
        sentence=said,
        wording=wording_of(said),
        grounds=[ground],
    )
