"""What REST takes of a field beyond its type: which must be there, how long, of which form.

The messages themselves are wider: events of others and stored statements may be less complete. Bounds are
part of the schemas of request bodies and parameters, so that a client finds them before it asks.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from google.protobuf.descriptor import FieldDescriptor

from framewell_contracts.json_mapping import FieldProblem, Schema
from framewell_gateway.domain.addresses import ASSET_ID

MOST_STATEMENTS: Final = 100


_UNITS: Final[Mapping[type, str]] = MappingProxyType({str: " letters", list: " items", dict: " entries"})


@dataclass(frozen=True, slots=True)
class Bound:
    """The bounds of one field.

    `least` and `most` bound a number, the letters of a text, the items of a list or the entries of a map;
    `each` bounds every item or entry. `form` says in words what `pattern` (ECMA-262, anchored) asks for.
    `refused` is a sentence why callers may not give the field at all.
    """

    required: bool = False
    least: int | None = None
    most: int | None = None
    pattern: str = ""
    form: str = ""
    each: "Bound | None" = None
    refused: str = ""

    def problem(self, value: Any) -> str:
        """Return what is wrong with a value of the field's type, '' when nothing is."""
        if self.refused:
            return self.refused
        size = value if isinstance(value, int | float) else len(value)
        unit = _UNITS.get(type(value), "")
        if self.least is not None and size < self.least:
            return f"must be at least {self.least}{unit}"
        if self.most is not None and size > self.most:
            return f"must be at most {self.most}{unit}"
        if self.pattern and not re.search(self.pattern, value):
            return f"{value[:80]!r} {self.form}"
        return ""

    def narrowed(self, schema: Schema) -> Schema:
        """Return a schema of the field with these bounds in it."""
        names = {
            "string": ("minLength", "maxLength"),
            "array": ("minItems", "maxItems"),
            "object": ("minProperties", "maxProperties"),
        }
        low, high = names.get(schema.get("type", ""), ("minimum", "maximum"))
        found = dict(schema)
        if self.least is not None:
            found[low] = self.least
        if self.most is not None:
            found[high] = self.most
        if self.pattern:
            found["pattern"] = self.pattern
        if self.each is not None:
            inner = "items" if schema.get("type") == "array" else "additionalProperties"
            found[inner] = self.each.narrowed(found[inner])
        return found


_SHORT, _LONG = Bound(most=300), Bound(most=8000)
_ID = Bound(most=200)
_REQUIRED_ID = Bound(required=True, least=1, most=200)
_BY_MESH = Bound(refused="is filled in by the mesh: leave it out")
_LABELS = Bound(most=50, each=_SHORT)

_OF_ANY_MESSAGE: Mapping[str, Bound] = MappingProxyType(
    {
        "asset_id": Bound(pattern=ASSET_ID, form="is no id of an asset, which is a UUID"),
        "class_id": _ID,
        "dataset_id": _ID,
        "snapshot_id": _ID,
        "holder": _SHORT,
        "reason": Bound(most=1000),
        "page_size": Bound(least=1, most=1000),
        "page_token": Bound(most=2000),
        "sha256": Bound(pattern=r"^([0-9a-f]{64})?$", form="is no SHA-256, which is 64 hex digits"),
        "statements": Bound(most=MOST_STATEMENTS),
    }
)

