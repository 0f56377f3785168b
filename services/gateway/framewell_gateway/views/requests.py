"""What the REST API takes. Unknown fields are refused, so that a misspelt one is never silently ignored."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from framewell_gateway.domain.addresses import ASSET_ID
from framewell_gateway.views.asset import PurposeName

Short = Annotated[str, StringConstraints(max_length=300)]
Long = Annotated[str, StringConstraints(max_length=8000)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Body(BaseModel):
    """A request body."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class SpanBody(Body):
    """A stretch of the asset."""

    start_pts: int
    end_pts: int
    first_frame: Annotated[int, Field(ge=0)] = 0
    frames: Annotated[int, Field(ge=0)] = 0


class PaymentBody(Body):
    """What a use costs."""

    model: Literal["flat", "per_use"]
    amount: Annotated[str, StringConstraints(pattern=r"^\d{1,12}(\.\d{1,6})?$")]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class StatementBody(Body):
    """Who may do what, as somebody stated it. (issuer, statement_id) names it; the newest revision counts."""

    issuer: Name
    statement_id: Short = ""
    revision: Annotated[int, Field(ge=0)] = 1
    holder: Short = ""
    source: Literal["contract", "tdmrep", "xmp", "exif", "c2pa", "house_rule"] = "contract"
    span: SpanBody | None = None
    purposes: Annotated[list[PurposeName], Field(max_length=8, description="Empty: all purposes.")] = []
    use: Literal["allowed", "prohibited", "constrained"]
    legal_basis: Literal["licence", "own_production", "tdm", "tdm_research", "public", "other"] | None = None
    valid_from: AwareDatetime | None = None
    valid_until: AwareDatetime | None = None
    territories: Annotated[
        list[Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]], Field(max_length=300)
    ] = []
    payment: PaymentBody | None = None
    verbatim: Long = ""
    found_at: Short = ""


class ProgrammeBody(Body):
    """What the house knows about the programme."""

    title: Short = ""
    series: Short = ""
    channel: Short = ""
    broadcast_time: AwareDatetime | None = None
    language: Annotated[str, StringConstraints(max_length=35)] = ""
    identifiers: Annotated[dict[Name, Short], Field(max_length=50)] = {}
    timecode_offset: Annotated[str, StringConstraints(pattern=r"^(\d{2}:\d{2}:\d{2}[:;]\d{2})?$")] = ""


class IngestBody(Body):
    """Something to take in."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "uri": "https://archive.example/news-2024-05-17.mp4",
                    "programme": {"title": "Evening news", "channel": "One"},
                    "statements": [{"issuer": "house", "use": "allowed", "legal_basis": "own_production"}],
                }
            ]
        },
    )

    uri: Annotated[str, StringConstraints(min_length=1, max_length=4000, pattern=r"^(file|s3|https|upload):")]
    asset_id: Annotated[str, StringConstraints(pattern=ASSET_ID)] | None = None
    request_id: Annotated[Short, Field(description="The same request id twice is one asset.")] = ""
    programme: ProgrammeBody | None = None
    statements: Annotated[list[StatementBody], Field(max_length=100)] = []
    lane: Literal["live", "archive"] = "archive"
    expected_sha256: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")] = ""
    labels: Annotated[dict[Name, Short], Field(max_length=50)] = {}
    existing_proxy: Annotated[str, StringConstraints(max_length=4000)] = ""


class RightsChangeBody(Body):
    """Rights of an asset, a source or a holder changed."""

    target: Annotated[str, StringConstraints(pattern=r"^(asset|source|holder):.{1,300}$")]
    statements: Annotated[list[StatementBody], Field(min_length=1, max_length=100)]
    revision: Annotated[
        int | None, Field(ge=1, description="The newest counts; null: the present moment.")
    ] = None


class DecisionBody(Body):
    """A reviewer's decision about one sample."""

    sample_id: Name
    decision: Literal["accept", "reject", "unsure"]
    class_id: Short = ""
    note: Long = ""
    expected_revision: Annotated[int, Field(ge=0, description="The revision you saw; 0: whatever it is.")] = 0


class ReviewBody(Body):
    """Some decisions."""

    reviews: Annotated[list[DecisionBody], Field(min_length=1, max_length=500)]


class UndoBody(Body):
    """Decisions to take back."""

    sample_ids: Annotated[list[Name], Field(min_length=1, max_length=500)]


class RunBody(Body):
    """A training run by hand."""

    dataset_id: Name
    snapshot_id: Short = ""
    recipe: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,40}$")] = "identity"
    parameters: Annotated[dict[Name, Short], Field(max_length=50)] = {}
    seed: int = 0


class ModelBody(Body):
    """A model and its version."""

    name: Name
    version: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z.+-]{1,40}$")]


class ModelNameBody(Body):
    """A model."""

    name: Name


def rfc3339(moment: datetime | None) -> str:
    """The moment as text, empty for none."""
    return moment.isoformat() if moment else ""
