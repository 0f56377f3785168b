"""What REST alone refuses; all other bounds stand in the .proto files and hold at every door."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from google.protobuf.descriptor import FieldDescriptor

from framewell_contracts.json_mapping import FieldProblem
from framewell_contracts.sentences import Sentence, say

_BY_MESH: Final = say("field.by_mesh", "is filled in by the mesh: leave it out")
_OF_RIGHTS: Final = say("field.of_rights", "rights are those of an asset, a holder or a source")

_REFUSED: Final[Mapping[str, Sentence]] = MappingProxyType(
    {
        "framewell.rights.v1.RightsChanged.actor": _BY_MESH,
        "framewell.training.v1.TrainingRequested.actor": _BY_MESH,
        "framewell.dataset.v1.DatasetClass.merged_into": _BY_MESH,
        "framewell.dataset.v1.DatasetClass.revision": _BY_MESH,
        "framewell.dataset.v1.DatasetClass.changed_at": _BY_MESH,
        "framewell.dataset.v1.DatasetClass.changed_by": _BY_MESH,
        "framewell.dataset.v1.DatasetClass.samples": _BY_MESH,
        "framewell.mesh.v1.Subject.class_id": _OF_RIGHTS,
        "framewell.mesh.v1.Subject.sample_id": _OF_RIGHTS,
    }
)
_WITHIN: Final = frozenset(name.rpartition(".")[0] for name in _REFUSED)
"""The messages that have such fields: they stand in bodies as single fields, never in lists."""


def refusal_of(field: FieldDescriptor) -> str:
    """Return why callers may not give a field, '' when they may: such a field is in no schema."""
    return _REFUSED.get(field.full_name, "")


def refusals(document: Mapping[str, Any], message: Any, place: str = "") -> Iterator[FieldProblem]:
    """Yield what callers may not give, in a document that fits its message."""
    for name, value in document.items():
        field, where = message.fields_by_name[name], f"{place}.{name}" if place else name
        inner = field.message_type
        if reason := refusal_of(field):
            yield FieldProblem(where, reason)
        elif inner is not None and inner.full_name in _WITHIN:
            yield from refusals(value, inner, where)
