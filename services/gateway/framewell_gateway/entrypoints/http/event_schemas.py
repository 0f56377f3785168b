"""The JSON Schemas of events: `/schemas/<type>.json`, and `/schemas.json` that lists them.

A schema is what the `dataschema` of an event names; it is open to everybody, as the other descriptions are.
"""

import json
from functools import cache

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from framewell_contracts.event_schemas import event_schema, schema_id
from framewell_contracts.fact_types import FACTS
from framewell_contracts.sentences import say
from framewell_kit.outcomes import NotFound

MEDIA_TYPE = "application/schema+json"


def routes() -> list[Route]:
    """Return the list of schemas, and each of them."""
    return [Route("/schemas.json", _listed), Route("/schemas/{type}.json", _one)]


async def _listed(_: Request) -> Response:
    listed = [
        {
            "type": fact.type,
            "id": schema_id(fact),
            "schema": f"/schemas/{fact.type}.json",
            "result": fact.result,
        }
        for fact in FACTS.values()
    ]
    return JSONResponse({"schemas": listed})


async def _one(request: Request) -> Response:
    name = request.path_params["type"]
    if name not in FACTS:
        raise NotFound(
            say(
                "event_type_unknown",
                "there is no event type {type}: /schemas.json lists them",
                type=f"{name!r}",
            )
        )
    return Response(_schema(name), media_type=MEDIA_TYPE)


@cache
def _schema(name: str) -> bytes:
    return json.dumps(event_schema(FACTS[name]), ensure_ascii=False).encode()