_OF_FIELDS: Mapping[str, Bound] = MappingProxyType(
    {
        "IngestRequested.uri": Bound(
            required=True,
            least=1,
            most=4000,
            pattern=r"^(file|s3|https|upload):",
            form="begins with none of `file:`, `s3:`, `https:`, `upload:`",
        ),
        "IngestRequested.expected_sha256": _OF_ANY_MESSAGE["sha256"],
        "IngestRequested.labels": _LABELS,
        "IngestRequested.existing_proxy": Bound(most=4000),
        "SubmitRequest.request_id": _SHORT,
        "UploadHeader.file_name": Bound(most=255),
        "Programme.title": _SHORT,
        "Programme.series": _SHORT,
        "Programme.channel": _SHORT,
        "Programme.language": Bound(most=35),
        "Programme.identifiers": _LABELS,
        "Programme.start_timecode": Bound(
            pattern=r"^([0-9]{2}:[0-9]{2}:[0-9]{2}[:;][0-9]{2})?$", form="is no timecode HH:MM:SS:FF"
        ),
        "RightsStatement.issuer": _ID,
        "RightsStatement.statement_id": _SHORT,
        "RightsStatement.revision": Bound(least=0),
        "RightsStatement.purposes": Bound(most=8),
        "RightsStatement.use": Bound(required=True),
        "RightsStatement.territories": Bound(
            most=300, each=Bound(pattern=r"^[A-Z]{2}$", form="is no ISO 3166 code of two capital letters")
        ),
        "RightsStatement.verbatim": _LONG,
        "RightsStatement.found_at": _SHORT,
        "Payment.model": Bound(required=True),
        "Payment.amount": Bound(
            required=True,
            pattern=r"^[0-9]{1,12}(\.[0-9]{1,6})?$",
            form="is no decimal amount such as `0.05`",
        ),
        "Payment.currency": Bound(
            required=True, pattern=r"^[A-Z]{3}$", form="is no ISO 4217 code of three capital letters"
        ),
        "RightsChanged.subject": Bound(required=True),
        "RightsChanged.statements": Bound(required=True, least=1, most=MOST_STATEMENTS),
        "RightsChanged.revision": Bound(least=1),
        "RightsChanged.actor": _BY_MESH,
        "Subject.holder": Bound(least=1, most=300),
        "Subject.source": Bound(least=1, most=300),
        "Subject.class_id": Bound(refused="rights are those of an asset, a holder or a source"),
        "Subject.sample_id": Bound(refused="rights are those of an asset, a holder or a source"),
        "ReviewSamplesRequest.reviews": Bound(required=True, least=1, most=500),
        "Review.sample_id": _REQUIRED_ID,
        "Review.decision": Bound(required=True),
        "Review.note": _LONG,
        "Review.expected_revision": Bound(least=0),
        "UndoReviewRequest.sample_ids": Bound(required=True, least=1, most=500, each=_REQUIRED_ID),
        "ListObservationsRequest.analysers": Bound(most=20, each=_ID),
        "PublishSnapshotRequest.dataset_id": Bound(
            pattern=r"^[a-z0-9][a-z0-9-]{0,99}$", form="is no id of a dataset"
        ),
        "GetFrameRequest.frame": Bound(least=0),
        "TrainingRequested.dataset_id": _REQUIRED_ID,
        "TrainingRequested.recipe": Bound(
            required=True, pattern=r"^[a-z][a-z0-9_]{0,40}$", form="is no name of a recipe"
        ),
        "TrainingRequested.parameters": _LABELS,
        "TrainingRequested.actor": _BY_MESH,
        "ListCandidatesRequest.name": _ID,
        "PromoteRequest.model": Bound(required=True),
        "ModelVersion.name": _REQUIRED_ID,
        "ModelVersion.version": Bound(required=True, pattern=r"^[0-9A-Za-z.+-]{1,40}$", form="is no version"),
        "RollbackRequest.name": _REQUIRED_ID,
    }
)


def bound_of(field: FieldDescriptor) -> Bound | None:
    """Return the bounds of a field of a request, None when it has none beyond its type."""
    message: Any = field.containing_type
    return _OF_FIELDS.get(f"{message.name}.{field.name}") or _OF_ANY_MESSAGE.get(field.name)


def problems_of(document: Mapping[str, Any], message: Any, place: str = "") -> Iterator[FieldProblem]:
    """Yield what is out of bounds in a document that fits its message, in the order of the fields."""
    for field in message.fields:
        where = f"{place}.{field.name}" if place else field.name
        bound = bound_of(field)
        if field.name not in document:
            if bound is not None and bound.required:
                yield FieldProblem(where, "must be there")
            continue
        value = document[field.name]
        if bound is not None:
            yield from _value_problems(bound, value, where)
        yield from _inner_problems(field, value, where)


def _value_problems(bound: Bound, value: Any, place: str) -> Iterator[FieldProblem]:
    if problem := bound.problem(value):
        yield FieldProblem(place, problem)
    elif bound.each is not None:
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in items:
            if problem := bound.each.problem(item):
                yield FieldProblem(f"{place}.{key}", problem)


def _inner_problems(field: FieldDescriptor, value: Any, place: str) -> Iterator[FieldProblem]:
    inner = field.message_type
    if inner is None or inner.GetOptions().map_entry or inner.full_name.startswith("google."):
        return
    if not field.is_repeated:
        yield from problems_of(value, inner, place)
        return
    for number, item in enumerate(value):
        yield from problems_of(item, inner, f"{place}.{number}")
