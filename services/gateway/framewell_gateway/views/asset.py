"""The composed view of an asset: what `GET /v1/assets/{id}` and `framewell show ASSET --json` say.

This shape is a promise to scripts. Its JSON schema is committed beside the tests of the gateway; a key
that goes or changes its meaning is a new version of the path.

A list is empty as long as there is nothing of its kind; clock, rights, playlist and samples are null until
they exist. Any part is null, and `missing` says so, while the service that knows it is away.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from framewell_gateway.domain.progress import AssetState

Kind = Literal["video", "audio", "still"]
PurposeName = Literal["analysis", "own_training", "sharing", "generative_training"]
Verdict = Literal["allowed", "withheld"]
Fraction = Annotated[str, Field(pattern=r"^\d+/\d+$")]


class View(BaseModel):
    """A value told to the outside: immutable, with no other keys than those declared."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_enum_values=False)


class SpanView(View):
    """A stretch of the asset: pts from `start_pts` to before `end_pts`, and the same in frames."""

    start_pts: int
    end_pts: int
    first_frame: int
    frames: int


class ShotView(View):
    """The pictures between two cuts."""

    first_frame: int
    frames: int
    start_pts: int
    end_pts: int


class TimelineView(View):
    """The clock of the asset. Seconds of a picture: (pts - start_pts) x time_base."""

    time_base: Annotated[Fraction, Field(description="Seconds per tick.", examples=["1/90000"])]
    frame_rate: Annotated[Fraction | None, Field(description="Nominal; null for sound.", examples=["25/1"])]
    start_pts: int
    frame_count: int
    start_timecode: Annotated[str | None, Field(examples=["10:00:00:00"])]
    drop_frame: bool


class ChunkCountsView(View):
    """Chunks of the asset by how far they have come; failed ones were given up at some stage."""

    planned: int
    transcoded: int
    analysed: int
    failed: int


class PersonView(View):
    """A person seen. All faces that nobody has named are one entry without class, named `unknown`."""

    class_id: str | None
    name: str
    model: Annotated[str | None, Field(description="The identity model.", examples=["identity/people@3.0"])]
    score: Annotated[float, Field(description="1 at distance 0, 0.5 at the model's threshold.")]
    spans: list[SpanView]


class TextView(View):
    """A text read on screen, with everywhere it stood."""

    text: str
    spans: list[SpanView]


class LabelView(View):
    """A label of the picture classifier, with its best score and everywhere it was seen."""

    label: str
    score: float
    spans: list[SpanView]


class SpeechView(View):
    """A stretch with speech, in seconds from the start of the asset."""

    start_seconds: float
    end_seconds: float


class StatementView(View):
    """A rights statement as it was made."""

    issuer: str
    statement_id: str
    revision: int
    holder: str
    source: str
    use: str
    legal_basis: str
    verbatim: str
    found_at: str


class GroundView(View):
    """Why a purpose is allowed or withheld: a sentence, and the statements it rests on."""

    purpose: PurposeName
    sentence: str
    statements: list[StatementView]


class RightsView(View):
    """The decision for each purpose, and the grounds of each."""

    decision: dict[PurposeName, Verdict]
    grounds: list[GroundView]


class SampleCountsView(View):
    """Training samples taken from the asset, by state."""

    proposed: int
    withheld: int
    accepted: int
    rejected: int
    withdrawn: int


class AssetView(View):
    """Everything the mesh knows about an asset, composed from all services."""

    asset_id: str
    kind: Kind | None
    state: AssetState
    reason: Annotated[str | None, Field(description="Why it was rejected, removed, or not analysed at all.")]
    missing: Annotated[list[str], Field(description="Parts that are missing, a sentence each.")]
    timeline: TimelineView | None
    chunks: ChunkCountsView
    shots: list[ShotView] | None
    people: list[PersonView] | None
    text: list[TextView] | None
    labels: list[LabelView] | None
    speech: list[SpeechView] | None
    rights: RightsView | None
    playlist: Annotated[str | None, Field(description="URL of the HLS playlist, for any player.")]
    samples: SampleCountsView | None


class AssetListItem(View):
    """One asset in a list."""

    asset_id: str
    kind: Kind | None
    state: AssetState
    reason: str | None
    title: str
    uri: str
    requested_at: str | None
    chunks: ChunkCountsView


class AssetList(View):
    """Assets, newest first."""

    assets: list[AssetListItem]
    next_page_token: Annotated[str, Field(description="Empty on the last page.")]
