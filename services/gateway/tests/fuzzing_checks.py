"""Checks that schemathesis makes of every answer beside its own; it loads this file as its hooks."""

from __future__ import annotations

import json
import re
from typing import Any

import schemathesis

# What a JSON Schema cannot say: rules between fields, days of a month, lengths of time, tokens of a list.
BEYOND_A_SCHEMA = re.compile(
    "must be later than|must end after it begins|only one of|must be a time in RFC 3339"
    "|must be a length of time of at most|must be base64"
    "|is not one that this list|cannot be ordered by|is no id of an event|announced was"
    "|by `class_id`, not by both|is a tar archive of a model folder|say which (version|observation)"
    "|one hour at most|none of them beyond its edge"
    "|webhooks may not lead to|give an address such as|is no address|there is no event of type"
    "|the mesh has no service|say why: the reason"
    "|may hold letters, digits|is blank|has more than 64 characters|must begin with a letter|look alike"
    "|used for another request"
    "|characters or more|must not be the login|is none of an object|is the password so far"
)

# An event of a stream. OpenAPI 3.1 can call the whole stream a text; schemathesis asks for one of its events.
SERVER_SENT_EVENT = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "event": {"type": "string", "minLength": 1},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
    "required": ["event", "data"],
}


@schemathesis.hook
def before_load_schema(context: Any, raw_schema: dict[str, Any]) -> None:
    """Hold each event of a stream to the form of one."""
    for operations in raw_schema["paths"].values():
        for operation in operations.values():
            for response in operation["responses"].values():
                stream = response.get("content", {}).get("text/event-stream")
                if stream is not None:
                    stream["schema"] = SERVER_SENT_EVENT


@schemathesis.check
def refusals_have_a_place(ctx: Any, response: schemathesis.Response, case: Any) -> None:
    """Each answer 422 lists what is wrong, in words."""
    if response.status_code == 422:
        errors = json.loads(response.content)["errors"]
        assert errors, "a refusal without `errors`"
        assert all(error["problem"] for error in errors), "an error without words"
        assert all(error["wording"]["template"] for error in errors), "an error without a code"


@schemathesis.check
def what_fits_the_schema_is_refused_for_rules_alone(
    ctx: Any, response: schemathesis.Response, case: Any
) -> None:
    """A request within the schema is taken, unless it breaks a rule that a schema cannot say."""
    meta = case.meta
    if response.status_code == 422 and meta is not None and meta.generation.mode.is_positive:
        for error in json.loads(response.content)["errors"]:
            assert BEYOND_A_SCHEMA.search(error["problem"]), f"{error} though the request fits the schema"
