"""What was seen, read and heard in an asset, gathered from what the services answer. Pure."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from fractions import Fraction

from google.protobuf.duration_pb2 import Duration

from framewell.gateway.v1.asset_view_pb2 import SeenLabel, SeenPerson, SeenText, SpeechSegment
from framewell.inference.v1.inference_service_pb2 import Person
from framewell.media.v1.media_pb2 import Observation, Span, Timeline
from framewell_gateway.domain.moments import duration

UNKNOWN = "unknown"


def joined(spans: Iterable[Span]) -> list[Span]:
    """Return spans in order of time; those that touch or overlap become one."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.start_pts, one.end_pts)):
        last = merged[-1] if merged else None
        if last is None or span.start_pts > last.end_pts:
            merged.append(Span())
            merged[-1].CopyFrom(span)
            continue
        end_frame = max(last.first_frame + last.frames, span.first_frame + span.frames)
        last.end_pts = max(last.end_pts, span.end_pts)
        last.frames = end_frame - last.first_frame
    return merged


def seen_people(people: Iterable[Person], names: Mapping[str, str]) -> list[SeenPerson]:
    """Return people with the names of their classes, in the given order, each class and each cluster once.

    A list of people that was paged may have one of them on several pages.
    """
    found: dict[tuple[str, str], SeenPerson] = {}
    spans: dict[tuple[str, str], list[Span]] = {}
    for person in people:
        who = person.class_id, person.cluster_id
        one = found.setdefault(who, SeenPerson(name=UNKNOWN))
        if person.class_id:
            one.class_id = person.class_id
            one.name = names.get(person.class_id, person.class_id)
        if person.HasField("score"):
            one.score = max(one.score, person.score)
        if person.HasField("model"):
            one.model.CopyFrom(person.model)
        if person.cluster_id:
            one.cluster_id = person.cluster_id
        if not one.sentence and person.appearances:
            one.sentence = person.appearances[0].sentence
            if person.appearances[0].HasField("wording"):
                one.wording.CopyFrom(person.appearances[0].wording)
        spans.setdefault(who, []).extend(each.span for each in person.appearances)
    for who, one in found.items():
        # Of faces in no cluster every appearance, since they may be several people.
        one.spans.extend(joined(spans[who]) if any(who) else spans[who])
    return list(found.values())


def seen_texts(observations: Iterable[Observation]) -> list[SeenText]:
    """Return texts in order of their first appearance, equal texts together."""
    spans: dict[str, list[Span]] = {}
    for seen in observations:
        if text := " ".join(seen.text.split()):
            spans.setdefault(text, []).append(seen.span)
    return [SeenText(text=text, spans=joined(found)) for text, found in spans.items()]


def seen_labels(observations: Iterable[Observation]) -> list[SeenLabel]:
    """Return labels, whoever saw them, best score first."""
    spans: dict[str, list[Span]] = {}
    scores: dict[str, float] = {}
    analysers: dict[str, set[str]] = {}
    for seen in observations:
        if seen.label:
            spans.setdefault(seen.label, []).append(seen.span)
            scores[seen.label] = max(scores.get(seen.label, 0.0), seen.score)
            analysers.setdefault(seen.label, set()).add(seen.id.partition("/")[0])
    return [
        SeenLabel(
            label=label, score=scores[label], spans=joined(spans[label]), analysers=sorted(analysers[label])
        )
        for label in sorted(scores, key=lambda label: (-scores[label], label))
    ]


def speech_segments(
    speech: Sequence[Observation], sentences: Sequence[Observation], timeline: Timeline
) -> list[SpeechSegment]:
    """Return where somebody speaks, and what is said there, counted from the asset's start in milliseconds.

    Both come in order of time.
    """
    tick = Fraction(timeline.time_base.numerator, timeline.time_base.denominator or 1)

    def from_start(pts: int) -> Duration:
        return duration(timedelta(milliseconds=round((pts - timeline.start_pts) * tick * 1000)))

    said: list[list[str]] = [[] for _ in speech]
    begins = [seen.span.start_pts for seen in speech]
    for one in last_version(sentences):
        middle = (one.span.start_pts + one.span.end_pts) // 2
        said[max(0, bisect_right(begins, middle) - 1)].append(one.text)
    return [
        SpeechSegment(
            start=from_start(seen.span.start_pts), end=from_start(seen.span.end_pts), text=" ".join(texts)
        )
        for seen, texts in zip(speech, said, strict=True)
    ]


def last_version(sentences: Sequence[Observation]) -> list[Observation]:
    """Return the sentences of the last version by name, where several have listened."""
    last = max(((one.model.name, one.model.version) for one in sentences), default=None)
    return [one for one in sentences if (one.model.name, one.model.version) == last]
