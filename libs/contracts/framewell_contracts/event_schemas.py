"""JSON Schemas (draft 2020-12) of the data of every event, each complete in itself.

An event's attribute `dataschema` names the schema of its data by a URN, which is the `$id` of that schema:
no address of a house stands in an event. `framewell events schema` prints and writes them, the gateway serves
them as `/schemas/<type>.json`.
"""

from typing import Any, Final

from google.protobuf.descriptor import Descriptor, EnumDescriptor

from framewell_contracts.fact_types import FactType
from framewell_contracts.json_mapping import Schema
from framewell_contracts.json_mapping.schema import parts_of, schema_of

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def schema_id(fact: FactType) -> str:
    """Return what `dataschema` of an event of this type says."""
    return f"urn:framewell:schema:{fact.type}"


def event_schema(fact: FactType) -> Schema:
    """Return the schema of the data of events of this type, with all that it refers to in its `$defs`.

    That of a type which systems outside send has the bounds within which the mesh takes it, and no unknown
    fields. That of any other type lets further fields come: its reader ignores what it does not know.
    """
    root: Any = fact.message.DESCRIPTOR  # its stub allows two kinds of descriptor, of which one exists
    described = schema_of(root, _reference, bounded=fact.from_outside)
    definitions = _definitions(root, bounded=fact.from_outside)
    return {"$schema": DIALECT, "$id": schema_id(fact), **described, "$defs": definitions}


def _reference(element: Descriptor | EnumDescriptor) -> Schema:
    return {"$ref": f"#/$defs/{element.full_name}"}


def _definitions(root: Descriptor, *, bounded: bool) -> dict[str, Schema]:
    """Return the schemas of everything a message is made of, by full name."""
    found: dict[str, Schema] = {}
    waiting = [*parts_of(root.fields)]
    while waiting:
        element = waiting.pop()
        if element.full_name not in found:
            found[element.full_name] = schema_of(element, _reference, bounded=bounded)
            if isinstance(element, Descriptor):
                waiting.extend(parts_of(element.fields))
    return dict(sorted(found.items()))
