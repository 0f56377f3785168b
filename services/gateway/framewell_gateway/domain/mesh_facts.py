"""What is kept of a fact that is about no asset and no sample: ids, numbers and states, and nobody's words.

Such facts name holders of rights, quote statements and give reasons. They are told so that a page that
shows what they are about is read again; what they say in full is asked of the service that knows it, and
forgets it.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from framewell_contracts.fact_types import FACTS

_OF_EVERY: Final = frozenset({"actor", "model", "purpose", "revision"})
"""Fields kept of whatever fact has them, beside its ids; an actor is a person who works with the mesh."""

_OF_TYPE: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "framewell.audit.sealed.v1": frozenset({"entry_count", "sealed_at"}),
        "framewell.classes.changed.v1": frozenset({"change", "merged_into"}),
        "framewell.cluster.decided.v1": frozenset({"decision"}),
        "framewell.erasure.completed.v1": frozenset({"service", "counts"}),
        "framewell.erasure.planned.v1": frozenset({"part", "parts"}),
        "framewell.face.searched.v1": frozenset({"neighbour_count"}),
        "framewell.model.registered.v1": frozenset({"name", "versions", "in_force", "enabled"}),
        "framewell.recognition.updated.v1": frozenset(
            {"previous", "track_count", "changed_track_count", "changed_asset_count", "duration"}
        ),
        "framewell.rights.applied.v1": frozenset({"asset_count"}),
        "framewell.snapshot.published.v1": frozenset({"number", "recipe"}),
        "framewell.snapshot.withdrawn.v1": frozenset({"superseded_by", "withdrawn_sample_count"}),
        "framewell.training.completed.v1": frozenset({"verdict", "duration"}),
        "framewell.training.requested.v1": frozenset({"recipe", "seed"}),
        "framewell.usage.recorded.v1": frozenset({"quantity", "used_at"}),
    }
)
"""By CloudEvents type: the further fields that are kept."""

if unknown := _OF_TYPE.keys() - FACTS.keys():
    raise LookupError(f"no facts of the mesh: {sorted(unknown)}")


def in_ids_and_numbers(event_type: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return of a fact in JSON what names nobody: its ids, and the fields that are kept of its type.

    Of who signs in, and what they may, nothing is kept but that it happened: that is the audit log's.
    """
    if event_type == "framewell.access.changed.v1":
        return {}
    kept = _OF_EVERY | _OF_TYPE.get(event_type, frozenset())
    return {name: value for name, value in data.items() if name.endswith("_id") or name in kept}
