"""`framewell topics`: hold the broker's topics against the catalogue, and make them so.

Nothing is ever deleted, and a topic's partitions are never fewer than before: both would lose events.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

import typer
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from framewell_cli.console import Json, print_json, progress, results
from framewell_cli.errors import CommandError, MeshUnreachable
from framewell_cli.mesh.endpoints import read_endpoints
from framewell_contracts.catalogue import topics as catalogue_topics
from framewell_contracts.topics import Topic

app = typer.Typer(no_args_is_help=True, help="Topics: what the broker has against what the catalogue says.")

Kafka = Annotated[
    str | None, typer.Option("--kafka", help="Bootstrap servers; without it the mesh of this folder.")
]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing about one topic that the broker has otherwise than the catalogue."""

    topic: str
    kind: Literal["missing", "partitions", "setting"]
    wanted: str
    found: str = ""
    setting: str = ""

    @property
    def sentence(self) -> str:
        """For a person."""
        match self.kind:
            case "missing":
                return f"{self.topic} is missing ({self.wanted} partitions)"
            case "partitions":
                return f"{self.topic} has {self.found} partitions, the catalogue says {self.wanted}"
            case "setting":
                return f"{self.topic}: {self.setting} is {self.found}, the catalogue says {self.wanted}"


@asynccontextmanager
async def _admin(bootstrap: str) -> Any:
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=30_000)
    try:
        await client.start()
    except KafkaError as error:
        raise MeshUnreachable(
            f"No broker answers at {bootstrap} ({error}): is the mesh up? 'framewell status' says."
        ) from None
    try:
        yield client
    finally:
        await client.close()


async def differences(bootstrap: str) -> list[Difference]:
    """Everything that `apply` would change; empty when the broker is as the catalogue says."""
    async with _admin(bootstrap) as client:
        return await _differences(client, catalogue_topics())


async def _differences(client: AIOKafkaAdminClient, wanted: Sequence[Topic]) -> list[Difference]:
    partitions = {
        described["topic"]: len(described["partitions"]) for described in await client.describe_topics()
    }
    present = [topic for topic in wanted if topic.name in partitions]
    settings = await _settings(client, [topic.name for topic in present])
    found = [
        Difference(topic.name, "missing", str(topic.partitions))
        for topic in wanted
        if topic.name not in partitions
    ]
    for topic in present:
        if partitions[topic.name] != topic.partitions:
            found.append(
                Difference(topic.name, "partitions", str(topic.partitions), str(partitions[topic.name]))
            )
        found.extend(_setting_differences(topic, settings[topic.name]))
    return found


def _setting_differences(topic: Topic, actual: dict[str, str]) -> Iterator[Difference]:
    for name, value in topic.settings().items():
        if actual.get(name) != value:
            yield Difference(topic.name, "setting", value, actual.get(name, "unset"), name)


async def _settings(client: AIOKafkaAdminClient, names: Sequence[str]) -> dict[str, dict[str, str]]:
    if not names:
        return {}
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    return {
        resource[3]: {entry[0]: entry[1] for entry in resource[4]}
        for response in await client.describe_configs(resources)
        for resource in response.resources
    }


async def apply(bootstrap: str, replication: int = 1) -> list[Difference]:
    """Create what is missing, add partitions, correct settings. Returns what was changed.

    Raises CommandError where the broker refuses, and where a topic has more partitions than the catalogue.
    """
    async with _admin(bootstrap) as client:
        wanted = {topic.name: topic for topic in catalogue_topics()}
        changes = await _differences(client, list(wanted.values()))
        await _create(client, [wanted[c.topic] for c in changes if c.kind == "missing"], replication)
        await _add_partitions(client, [c for c in changes if c.kind == "partitions"])
        corrected = {c.topic for c in changes if c.kind == "setting"}
        if corrected:
            await client.alter_configs(
                [
                    ConfigResource(ConfigResourceType.TOPIC, name, configs=wanted[name].settings())
                    for name in sorted(corrected)
                ]
            )
        return changes


async def _create(client: AIOKafkaAdminClient, missing: Sequence[Topic], replication: int) -> None:
    if not missing:
        return
    response = await client.create_topics(
        [NewTopic(t.name, t.partitions, replication, topic_configs=t.settings()) for t in missing]
    )
    for name, code, *reason in response.topic_errors:
        error = for_code(code)
        if code and error is not TopicAlreadyExistsError:
            detail = reason[0] if reason and reason[0] else error.__name__
            raise CommandError(f"The broker refused to create {name}: {detail}.")


async def _add_partitions(client: AIOKafkaAdminClient, changes: Sequence[Difference]) -> None:
    for change in changes:
        if int(change.found) > int(change.wanted):
            raise CommandError(
                f"{change.sentence}: partitions cannot be taken away. "
                f"Raise the number in the catalogue, or move the events to a new topic."
            )
    if changes:
        await client.create_partitions({c.topic: NewPartitions(total_count=int(c.wanted)) for c in changes})


def _bootstrap(given: str | None) -> str:
    return given or read_endpoints()["kafka"]


@app.command("apply")
def apply_command(kafka: Kafka = None, replication: int = 1, as_json: Json = False) -> None:
    """Make the broker's topics what the catalogue says; nothing is deleted."""
    changes = asyncio.run(apply(_bootstrap(kafka), replication))
    if as_json:
        print_json({"changed": [asdict(change) for change in changes]})
        return
    for change in changes:
        progress.print(change.sentence)
    results.print(f"{len(changes)} changes made" if changes else "all topics were as the catalogue says")


@app.command("diff")
def diff_command(kafka: Kafka = None, as_json: Json = False) -> None:
    """Say what `apply` would change; exit code 1 if anything."""
    found = asyncio.run(differences(_bootstrap(kafka)))
    if as_json:
        print_json({"differences": [asdict(difference) for difference in found]})
    else:
        for difference in found:
            results.print(difference.sentence)
        if not found:
            results.print("all topics are as the catalogue says")
    if found:
        raise typer.Exit(1)
