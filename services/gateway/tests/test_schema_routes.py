"""The gateway serves the schema of every event, without a token."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from framewell_contracts.event_schemas import event_schema
from framewell_contracts.fact_types import FACTS

TOKENS = {"correct-horse-battery": "anna/rights"}


async def test_every_schema_is_listed_and_served_to_everybody(open_gateway: Any) -> None:
    async with open_gateway(tokens=TOKENS) as client:
        listed = (await client.get("/schemas.json")).raise_for_status().json()["schemas"]
        assert {one["type"]: one["result"] for one in listed} == {
            name: fact.result for name, fact in FACTS.items()
        }
        for one in listed:
            served = (await client.get(one["schema"])).raise_for_status()
            assert served.headers["content-type"] == "application/schema+json"
            schema = served.json()
            assert schema == event_schema(FACTS[one["type"]])
            assert schema["$id"] == one["id"]
            Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("path", ["/schemas/framewell.asset.imagined.v1.json", "/schemas/..%2Fopenapi.json"])
async def test_of_no_event_there_is_no_schema(gateway: httpx.AsyncClient, path: str) -> None:
    answer = await gateway.get(path)
    assert answer.status_code == 404
