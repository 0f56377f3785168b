"""docker-compose.yml and the Dockerfile speak the language of the settings classes and the declared topics.

Nothing is built or started here: a variable that no settings class knows, a value it would refuse, a port
that is not the service's, a broker that cannot take our largest event or keeps its data in no volume, a
container without limits: each is found by reading.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from pydantic_settings import BaseSettings

from framewell_contracts.topics import MAX_DEAD_LETTER_BYTES
from framewell_kit.settings import SERVICES, MeshSettings

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()

# Read by the health check inside the image, not by a settings class.
OF_THE_IMAGE = {"FRAMEWELL_SERVICE"}
SAMPLE_ENV = {
    "FRAMEWELL_TOKENS": '{"t0ken": "mesh/service"}',
    "FRAMEWELL_SERVICE_TOKEN": "t0ken",
    "FRAMEWELL_NAME_KEY": "ab" * 32,
    "OBJECTS_ACCESS_KEY": "key",
    "OBJECTS_SECRET_KEY": "secret",
}


@cache
def compose() -> Mapping[str, Any]:
    document: Mapping[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return document


def service(name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = compose()["services"][name]
    return found


CONTAINERS = list(yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"])
SERVICE_MIB = 512
"""What a service needs beside its sandboxed jobs, in MiB, with room to spare."""


def kept_in(name: str) -> set[str]:
    """Return the folders in which a container keeps what must outlive it, or what memory cannot hold.

    By image, as its documentation says; a new one has to be looked at first.
    """
    definition = service(name)
    image = filled_in(definition["image"]).rpartition(":")[0]
    arguments = [*definition.get("entrypoint", ()), *definition.get("command", ())]
    given = definition.get("environment", {})
    match image:
        case "apache/kafka":
            return set(given.get("KAFKA_LOG_DIRS", "/tmp/kraft-combined-logs").split(","))
        case "mongo":
            return {next((one.partition("=")[2] for one in arguments if "--dbpath" in one), "/data/db")}
        case "chrislusf/seaweedfs" if arguments[0] == "server":  # volumes, master and filer alike
            return {next(one.partition("=")[2] for one in arguments if one.startswith("-dir="))}
        case "chrislusf/seaweedfs":
            return set()
        case _ if image.startswith("framewell/"):
            return {given["FRAMEWELL_SCRATCH"]} if "FRAMEWELL_SERVICE" in given else set()
    raise AssertionError(f"{image} is a new image: say here where it keeps its data")


def named_volumes(name: str) -> dict[str, str]:
    """Return where a container has named volumes: target and name. Folders of the host are none."""
    mounts = [filled_in(mount).split(":") for mount in service(name).get("volumes", ())]
    return {mount[1]: mount[0] for mount in mounts if not mount[0].startswith((".", "/"))}


def limits_of(name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = service(name)["deploy"]["resources"]["limits"]
    return found


def mebibytes(size: str) -> int:
    """Return a size as compose and the JVM write it, `512m` or `2g`, in MiB."""
    return int(size[:-1]) << {"m": 0, "g": 10}[size[-1]]


def filled_in(value: object) -> str:
    """A value as compose would fill it in: `${NAME}`, `${NAME:?…}`, `${NAME:-…}`, `${NAME:+…}`."""

    def variable(match: re.Match[str]) -> str:
        name, operator, other = match["name"], match["operator"], match["other"] or ""
        if operator == ":+":
            return ""
        return SAMPLE_ENV.get(name, other if operator == ":-" else f"<{name}>")

    return re.sub(r"\$\{(?P<name>\w+)(?:(?P<operator>:[?+-])(?P<other>[^}]*))?\}", variable, str(value))


def environment(name: str) -> dict[str, str]:
    return {key: filled_in(value) for key, value in service(name)["environment"].items()}


def loaded(path: Path) -> ModuleType:
    """A module by its file: training's package is installed in another environment."""
    spec = util.spec_from_file_location(f"read_by_test.{path.parent.name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def settings_of(name: str) -> type[BaseSettings]:
    """The settings class of a service."""
    module = loaded(ROOT / "services" / name / f"framewell_{name}" / "settings.py")
    found = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, BaseSettings) and value.__module__ == module.__name__
    ]
    assert len(found) == 1, name
    return found[0]


def variables(settings: type[BaseSettings]) -> Iterator[str]:
    prefix = settings.model_config.get("env_prefix", "")
    for field in settings.model_fields:
        yield f"{prefix}{field}".upper()


