"""Domain values to the contracts' messages and back, nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Final

from framewell.inference.v1.inference_pb2 import ObservationSet
from framewell.media.v1 import media_pb2
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell_contracts.identity import observation_id
from framewell_inference.domain.observations import Attributes, Findings, FractionBox, FrameSpan, Observation
from framewell_inference.domain.pictures import Float
from framewell_models.manifest import ModelRef

IMAGE_CHUNK: Final = "/image"
"""Stands for the chunk of a picture that belongs to no asset: its observations are called `faces/image/0`."""

_ATTRIBUTE_FIELDS: Final = {
    field.message_type: field.name
    for field in media_pb2.Observation.DESCRIPTOR.oneofs_by_name["attributes"].fields
}


def model_version(ref: ModelRef) -> ModelVersion:
    """Return the message of a model reference."""
    return ModelVersion(name=ref.name, version=ref.version)


def model_ref(version: ModelVersion) -> ModelRef:
    """Return the model reference of a message."""
    return ModelRef(version.name, version.version)


def span_message(span: FrameSpan) -> media_pb2.Span:
    """Return the message of a span."""
    return media_pb2.Span(
        start_pts=span.start_pts,
        end_pts=span.end_pts,
        first_frame=span.first_frame,
        frames=span.end_frame - span.first_frame,
    )


def box_message(box: FractionBox) -> media_pb2.Box:
    """Return the message of a box."""
    return media_pb2.Box(x=box.x, y=box.y, width=box.width, height=box.height)


def observation_message(findings: Findings, chunk_id: str, ordinal: int) -> media_pb2.Observation:
    """Return the message of one of the findings in a chunk; `chunk_id` is empty for sound.

    Its id follows from chunk, analyser and ordinal, so that it is the same at every rerun.
    """
    observation = findings.observations[ordinal]
    message = media_pb2.Observation(
        id=observation_id(chunk_id, findings.analyser, ordinal),
        kind=observation.kind,
        span=span_message(observation.span),
        score=observation.score,
        label=observation.label,
        text=observation.text,
        shot=observation.shot,
        vector_row=observation.vector,
        model=model_version(findings.model),
    )
    if observation.moment is not None:
        message.moment.CopyFrom(media_pb2.Moment(pts=observation.moment[0], frame=observation.moment[1]))
    if observation.box is not None:
        message.box.CopyFrom(box_message(observation.box))
    if observation.attributes is not None:
        _set_attributes(message, observation.attributes)
    if observation.below is not None:
        message.text_attributes.below_id = observation_id(chunk_id, findings.analyser, observation.below)
    return message


def observation_messages(findings: Findings, chunk_id: str) -> list[media_pb2.Observation]:
    """Return the messages of all findings in a chunk, in their order."""
    return [observation_message(findings, chunk_id, at) for at in range(len(findings.observations))]


def observation_set(findings: Findings, *, asset_id: str, chunk_id: str) -> ObservationSet:
    """Return the message of all findings of one analyser in a chunk; `chunk_id` is empty for sound."""
    return ObservationSet(
        asset_id=asset_id,
        chunk_id=chunk_id,
        analyser=findings.analyser,
        model=model_version(findings.model),
        observations=observation_messages(findings, chunk_id),
    )


def findings_of(found: ObservationSet, vectors: Float | None) -> Findings | None:
    """Return the findings that `observation_set` made a message of; `vectors` are those kept beside it.

    None where an observation was taken out since: the ids of those behind it would be others.
    """
    ids = [observation_id(found.chunk_id, found.analyser, at) for at in range(len(found.observations))]
    if ids != [one.id for one in found.observations]:
        return None
    places = {each: at for at, each in enumerate(ids)}
    observations = tuple(_observation(one, places) for one in found.observations)
    return Findings(found.analyser, model_ref(found.model), observations, vectors)


def _observation(message: media_pb2.Observation, places: Mapping[str, int]) -> Observation:
    box, span, chosen = message.box, message.span, message.WhichOneof("attributes")
    attributes = deepcopy(getattr(message, chosen)) if chosen else None
    below = None
    if isinstance(attributes, media_pb2.TextAttributes):
        below = places.get(attributes.below_id)
        attributes.below_id = ""
    return Observation(
        kind=message.kind,
        span=FrameSpan(span.start_pts, span.end_pts, span.first_frame, span.first_frame + span.frames),
        score=message.score,
        moment=(message.moment.pts, message.moment.frame) if message.HasField("moment") else None,
        box=FractionBox(box.x, box.y, box.width, box.height) if message.HasField("box") else None,
        label=message.label,
        text=message.text,
        shot=message.shot if message.HasField("shot") else None,
        attributes=attributes,
        below=below,
        vector=message.vector_row if message.HasField("vector_row") else None,
    )


def _set_attributes(message: media_pb2.Observation, attributes: Attributes) -> None:
    getattr(message, _ATTRIBUTE_FIELDS[attributes.DESCRIPTOR]).CopyFrom(attributes)
