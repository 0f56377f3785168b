"""The gateway serves the schema of every event, without a token."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from framewell_contracts.event_schemas import event_schema
from framewell_contracts.fact_types import FACTS
from framewell_contracts.json_mapping import to_json

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


def test_a_consumer_without_python_can_use_every_schema() -> None:
    """Ajv, which TypeScript has, compiles them; what they say holds there as it does here."""
    asked = [
        {"schema": event_schema(fact), "example": to_json(fact.message()), "wrong": "no object"}
        for fact in FACTS.values()
        if not Draft202012Validator(event_schema(fact)).is_valid("no object")
        if Draft202012Validator(event_schema(fact)).is_valid(to_json(fact.message()))
    ]
    assert asked
    ended = subprocess.run(
        ["node", Path(__file__).with_name("event_schemas.mjs")],
        input=json.dumps(asked), capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout) == []
