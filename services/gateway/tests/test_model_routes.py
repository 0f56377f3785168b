"""Models of others over REST: each route is a method of the inference service, asked as whoever calls."""

import io
import tarfile
from collections.abc import Iterable
from typing import Any

import httpx
import pytest
from google.protobuf.message import Message

from framewell.inference.v1 import inference_service_pb2 as api
from framewell.media.v1.media_pb2 import Observation
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell.model.v1.model_pb2 import ModelScope

NAMED = ModelVersion(name="house/dogs", version="2.0")
MODEL = api.Model(model=NAMED, in_force=True, enabled=[ModelScope(series="Tiere")])


@pytest.mark.parametrize(
    ("path", "body", "method", "request_", "answer"),
    [
        (
            "use",
            {"model": {"name": "house/dogs", "version": "2.0"}},
            "ChooseVersion",
            api.ChooseVersionRequest(model=NAMED),
            api.ChooseVersionResponse(model=MODEL),
        ),
        (
            "enable",
            {"name": "house/dogs", "scopes": [{"series": "Tiere"}]},
            "EnableModel",
            api.EnableModelRequest(name="house/dogs", scopes=[ModelScope(series="Tiere")]),
            api.EnableModelResponse(model=MODEL),
        ),
        (
            "disable",
            {"name": "house/dogs"},
            "DisableModel",
            api.DisableModelRequest(name="house/dogs"),
            api.DisableModelResponse(model=MODEL),
        ),
        (
            "remove",
            {"model": {"name": "house/dogs", "version": "2.0"}},
            "RemoveModel",
            api.RemoveModelRequest(model=NAMED),
            api.RemoveModelResponse(removed=[NAMED]),
        ),
        (
            "remove",
            {"model": {"name": "house/dogs"}},
            "RemoveModel",
            api.RemoveModelRequest(model=ModelVersion(name="house/dogs")),
            api.RemoveModelResponse(removed=[NAMED]),
        ),
    ],
)
async def test_a_model_is_changed_by_name(  # noqa: PLR0917 - the row of a table
    mesh: Any,
    gateway: httpx.AsyncClient,
    path: str,
    body: dict[str, Any],
    method: str,
    request_: Message,
    answer: Message,
) -> None:
    mesh.inference.answers[method] = answer
    response = await gateway.post(f"/v1/models/{path}", json=body)
    assert response.status_code == 200, response.text
    assert mesh.inference.asked == [(method, request_)]


async def test_a_version_is_needed_to_be_in_force(gateway: httpx.AsyncClient) -> None:
    for path in ("models/use", "candidates/promote"):
        response = await gateway.post(f"/v1/{path}", json={"model": {"name": "house/dogs"}})
        assert response.status_code == 422
        assert [one["field"] for one in response.json()["errors"]] == ["model.version"], response.text


async def test_a_name_is_needed(mesh: Any, gateway: httpx.AsyncClient) -> None:
    for path in ("enable", "disable", "remove"):
        assert (await gateway.post(f"/v1/models/{path}", json={})).status_code == 422
    assert mesh.inference.asked == []


IMPORT = "/v1/models/import"
TAR = {"content-type": "application/octet-stream"}
GRAPH = bytes(range(256)) * 9000  # more than two pieces


def archive(
    *files: tuple[str, bytes], kind: bytes = tarfile.REGTYPE, form: int = tarfile.GNU_FORMAT
) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=form) as opened:
        for name, content in files:
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime, entry.type = len(content), 1.5, kind
            opened.addfile(entry, io.BytesIO(content))
    return made.getvalue()


def taken(mesh: Any) -> tuple[bytes, dict[str, bytes]]:
    """Return the manifest and the files that inference was sent."""
    (_, first), *rest = mesh.inference.asked
    found: dict[str, bytes] = {}
    for _, part in rest:
        assert len(part.piece.data) <= 1 << 20
        found[part.piece.file] = found.get(part.piece.file, b"") + part.piece.data
    return first.header.manifest, found


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("folder", ["", "dogs/", "./", "./dogs/"])
async def test_a_model_folder_is_handed_on_as_it_arrives(
    mesh: Any, gateway: httpx.AsyncClient, folder: str, form: int
) -> None:
    mesh.inference.answers["UploadModel"] = api.UploadModelResponse(model=MODEL)
    body = archive(
        (f"{folder}model.yaml", b"name: house/dogs"),
        (f"{folder}model.onnx", GRAPH),
        (f"{folder}labels.txt", b""),
        form=form,
    )

    async def dribbled() -> Any:
        for start in range(0, len(body), 70_001):
            yield body[start : start + 70_001]

    response = await gateway.post(IMPORT, content=dribbled(), headers=TAR)
    assert response.status_code == 201, response.text
    assert response.json()["model"]["model"] == {"name": "house/dogs", "version": "2.0"}
    assert taken(mesh) == (b"name: house/dogs", {"model.onnx": GRAPH, "labels.txt": b""})


