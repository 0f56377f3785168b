"""The table of rights is exactly right: every service works with its own, and gets nothing beside them."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer
from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition
from jsonschema import Draft202012Validator

from framewell.asset.v1.asset_pb2 import AssetAnalysed
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell_contracts.cloudevents import Envelope, encode
from framewell_contracts.event_schemas import event_schema
from framewell_contracts.fact_types import FACTS, OUTSIDE, fact_type, topics
from framewell_contracts.identity import asset_id
from framewell_contracts.topics import RESULTS
from framewell_kafka.access_table import EVERYBODY, OPERATOR, RESULTS_READER, Grant, grants
from framewell_kafka.broker_access import BrokerAccess
from framewell_kafka.topic_admin import apply
from framewell_kit.settings import SERVICES, MeshSettings
from framewell_kit.testing.ports import port_base
from framewell_kit.testing.secured import ADMIN, SecuredBroker
from framewell_kit.testing.streams import StreamBench
from framewell_media.testing.clips import Clip, make_clip

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(400)]

ROOT = Path(__file__).resolve().parents[2]
PREFIX = f"house-{uuid4().hex[:6]}."
EVENT = "job-4711"
READY_WITHIN, ANALYSED_WITHIN, ANSWERED_WITHIN, SILENCE_SECONDS = 150.0, 150.0, 60.0, 2.0


@dataclass(frozen=True)
class House:
    """The services of one mesh, each with a login of its own, and their logs."""

    secured: SecuredBroker
    environment: Mapping[str, str]
    folder: Path
    base: int

    def access(self, who: str) -> BrokerAccess:
        return self.secured.with_login(f"framewell-{who}")

    def of(self, who: str) -> dict[str, str]:
        """The environment of a process with the login of somebody."""
        return {**self.environment, **self.secured.environment(self.access(who))}

    def elsewhere(self, folder: Path) -> House:
        """The same house for processes beside those that run: other ports, and logs in this folder."""
        base = port_base()
        environment = {**self.environment, "FRAMEWELL_PORT_BASE": str(base)}
        return replace(self, environment=environment, folder=folder, base=base)

    def log(self, service: str) -> str:
        return (self.folder / f"{service}.log").read_text()

    def ready(self, service: str) -> tuple[int, str]:
        port = MeshSettings(port_base=self.base).health_port(service)
        try:
            with build_opener(ProxyHandler({})).open(f"http://127.0.0.1:{port}/ready", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            return error.code, error.read().decode()
        except OSError as error:
            return 0, str(error)

    def until_ready(self, service: str) -> None:
        self.until(service, lambda status, _: status == 200)

    def until(self, service: str, condition: Callable[[int, str], bool]) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while not condition(*self.ready(service)):
            assert time.monotonic() < deadline, (
                f"{service}: {self.ready(service)} {self.log(service)[-3000:]}"
            )
            time.sleep(0.2)

    def framewell(self, who: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The command, run as somebody."""
        return subprocess.run(
            [sys.executable, "-m", "framewell_cli.main", *arguments],
            env=self.of(who), capture_output=True, text=True, check=False, cwd=ROOT,
        )  # fmt: skip

    @contextmanager
    def service(
        self, name: str, environment: Mapping[str, str] | None = None
    ) -> Iterator[subprocess.Popen[bytes]]:
        python = ROOT / ".venv-training" / "bin" / "python" if name == "training" else sys.executable
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [str(python), "-m", f"framewell_{name}"],
                env=environment or self.of(name),
                stdout=log,
                stderr=log,
                cwd=ROOT,
            )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture(scope="module")
def house(secured: SecuredBroker, database: str, tmp_path_factory: pytest.TempPathFactory) -> House:
    """A house whose users have the rights of the table, and topics made by its operator."""
    folder = tmp_path_factory.mktemp("house")
    base = port_base()
    environment = {
        **os.environ,
        "FRAMEWELL_KAFKA_PREFIX": PREFIX,
        "FRAMEWELL_MONGO": database,
        "FRAMEWELL_NAME_KEY": "ab" * 32,
        "FRAMEWELL_DATABASE_PREFIX": "secured_",
        "FRAMEWELL_OBJECTS": str(folder / "objects"),
        "FRAMEWELL_PORT_BASE": str(base),
        "FRAMEWELL_INGEST_ROOTS": str(folder),
        "FRAMEWELL_LOG_LEVEL": "debug",
        "FRAMEWELL_SCRATCH": str(folder / "scratch"),
    }
    house = House(secured, environment, folder, base)
    for who in EVERYBODY:
        house.access(who)
        secured.allow(f"framewell-{who}", [one for one in grants(PREFIX) if one.who == who])
    applied = house.framewell(OPERATOR, "topics", "apply")
    assert applied.returncode == 0, applied.stderr
    return house


@pytest.fixture(scope="module")
def running(house: House) -> Iterator[Mapping[str, subprocess.Popen[bytes]]]:
    with ExitStack() as started:
        processes = {name: started.enter_context(house.service(name)) for name in SERVICES}
        for name in SERVICES:
            house.until_ready(name)
        yield processes


