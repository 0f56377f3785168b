"""Observations as the mesh speaks them: domain values to protobuf and back, nothing else."""

from __future__ import annotations

from framewell.inference.v1.inference_pb2 import ObservationSet
from framewell.media.v1.media_pb2 import Box, Moment, Observation, Span
from framewell.mesh.v1.mesh_pb2 import Done, Failed, ModelVersion, Outcome
from framewell_inference.domain.observations import Findings, FractionBox, Seen, Stretch
from framewell_models.manifest import ModelRef


def model_version(ref: ModelRef) -> ModelVersion:
    return ModelVersion(name=ref.name, version=ref.version)


def model_ref(version: ModelVersion) -> ModelRef:
    return ModelRef(version.name, version.version)


def done() -> Outcome:
    return Outcome(done=Done())


def failed(code: str, detail: str) -> Outcome:
    return Outcome(failed=Failed(code=code, detail=detail))


def span(stretch: Stretch) -> Span:
    return Span(
        start_pts=stretch.start_pts,
        end_pts=stretch.end_pts,
        first_frame=stretch.first_frame,
        frames=stretch.end_frame - stretch.first_frame,
    )


def box(fractions: FractionBox) -> Box:
    return Box(x=fractions.x, y=fractions.y, width=fractions.width, height=fractions.height)


def observation(findings: Findings, ordinal: int) -> Observation:
    """One observation; its id is its place among the findings, the same at every rerun."""
    seen: Seen = findings.seen[ordinal]
    message = Observation(
        id=f"{findings.analyser}/{ordinal}",
        kind=seen.kind,
        span=span(seen.stretch),
        score=seen.score,
        label=seen.label,
        text=seen.text,
        attributes=seen.attributes,
        vector_row=seen.vector,
        model=model_version(findings.model),
    )
    if seen.moment is not None:
        message.moment.CopyFrom(Moment(pts=seen.moment[0], frame=seen.moment[1]))
    if seen.box is not None:
        message.box.CopyFrom(box(seen.box))
    return message


def observation_set(findings: Findings, *, asset_id: str, chunk_id: str) -> ObservationSet:
    return ObservationSet(
        asset_id=asset_id,
        chunk_id=chunk_id,
        analyser=findings.analyser,
        model=model_version(findings.model),
        observations=[observation(findings, ordinal) for ordinal in range(len(findings.seen))],
    )