async def test_a_folder_of_a_manifest_alone_is_handed_on_too(mesh: Any, gateway: httpx.AsyncClient) -> None:
    mesh.inference.answers["UploadModel"] = api.UploadModelResponse(model=MODEL)
    assert (await gateway.post(IMPORT, content=archive(("model.yaml", b"name: x")))).status_code == 201
    assert taken(mesh) == (b"name: x", {})


def _manifest_and(*files: tuple[str, bytes]) -> Iterable[tuple[str, bytes]]:
    return (("m/model.yaml", b"name: x"), *files)


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b"", "there is no model.yaml"),
        (b"no archive at all" * 100, "it is no tar archive"),
        (b"\x1f\x8b" + bytes(1022), "it is no tar archive"),
        (archive(*_manifest_and(("m/model.onnx", GRAPH)))[: 1 << 20], "it is cut off"),
        (archive(("m/model.onnx", b"1"), ("m/model.yaml", b"name: x")), "comes first"),
        (archive(("m/model.yaml", bytes((1 << 20) + 1))), "at most 1 MiB"),
        (archive(*_manifest_and(("m/../../model.onnx", b"1"))), "lies elsewhere"),
        (archive(*_manifest_and(("../model.onnx", b"1"))), "lies elsewhere"),
        (archive(*_manifest_and(("/etc/model.onnx", b"1"))), "lies elsewhere"),
        (archive(*_manifest_and(("m/inner/model.onnx", b"1"))), "lies elsewhere"),
        (archive(("m/model.yaml", b""), kind=tarfile.SYMTYPE), "neither a file nor a folder"),
        (archive(("m/model.yaml", b""), kind=tarfile.LNKTYPE), "neither a file nor a folder"),
        (archive(("m/model.yaml", b""), kind=tarfile.CHRTYPE), "neither a file nor a folder"),
    ],
)
async def test_what_is_no_archive_of_one_folder_is_refused(
    mesh: Any, gateway: httpx.AsyncClient, body: bytes, complaint: str
) -> None:
    mesh.inference.answers["UploadModel"] = api.UploadModelResponse(model=MODEL)
    response = await gateway.post(IMPORT, content=body, headers=TAR)
    assert response.status_code == 422, response.text
    assert complaint in response.text


TRY = "/v1/models/try"
PICTURE = b"a picture" * 200_000  # more than one piece


async def test_a_model_is_tried_out_on_a_picture_that_comes_last(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    seen = Observation(id="house.dogs/0/0/0", kind="label", label="dachshund")
    mesh.inference.answers["TryModel"] = api.TryModelResponse(observations=[seen])
    body = archive(("model.yaml", b"name: house/dogs"), ("model.onnx", GRAPH), ("picture", PICTURE))
    response = await gateway.post(TRY, content=body, headers=TAR)
    assert response.status_code == 200, response.text
    assert response.json()["observations"][0]["label"] == "dachshund"
    *folder, (_, last) = mesh.inference.asked
    mesh.inference.asked = folder
    assert taken(mesh) == (b"name: house/dogs", {"model.onnx": GRAPH})
    assert last.picture == PICTURE


async def test_a_model_is_examined_without_a_picture(mesh: Any, gateway: httpx.AsyncClient) -> None:
    mesh.inference.answers["TryModel"] = api.TryModelResponse()
    body = archive(("model.yaml", b"name: house/dogs"), ("model.onnx", GRAPH))
    assert (await gateway.post(TRY, content=body, headers=TAR)).status_code == 200
    assert taken(mesh) == (b"name: house/dogs", {"model.onnx": GRAPH})


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ([("picture", PICTURE)], "model.yaml comes first in the archive"),
        ([("model.yaml", b"x"), ("picture", PICTURE), ("model.onnx", b"1")], "picture comes last"),
        ([("model.yaml", b"x"), ("picture", bytes((4 << 20) + 1))], "picture has at most 4 MiB"),
    ],
)
async def test_what_is_no_model_to_try_is_refused_by_name(
    mesh: Any, gateway: httpx.AsyncClient, files: list[tuple[str, bytes]], sentence: str
) -> None:
    mesh.inference.answers["TryModel"] = api.TryModelResponse()
    response = await gateway.post(TRY, content=archive(*files), headers=TAR)
    assert response.status_code == 422
    assert sentence in response.text


async def test_the_analysers_are_listed_with_those_that_are_not_installed(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    absent = api.Analyser(name="transcript", input=api.ANALYSER_INPUT_SOUND, not_installed="pull it")
    mesh.inference.answers["ListAnalysers"] = api.ListAnalysersResponse(analysers=[absent])
    (found,) = (await gateway.get("/v1/analysers")).json()["analysers"]
    assert (found["name"], found["input"], found["not_installed"]) == ("transcript", "sound", "pull it")
