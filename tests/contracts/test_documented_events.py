"""The events and commands that the documentation shows are ones that the mesh takes."""

from __future__ import annotations

import json
import re
import shlex
import uuid
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from framewell_cli.main import all_commands
from framewell_contracts.asyncapi.examples import EXAMPLES
from framewell_contracts.cloudevents import decode
from framewell_contracts.fact_types import FACTS
from framewell_contracts.identity import asset_id
from framewell_contracts.json_mapping import from_json
from framewell_kit.settings import MeshSettings

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(*kinds: str) -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for number, (language, text) in enumerate(BLOCK.findall(page.read_text()), start=1):
            if language in kinds:
                yield f"{page.name}#{number}", text


def event_in(block: str) -> str:
    """The JSON object in a block, also where a command stands around it."""
    _, length = json.JSONDecoder().raw_decode(block[block.index("{") :])
    return block[block.index("{") :][:length]


EVENTS = [
    (where, event_in(text)) for where, text in blocks("json", "console", "sh") if '"specversion"' in text
]
KCAT = [
    (where, line)
    for where, text in blocks("sh")
    for line in text.replace("\\\n", " ").splitlines()
    if "kcat -P" in line
]


@pytest.mark.parametrize(("where", "text"), EVENTS, ids=[where for where, _ in EVENTS])
def test_a_documented_event_is_one_that_outsiders_may_send(where: str, text: str) -> None:
    document = json.loads(text)
    event = decode(document["type"], [], json.dumps(document).encode())
    assert FACTS[document["type"]].from_outside
    assert event.message.ByteSize() > 0


def test_the_documentation_shows_a_request_a_right_a_correction_and_an_erasure() -> None:
    shown = {json.loads(text)["type"] for _, text in EVENTS}
    assert shown >= {
        "framewell.ingest.requested.v1",
        "framewell.rights.changed.v1",
        "framewell.programme.changed.v1",
        "framewell.erasure.requested.v1",
    }


@pytest.mark.parametrize(("where", "line"), KCAT, ids=[where for where, _ in KCAT])
def test_a_documented_kcat_command_writes_what_the_mesh_reads(where: str, line: str) -> None:
    before, _, command = line.rpartition("|")
    topic, headers = kcat(command)
    if before.strip().startswith("echo"):
        event = decode(topic, headers, shlex.split(before)[1].encode())
        assert asset_id(event.envelope.source, event.envelope.id)
    elif headers:  # the value is a file: any message of the topic in protobuf
        sent = from_json(EXAMPLES[topic].data, FACTS[topic].message)
        assert decode(topic, headers, sent.SerializeToString()).message == sent
    assert topic in FACTS


def kcat(command: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Topic and headers of a kcat command line."""
    words = shlex.split(command)
    options = list(pairwise(words))
    headers = [value.partition("=") for option, value in options if option == "-H"]
    return next(value for option, value in options if option == "-t"), [
        (name, value.encode()) for name, _, value in headers
    ]


def test_every_topic_from_outside_is_documented_and_no_other() -> None:
    page = (ROOT / "docs" / "events.md").read_text()
    section = page.partition("## What systems outside may send")[2].partition("## Results")[0]
    documented = set(re.findall(r"`(framewell\.[a-z.]+\.v1)`", section))
    assert documented == {name for name, fact in FACTS.items() if fact.from_outside}


def test_every_result_is_documented_and_no_other() -> None:
    page = (ROOT / "docs" / "events.md").read_text()
    table = page.partition("## Results")[2].partition("| type | says |\n")[2].partition("\n\n")[0]
    documented = set(
        re.findall(r"`([a-z]+\.[a-z]+)`", "".join(row.split("|")[1] for row in table.splitlines()))
    )
    assert documented == {
        name.removeprefix("framewell.").removesuffix(".v1") for name, fact in FACTS.items() if fact.result
    }


def test_the_way_to_an_assets_id_is_the_documented_one() -> None:
    page = (ROOT / "docs" / "events.md").read_text()
    namespace = re.search(r"in the namespace `([0-9a-f-]{36})`, of `asset`, the source and the id", page)
    assert namespace is not None
    made = uuid.uuid5(uuid.UUID(namespace[1]), "\x1f".join(("asset", "/playout/7", "evening-news-0731")))
    assert str(made) == asset_id("/playout/7", "evening-news-0731")
    assert str(made) in (ROOT / "README.md").read_text()


def test_documented_settings_and_commands_exist() -> None:
    text = "\n".join(page.read_text() for page in PAGES)
    shared = {f"FRAMEWELL_{name.upper()}" for name in MeshSettings.model_fields}
    services = re.compile(r"FRAMEWELL_(INGEST|TRANSCODE|INFERENCE|DATASET|TRAINING|GATEWAY)_")
    named = set(re.findall(r"`(FRAMEWELL_[A-Z_]+)", text))
    unknown = {name for name in named if not services.match(name)} - shared - OF_THE_TOOLS
    assert not unknown
    assert {name for name in named if services.match(name)} <= set(documented_settings())
    assert set(re.findall(r"`framewell ([a-z]+)", text)) <= all_commands().keys()


OF_THE_TOOLS = {
    "FRAMEWELL_CA",
    "FRAMEWELL_REST",
    "FRAMEWELL_TOKEN",
    "FRAMEWELL_MODELS",
    "FRAMEWELL_MODELS_WITH",
    "FRAMEWELL_STATE",
    "FRAMEWELL_TEST_PATIENCE",
    "FRAMEWELL_TEST_RIGHTS_CASES",
    "FRAMEWELL_TOPICS",
    "FRAMEWELL_VERBOSE",
}


def documented_settings() -> list[str]:
    """Settings of the services that can be imported here; training's are read as text (it has torch)."""
    found = []
    for path in ROOT.glob("services/*/framewell_*/settings.py"):
        prefix = re.search(r'env_prefix="(\w+)"', path.read_text())
        assert prefix is not None, f"{path} has no prefix"
        names = re.findall(r"^    ([a-z_]+): ", path.read_text(), re.MULTILINE)
        found += [prefix[1] + name.upper() for name in names]
    return found