@pytest.mark.parametrize("name", SERVICES)
def test_every_variable_is_a_setting_and_every_value_is_one_it_takes(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = settings_of(name)
    known = {*variables(MeshSettings), *variables(own), *OF_THE_IMAGE}
    given = environment(name)
    unknown = {key for key in given if key.startswith("FRAMEWELL_")} - known
    assert not unknown
    for key, value in given.items():
        monkeypatch.setenv(key, value)
    shared = MeshSettings()
    own()
    assert shared.bind == "0.0.0.0"
    assert shared.service_token in shared.tokens


def test_the_gateway_alone_has_the_key_that_says_who_calls_and_all_services_its_public_half() -> None:
    for name in SERVICES:
        assert "caller_public_keys" in service(name)["secrets"]
        assert ("caller_key" in service(name)["secrets"]) == (name == "gateway")
        assert ("FRAMEWELL_CALLER_KEY_FILE" in environment(name)) == (name == "gateway")


@pytest.mark.parametrize("name", CONTAINERS)
def test_what_an_image_keeps_lies_in_a_named_volume(name: str) -> None:
    volumes, folders = named_volumes(name), kept_in(name)
    for folder in folders:
        under = [target for target in volumes if Path(folder).is_relative_to(target)]
        assert under, f"{name} keeps {folder}, which is in no volume"
        assert volumes[under[0]] in compose()["volumes"]
    assert set(volumes) <= set(folders), f"{name} has a volume for what it does not keep"


def test_data_are_one_containers_alone_and_scratch_is_everybodys() -> None:
    users = {
        volume: {name for name in CONTAINERS if volume in named_volumes(name).values()}
        for volume in compose()["volumes"]
    }
    assert users.pop("scratch") == set(SERVICES)
    assert all(len(names) == 1 for names in users.values()), users


@pytest.mark.parametrize("name", CONTAINERS)
def test_no_container_takes_the_host_for_itself(name: str) -> None:
    definition = service(name)
    limits = definition["deploy"]["resources"]["limits"]
    assert 0 < float(filled_in(limits["cpus"])) <= 2, "Docker refuses more than the smallest host has"
    assert 0 < mebibytes(limits["memory"]) <= 8 << 10
    assert 0 < limits["pids"] <= 1024
    assert definition["logging"]["driver"] == "json-file"
    assert set(definition["logging"]["options"]) == {"max-size", "max-file"}
    for mount in definition.get("tmpfs", ()):
        assert ":size=" in mount or mount == "/data/configdb", f"{mount} may fill the memory"


@pytest.mark.parametrize("name", CONTAINERS)
def test_a_container_comes_back_and_says_how_it_is(name: str) -> None:
    once = {
        waited
        for other in CONTAINERS
        for waited, how in service(other).get("depends_on", {}).items()
        if how["condition"] == "service_completed_successfully"
    }
    definition = service(name)
    assert definition["restart"] == ("no" if name in once else "unless-stopped")
    if name not in once:
        image = "" if "healthcheck" in definition else stages()[filled_in(definition["build"]["target"])]
        assert "healthcheck" in definition or "HEALTHCHECK" in image


def test_a_container_has_room_for_what_its_settings_allow() -> None:
    transcode, ingest = settings_of("transcode")(), settings_of("ingest")()
    jobs = {
        "transcode": (transcode.chunks_at_once + 2) * transcode.memory_mib,  # type: ignore[attr-defined]
        "ingest": ingest.fetches_at_once * ingest.memory_mib,  # type: ignore[attr-defined]
    }
    for name, needed in jobs.items():
        assert mebibytes(limits_of(name)["memory"]) >= needed + SERVICE_MIB
    heap = re.search(r"-Xmx(\S+)", service("kafka")["environment"]["KAFKA_HEAP_OPTS"])
    assert heap is not None
    assert mebibytes(limits_of("kafka")["memory"]) >= 2 * mebibytes(heap[1])


def test_replicas_do_not_get_in_each_others_way() -> None:
    for name in CONTAINERS:
        assert "container_name" not in service(name)
        assert "hostname" not in service(name)
    for name in set(SERVICES) - {"gateway"}:
        assert not service(name).get("ports")
        assert "FRAMEWELL_INSTANCE" not in environment(name)


@pytest.mark.parametrize("name", SERVICES)
def test_services_find_each_other_at_their_own_ports(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for key, value in environment(name).items():
        monkeypatch.setenv(key, value)
    settings = MeshSettings()
    assert {other: settings.rpc_address(other) for other in SERVICES} == {
        other: f"{other}:{settings.rpc_port(other)}" for other in SERVICES
    }


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_asks_for_the_health_of_its_own_service(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    healthy = loaded(ROOT / "infra" / "compose" / "healthy.py")
    given = environment(name)
    assert given["FRAMEWELL_SERVICE"] == name
    for key, value in given.items():
        monkeypatch.setenv(key, value)
    assert healthy.address(given) == f"http://127.0.0.1:{MeshSettings().health_port(name)}/ready"


@pytest.mark.parametrize("name", SERVICES)
def test_services_run_as_nobody_on_a_read_only_disk(name: str) -> None:
    definition = service(name)
    assert definition["read_only"] is True
    assert definition["cap_drop"] == ["ALL"]
    assert stage(filled_in(definition["build"]["target"]))["user"] == "10001:10001"


@pytest.mark.parametrize("name", SERVICES)
def test_the_image_runs_that_service(name: str) -> None:
    definition = service(name)
    command = definition.get("command") or stage(filled_in(definition["build"]["target"]))["command"]
    assert command == [f"framewell_{name}"]
    assert (ROOT / "services" / name / command[0] / "settings.py").is_file()


def test_the_broker_takes_the_largest_event_and_makes_no_topic_by_itself() -> None:
    broker = service("kafka")["environment"]
    assert broker["KAFKA_MESSAGE_MAX_BYTES"] >= MAX_DEAD_LETTER_BYTES
    assert broker["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"
    address = environment("ingest")["FRAMEWELL_KAFKA"]
    assert f"INSIDE://{address}" in broker["KAFKA_ADVERTISED_LISTENERS"]


def test_topics_come_from_the_catalogue_before_any_service_starts() -> None:
    assert service("topics")["command"][:2] == ["topics", "apply"]
    for name in SERVICES:
        assert service(name)["depends_on"]["topics"] == {"condition": "service_completed_successfully"}


def test_torch_is_in_the_training_images_alone() -> None:
    mesh_stages = DOCKERFILE.split("FROM build AS build-training\n")[0]
    assert "torch" not in re.sub(r"^#.*$", "", mesh_stages, flags=re.MULTILINE)
    assert {name for name in stages() if "training" in name} >= {"training", "training-cuda"}


def test_images_from_outside_are_pinned_and_only_two_ports_are_published() -> None:
    for name, definition in compose()["services"].items():
        tag = filled_in(definition["image"]).rpartition(":")[2]
        assert re.fullmatch(r"\d+(\.\d+)+", tag), name
        for port in definition.get("ports", ()):
            assert port.startswith("127.0.0.1:"), name
    published = {name for name, definition in compose()["services"].items() if definition.get("ports")}
    assert published == {"kafka", "gateway"}


def test_plain_text_reaches_the_gateway_from_this_host_alone() -> None:
    (network,) = compose()["networks"]["default"]["ipam"]["config"]
    assert environment("gateway")["FRAMEWELL_GATEWAY_PLAIN_TEXT_FROM"] == network["gateway"]
    assert not {"FRAMEWELL_GATEWAY_CERTIFICATE", "FRAMEWELL_GATEWAY_KEY"} & environment("gateway").keys()


def test_nobody_is_believed_where_a_request_came_from_unless_a_proxy_is_named() -> None:
    named = compose()["services"]["gateway"]["environment"]["FRAMEWELL_GATEWAY_BEHIND_PROXY"]
    assert named == "${GATEWAY_PROXY:-}"
    example = (ROOT / "infra" / "compose" / "env.example").read_text()
    assert "\nGATEWAY_PROXY=" not in example


def test_images_for_gpus_run_the_same_service_as_nobody() -> None:
    file = yaml.safe_load((ROOT / "infra" / "compose" / "cuda.yaml").read_text())
    for name, definition in file["services"].items():
        plain, cuda = service(name)["build"]["target"], definition["build"]["target"]
        assert stage(cuda) == stage(plain)
        assert definition["image"] == service(name)["image"].replace(f"/{plain}:", f"/{cuda}:")
        assert definition["gpus"] == "all"


def test_every_value_a_person_must_give_is_explained() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    example = (ROOT / "infra" / "compose" / "env.example").read_text()
    for name in set(re.findall(r"\$\{(\w+):\?", text)):
        assert re.search(rf"^{name}=", example, flags=re.MULTILINE), name


def stages() -> Mapping[str, str]:
    """Stages of the Dockerfile by name."""
    parts = re.split(r"^FROM \S+ AS (\S+)$", DOCKERFILE, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def stage(name: str) -> Mapping[str, Any]:
    """User and command of a final image."""
    text = stages()[name]
    user = re.search(r"^USER (\S+)$", text, flags=re.MULTILINE)
    command = re.search(r"^CMD (\[.*\])$", text, flags=re.MULTILINE)
    assert user is not None
    assert command is not None
    return {"user": user[1], "command": json.loads(command[1])}