def test_the_operator_may_do_what_the_command_does(house: House) -> None:
    for arguments in (["topics", "diff"], ["events", "tail"], ["dlq", "list"]):
        done = house.framewell(OPERATOR, *arguments)
        assert done.returncode == 0, done.stderr
    refused = house.framewell(OUTSIDE, "topics", "apply")
    assert refused.returncode != 0
    assert "Traceback" not in refused.stderr


async def test_an_asset_goes_through_all_services_with_the_rights_of_the_table(
    house: House, running: Mapping[str, subprocess.Popen[bytes]]
) -> None:
    path = make_clip(house.folder / "clip.mp4", Clip(frames=50, width=320, height=180))
    await send(house, IngestRequested(uri=path.as_uri()))
    async with StreamBench(house.secured.with_certificate(ADMIN), prefix=PREFIX) as admin:
        analysed = await until_there(admin, fact_type(AssetAnalysed).type, ANALYSED_WITHIN)
    assert [event.message.work.asset_id for event in analysed] == [asset_id("/playout", EVENT)]
    for name in SERVICES:
        assert house.ready(name)[0] == 200
        assert "the broker refuses" not in house.log(name)
    listed = house.framewell(OPERATOR, "events", "tail", "--json", "asset.analysed")
    assert [json.loads(line)["subject"] for line in listed.stdout.splitlines()] == [
        asset_id("/playout", EVENT)
    ]


async def test_an_integrator_sends_a_request_and_reads_its_result_and_nothing_else(
    house: House, running: Mapping[str, subprocess.Popen[bytes]]
) -> None:
    """One login with the rows `outside` and `results`, as any Kafka client in any language."""
    rights = [one for one in grants(PREFIX, "playout.") if one.who in (OUTSIDE, RESULTS_READER)]
    access = house.secured.with_login("integrator")
    house.secured.allow("integrator", rights)
    await send(house, IngestRequested(uri=(house.folder / "missing.mp4").as_uri()), "job-missing", access)
    asset = asset_id("/playout", "job-missing")
    results = await asyncio.to_thread(
        follow, access, "playout.results", f"framewell.asset.rejected.v1 {asset}"
    )
    end = results[-1]
    assert (end["type"], end["subject"]) == ("framewell.asset.rejected.v1", asset)
    assert end["data"]["work"]["asset_id"] == asset
    assert end["data"]["detail"]
    for one in results:
        Draft202012Validator(event_schema(FACTS[one["type"]])).validate(one["data"])
    assert await asyncio.to_thread(refusal, access, "another-group") == KafkaError.GROUP_AUTHORIZATION_FAILED
    every = {PREFIX + topic.name for topic in topics()}
    assert readable(access, every, {PREFIX + RESULTS}) == {PREFIX + RESULTS}
    assert PREFIX + RESULTS not in named(rights, "write")


def follow(access: BrokerAccess, group: str, wanted: str) -> list[dict[str, Any]]:
    """The results from the first to the one of this type and subject."""
    consumer = Consumer({**options(access), "group.id": group, "auto.offset.reset": "earliest"})
    consumer.subscribe([PREFIX + RESULTS])
    found: list[dict[str, Any]] = []
    deadline = time.monotonic() + ANALYSED_WITHIN
    try:
        while not found or f"{found[-1]['type']} {found[-1]['subject']}" != wanted:
            assert time.monotonic() < deadline, f"no result {wanted}, only {[one['type'] for one in found]}"
            message = consumer.poll(0.5)
            if message is not None:
                assert message.error() is None, message.error()
                found.append(json.loads(message.value()))
    finally:
        consumer.close()
    return found


def refusal(access: BrokerAccess, group: str) -> int:
    """The error with which the broker refuses a reader of results in this group."""
    consumer = Consumer({**options(access), "group.id": group})
    consumer.subscribe([PREFIX + RESULTS])
    try:
        message = consumer.poll(ANSWERED_WITHIN)
        assert message is not None
        error = message.error()
        assert error is not None
        return int(error.code())
    finally:
        consumer.close()


async def send(
    house: House, request: IngestRequested, event: str = EVENT, access: BrokerAccess | None = None
) -> None:
    """As an outside system does, but for the prefix: this house shares its broker."""
    fact = fact_type(request)
    envelope = Envelope(event, "/playout", fact.type, datetime.now(UTC))
    record = encode(envelope, request)
    async with AIOKafkaProducer(
        **(access or house.access(OUTSIDE)).client_options(), enable_idempotence=True
    ) as producer:
        await producer.send_and_wait(PREFIX + record.topic, record.value, headers=record.headers)


async def until_there(bench: StreamBench, topic: str, within: float) -> list[Any]:
    deadline = time.monotonic() + within
    found: list[Any] = []
    while not found:
        assert time.monotonic() < deadline, f"nothing came to {topic}"
        await asyncio.sleep(0.5)
        found = await bench.events(topic)
    return found


