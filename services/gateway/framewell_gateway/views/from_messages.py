"""Parts of the composed view, made from what the services answer."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from framewell.dataset.v1.dataset_service_pb2 import GetRightsResponse
from framewell.inference.v1.inference_service_pb2 import Person
from framewell.media.v1.media_pb2 import Observation, Shot, Span, Timeline
from framewell.mesh.v1.mesh_pb2 import ModelVersion, Ratio
from framewell.rights.v1.rights_pb2 import (
    LegalBasis,
    Purpose,
    RightsDecision,
    RightsStatement,
    StatementSource,
    Use,
)
from framewell_gateway.domain.summary import enum_text
from framewell_gateway.views.asset import (
    GroundView,
    LabelView,
    PersonView,
    PurposeName,
    RightsView,
    ShotView,
    SpanView,
    SpeechView,
    StatementView,
    TextView,
    TimelineView,
    Verdict,
)

UNKNOWN = "unknown"

PURPOSES: Mapping[int, PurposeName] = {
    Purpose.PURPOSE_ANALYSIS: "analysis",
    Purpose.PURPOSE_OWN_TRAINING: "own_training",
    Purpose.PURPOSE_SHARING: "sharing",
    Purpose.PURPOSE_GENERATIVE_TRAINING: "generative_training",
}


def span_view(span: Span) -> SpanView:
    """A span as it is told."""
    return SpanView(
        start_pts=span.start_pts, end_pts=span.end_pts, first_frame=span.first_frame, frames=span.frames
    )


def shot_view(shot: Shot) -> ShotView:
    """A shot as it is told."""
    span = shot.span
    return ShotView(
        first_frame=span.first_frame, frames=span.frames, start_pts=span.start_pts, end_pts=span.end_pts
    )


def ratio_text(ratio: Ratio) -> str | None:
    """`25/1`; None for a ratio that was not set."""
    return (
        f"{ratio.numerator}/{ratio.denominator}" if ratio.denominator > 0 and ratio.numerator >= 0 else None
    )


def timeline_view(timeline: Timeline) -> TimelineView | None:
    """The clock, None while the asset has none."""
    time_base = ratio_text(timeline.time_base)
    if time_base is None:
        return None
    return TimelineView(
        time_base=time_base,
        frame_rate=ratio_text(timeline.frame_rate),
        start_pts=timeline.start_pts,
        frame_count=timeline.frame_count,
        start_timecode=timeline.start_timecode or None,
        drop_frame=timeline.drop_frame,
    )


def model_text(model: ModelVersion) -> str | None:
    """`name@version`; None when no model is named."""
    return f"{model.name}@{model.version}" if model.name else None


def person_views(people: Iterable[Person], names: Mapping[str, str]) -> list[PersonView]:
    """People with the names of their classes; a class whose name was erased is told by its id."""
    return [
        PersonView(
            class_id=person.class_id or None,
            name=names.get(person.class_id, person.class_id) if person.class_id else UNKNOWN,
            model=model_text(person.model),
            score=_score(person.score),
            spans=_appearance_spans(person),
        )
        for person in people
    ]


def _appearance_spans(person: Person) -> list[SpanView]:
    """When a known person is there; of the unknown every appearance, since they may be several people."""
    spans = [appearance.span for appearance in person.appearances]
    return joined(spans) if person.class_id else [span_view(span) for span in spans]


def text_views(observations: Iterable[Observation]) -> list[TextView]:
    """Texts in order of their first appearance, equal texts together."""
    spans: dict[str, list[Span]] = {}
    for seen in observations:
        if text := " ".join(seen.text.split()):
            spans.setdefault(text, []).append(seen.span)
    return [TextView(text=text, spans=joined(found)) for text, found in spans.items()]


def label_views(observations: Iterable[Observation]) -> list[LabelView]:
    """Labels, best score first."""
    spans: dict[str, list[Span]] = {}
    scores: dict[str, float] = {}
    for seen in observations:
        if seen.label:
            spans.setdefault(seen.label, []).append(seen.span)
            scores[seen.label] = max(scores.get(seen.label, 0.0), seen.score)
    return [
        LabelView(label=label, score=_score(scores[label]), spans=joined(spans[label]))
        for label in sorted(scores, key=lambda label: (-scores[label], label))
    ]


def speech_views(observations: Iterable[Observation], timeline: Timeline) -> list[SpeechView]:
    """Stretches of speech in seconds from the asset's start."""
    tick = Fraction(timeline.time_base.numerator, timeline.time_base.denominator or 1)
    return [
        SpeechView(
            start_seconds=round(float((span.start_pts - timeline.start_pts) * tick), 3),
            end_seconds=round(float((span.end_pts - timeline.start_pts) * tick), 3),
        )
        for span in (seen.span for seen in observations)
    ]


def joined(spans: Iterable[Span]) -> list[SpanView]:
    """Spans in order of time; those that touch or overlap become one."""
    ordered = sorted(spans, key=lambda span: (span.start_pts, span.end_pts))
    merged: list[SpanView] = []
    for span in ordered:
        last = merged[-1] if merged else None
        if last is None or span.start_pts > last.end_pts:
            merged.append(span_view(span))
            continue
        end_frame = max(last.first_frame + last.frames, span.first_frame + span.frames)
        merged[-1] = SpanView(
            start_pts=last.start_pts,
            end_pts=max(last.end_pts, span.end_pts),
            first_frame=last.first_frame,
            frames=end_frame - last.first_frame,
        )
    return merged


def rights_view(rights: GetRightsResponse) -> RightsView:
    """Decisions and their grounds."""
    told = [
        (PURPOSES[decision.purpose], decision)
        for decision in rights.decisions
        if decision.purpose in PURPOSES
    ]
    return RightsView(
        decision={purpose: _verdict(decision) for purpose, decision in told},
        grounds=[
            GroundView(
                purpose=purpose, sentence=decision.sentence, statements=statement_views(decision.grounds)
            )
            for purpose, decision in told
        ],
    )


def statement_views(statements: Sequence[RightsStatement] | Iterable[RightsStatement]) -> list[StatementView]:
    """Statements as they were made."""
    return [
        StatementView(
            issuer=statement.issuer,
            statement_id=statement.statement_id,
            revision=statement.revision,
            holder=statement.holder,
            source=enum_text(StatementSource.DESCRIPTOR, statement.source),
            use=enum_text(Use.DESCRIPTOR, statement.use),
            legal_basis=enum_text(LegalBasis.DESCRIPTOR, statement.legal_basis),
            verbatim=statement.verbatim,
            found_at=statement.found_at,
        )
        for statement in statements
    ]


def _verdict(decision: RightsDecision) -> Verdict:
    return "allowed" if decision.allowed else "withheld"


def _score(score: float) -> float:
    """Scores travel as float32: four digits are all they mean."""
    return round(score, 4)
