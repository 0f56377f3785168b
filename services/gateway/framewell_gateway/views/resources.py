"""What else the REST API tells: events, observations, samples, datasets, snapshots, models, runs."""

from typing import Annotated, Literal

from pydantic import Field

from framewell_gateway.views.asset import PurposeName, SpanView, StatementView, Verdict, View

NextPage = Annotated[str, Field(description="Pass as `page_token`; empty on the last page.")]


class EventView(View):
    """One event of the mesh, decoded."""

    id: str
    type: Annotated[str, Field(examples=["framewell.chunk.analysed.v1"])]
    source: str
    time: Annotated[str, Field(description="When it happened, RFC 3339.")]
    subject: str
    data: Annotated[dict[str, object], Field(description="Its message; long lists are told as their length.")]


class EventList(View):
    """Events of an asset in the order they arrived."""

    events: list[EventView]


class BoxView(View):
    """A rectangle in fractions of the picture, origin top left."""

    x: float
    y: float
    width: float
    height: float


class ObservationView(View):
    """One thing a model saw, read or heard."""

    id: str
    kind: Annotated[str, Field(examples=["face", "text", "label", "safety", "speech"])]
    span: SpanView
    frame: int
    pts: int
    box: BoxView | None
    score: float
    label: str
    text: str
    attributes: dict[str, str]
    model: str | None


class ObservationList(View):
    """Observations in order of chunk, analyser and time."""

    observations: list[ObservationView]
    next_page_token: NextPage


class CropView(View):
    """One picture of a sample; `url` is where it can be fetched."""

    key: str
    url: str
    frame: int
    pts: int
    box: BoxView | None


class EvidenceView(View):
    """One reason to believe a sample. `{class}` in the sentence stands for the name of its class."""

    kind: str
    sentence: str
    score: float


SampleStateName = Literal["withheld", "proposed", "accepted", "rejected", "unsure", "withdrawn"]


class SampleView(View):
    """A training sample with everything a reviewer needs."""

    sample_id: str
    dataset_id: str
    class_id: str
    class_name: str
    state: SampleStateName
    question: Annotated[bool, Field(description="True when only one source speaks for it.")]
    reason: Annotated[str, Field(description="Why it was withheld or withdrawn.")]
    revision: int
    asset_id: str
    programme: str
    timecode: str
    span: SpanView
    crops: list[CropView]
    evidence: list[EvidenceView]
    rights: Annotated[str, Field(description="What the rights gate said.")]
    collapsed: Annotated[int, Field(description="Near-duplicates collapsed into it.")]


class SampleList(View):
    """Samples, oldest first."""

    samples: list[SampleView]
    next_page_token: NextPage


class ReviewResultView(View):
    """What became of one decision: `error` is empty when it was taken."""

    sample: SampleView | None
    error: str


class ReviewResults(View):
    """In the order of the request."""

    results: list[ReviewResultView]


class DatasetView(View):
    """A dataset."""

    dataset_id: str
    title: str
    rules: list[str]
    recipe: str
    purpose: str


class DatasetList(View):
    """All datasets, by id."""

    datasets: list[DatasetView]


class ClassView(View):
    """A class with its names."""

    class_id: str
    dataset_id: str
    name: str
    aliases: list[str]
    external_ids: dict[str, str]
    fictional: bool
    merged_into: str


class ClassList(View):
    """Classes, by name."""

    classes: list[ClassView]


class ClassCountView(View):
    """Samples of a class in a split."""

    class_id: str
    split: str
    samples: int


class SnapshotView(View):
    """An immutable set of accepted samples."""

    snapshot_id: str
    dataset_id: str
    number: int
    published_at: str | None
    withdrawn: Annotated[str | None, Field(description="Why it must not be used any more.")]
    recipe: str
    embedding: str | None
    counts: list[ClassCountView]
    manifest_url: str | None


class SnapshotList(View):
    """Snapshots, newest first."""

    snapshots: list[SnapshotView]
    next_page_token: NextPage


class ModelView(View):
    """A model of the catalogue."""

    model: str | None
    analyser: str
    in_force: bool
    provider: str
    code_licence: str
    weights_licence: str
    source: str
    sha256: str
    intended_use: str


class ModelList(View):
    """Models by name and version."""

    models: list[ModelView]


class MeasureView(View):
    """A measured figure."""

    name: str
    value: float
    on: str


class GateStepView(View):
    """One check of the gate."""

    check: str
    passed: bool
    sentence: str


class RunView(View):
    """A training run."""

    run_id: str
    dataset_id: str
    snapshot_id: str
    recipe: str
    state: str
    stage: str
    progress: float
    requested_at: str | None
    model: str | None
    verdict: str | None
    failure: str | None
    seconds: float | None
    measures: list[MeasureView]
    gate: list[GateStepView]


class RunList(View):
    """Runs, newest first."""

    runs: list[RunView]
    next_page_token: NextPage


class CandidateView(View):
    """A model that training made."""

    model: str | None
    in_service: bool
    promoted_by: str | None
    verdict: str | None
    run_id: str
    measures: list[MeasureView]
    gate: list[GateStepView]


class CandidateList(View):
    """Candidates, newest first."""

    candidates: list[CandidateView]


class AssetRightsView(View):
    """Rights of an asset: decisions, and every statement in force."""

    asset_id: str
    revision: int
    decisions: list["DecisionView"]
    statements: list[StatementView]


class DecisionView(View):
    """The decision for one purpose, with its sentence."""

    purpose: PurposeName
    verdict: Verdict
    sentence: str


class Published(View):
    """An event was published; what it does is told by the events that follow."""

    event_id: str
    type: str


class PreviewView(View):
    """What a change of rights would do."""

    samples_withdrawn: int
    samples_proposed: int
    snapshot_ids: list[str]
    asset_ids: list[str]


class Submitted(View):
    """A request was taken."""

    asset_id: str
    existed: Annotated[bool, Field(description="True when this very request had been made before.")]


class Uploaded(View):
    """Where the upload lies: name `uri` in POST /v1/assets."""

    uri: Annotated[str, Field(examples=["upload:8c1f0c9e"])]
    size: int
    sha256: str


class Reprocessed(View):
    """Everything of the asset is made anew."""

    asset_id: str
    generation: int