def test_no_password_is_in_logs_arguments_health_or_settings(
    house: House, running: Mapping[str, subprocess.Popen[bytes]]
) -> None:
    for name, process in running.items():
        password = house.access(name).password
        assert len(password) > 8
        opener = build_opener(ProxyHandler({}))
        port = MeshSettings(port_base=house.base).health_port(name)
        texts = [house.log(name), Path(f"/proc/{process.pid}/cmdline").read_text()]
        pages = [f"http://127.0.0.1:{port}/{page}" for page in ("live", "started", "metrics")]
        texts += [opener.open(page, timeout=60).read().decode() for page in pages]
        texts.append(house.ready(name)[1])
        assert [text for text in texts if password in text] == []
    settings = house.framewell("gateway", "settings", "shared")
    assert "FRAMEWELL_KAFKA_PASSWORD" in settings.stdout
    assert house.access("gateway").password not in settings.stdout + settings.stderr


def test_a_service_that_is_not_let_in_says_why_and_comes_up_when_it_is(house: House, tmp_path: Path) -> None:
    house = house.elsewhere(tmp_path)
    password = house.folder / "password"
    password.write_text("swordfish")
    environment = house.of("gateway")
    del environment["FRAMEWELL_KAFKA_PASSWORD"]
    environment["FRAMEWELL_KAFKA_PASSWORD_FILE"] = str(password)
    with house.service("gateway", environment):
        house.until(
            "gateway", lambda status, text: status == 503 and "refuses the login of framewell-gateway" in text
        )
        password.write_text(house.access("gateway").password)
        house.until_ready("gateway")
    assert "swordfish" not in house.log("gateway")


def test_unsafe_settings_end_a_service_with_one_sentence(house: House, tmp_path: Path) -> None:
    house = house.elsewhere(tmp_path)
    environment = {**house.of("gateway"), "FRAMEWELL_KAFKA_SECURITY": "plaintext"}
    ended = subprocess.run(
        [sys.executable, "-m", "framewell_gateway"],
        env=environment, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert ended.returncode == 1
    printed = ended.stdout + ended.stderr
    assert "nothing is secured without TLS; set FRAMEWELL_KAFKA_SECURITY to ssl or sasl_ssl" in printed
    assert "Traceback" not in printed
    assert house.access("gateway").password not in printed


@pytest.fixture(scope="module")
def beside(house: House) -> str:
    """The prefix of topics that no service looks at."""
    prefix = f"exact-{uuid4().hex[:4]}."
    asyncio.run(apply(house.secured.with_certificate(ADMIN), prefix=prefix))
    return prefix


@pytest.mark.parametrize("who", EVERYBODY)
def test_everybody_writes_and_reads_the_topics_of_the_table_and_no_others(
    house: House, beside: str, who: str
) -> None:
    table = [one for one in grants(beside) if one.who == who]
    house.secured.allow(f"framewell-{who}", table)
    every = {beside + topic.name for topic in topics()}
    assert written(house.access(who), every) == named(table, "write")
    expected = named(table, "read")
    assert readable(house.access(who), every, at_least=expected) == expected


def named(table: list[Grant], operation: str) -> set[str]:
    return {one.name for one in table if (one.resource, one.operation) == ("topic", operation)}


def options(access: BrokerAccess) -> dict[str, Any]:
    return {
        "bootstrap.servers": access.servers,
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": access.mechanism,
        "sasl.username": access.user,
        "sasl.password": access.password,
        "ssl.ca.location": access.ca,
        "log_level": 0,
    }


def written(access: BrokerAccess, every: set[str]) -> set[str]:
    """The topics that took a record."""
    taken: set[str] = set()
    producer = Producer({**options(access), "message.timeout.ms": 60_000})

    def note(error: KafkaError | None, message: Any) -> None:
        if error is None:
            taken.add(str(message.topic()))

    for topic in sorted(every):
        producer.produce(topic, b"x", key=b"compacted topics want one", on_delivery=note)
    assert producer.flush(90) == 0
    return taken


def readable(access: BrokerAccess, every: set[str], at_least: set[str]) -> set[str]:
    """The topics that a reader without a group comes to the end of, soon after those it may read."""
    consumer = Consumer(
        {
            **options(access),
            "group.id": "nobody joins it",
            "enable.partition.eof": True,
            "enable.auto.commit": False,
        }
    )
    consumer.assign([TopicPartition(topic, 0, 0) for topic in sorted(every)])
    answered: set[str] = set()
    end = time.monotonic() + (ANSWERED_WITHIN if at_least else SILENCE_SECONDS)
    while time.monotonic() < end:
        message = consumer.poll(0.2)
        if message is None or message.topic() is None:
            continue
        error = message.error()
        if error is None or error.code() == KafkaError._PARTITION_EOF:
            answered.add(str(message.topic()))
            if answered >= at_least:
                end = time.monotonic() + SILENCE_SECONDS
    consumer.close()
    return answered & every
