"""The one JSON spelling of the mesh's messages, whichever door a document comes through.

Field names stand as in the .proto (`legal_basis`), enum values are short words (`own_production` for
LEGAL_BASIS_OWN_PRODUCTION), integers of every width are JSON numbers, times are RFC 3339 text, lengths of
time are text such as `3.5s`, bytes are base64. What is unset is left out, and null is not taken.

Protobuf's own mapping (`google.protobuf.json_format`) is not used: it writes camelCase names, long enum
names and 64-bit integers as text, and it takes more than one spelling of each. Of it we keep the forms of
Timestamp and Duration.
"""

from framewell_contracts.field_problem import FieldProblem
from framewell_contracts.json_mapping.comments import comments
from framewell_contracts.json_mapping.enum_words import enum_value, enum_word, enum_words
from framewell_contracts.json_mapping.read import (
    BODY,
    EVENT,
    InvalidDocument,
    from_json,
    parse_object,
    readable_part,
)
from framewell_contracts.json_mapping.schema import Schema, components, reference, schema_of
from framewell_contracts.json_mapping.write import to_json

__all__ = [
    "BODY",
    "EVENT",
    "FieldProblem",
    "InvalidDocument",
    "Schema",
    "comments",
    "components",
    "enum_value",
    "enum_word",
    "enum_words",
    "from_json",
    "parse_object",
    "readable_part",
    "reference",
    "schema_of",
    "to_json",
]
