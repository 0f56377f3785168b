"""A picture is the body of a request: what models see in it, and why it is refused, as the decoder says."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import PIL.Image
import pytest

from framewell.inference.v1.inference_service_pb2 import AnalyseImageRequest, AnalyseImageResponse
from framewell.media.v1.media_pb2 import Observation
from framewell_inference.adapters.sandboxed_pictures import SandboxedPictures
from framewell_inference.wiring import SANDBOX_JOBS
from framewell_media.sandbox import Sandbox

PATH = "/v1/pictures/analyse"


def picture(width: int, height: int, form: str = "PNG") -> bytes:
    made = io.BytesIO()
    PIL.Image.new("1" if form == "PNG" else "RGB", (width, height)).save(made, form)
    return made.getvalue()


@pytest.fixture(scope="module")
def decoder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxedPictures]:
    """As inference decodes what it is sent."""
    with Sandbox(SANDBOX_JOBS) as sandbox:
        yield SandboxedPictures(sandbox, tmp_path_factory.mktemp("pictures"))


@pytest.fixture
def decoding(mesh: Any, decoder: SandboxedPictures) -> Any:
    """Inference refuses pictures as it does, and sees one face in every other."""

    async def call(method: Any, request: AnalyseImageRequest) -> AnalyseImageResponse:
        assert method.name == "AnalyseImage"
        mesh.inference.asked.append((method.name, request))
        await decoder.decode(request.image)
        return AnalyseImageResponse(observations=[Observation(id="faces/0/0/0", kind="face")])

    mesh.call = call
    return mesh


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
async def test_a_picture_is_handed_on_as_it_is(decoding: Any, gateway: httpx.AsyncClient, form: str) -> None:
    sent = picture(64, 36, form)
    headers = {"content-type": f"image/{form.lower()}"}
    answer = await gateway.post(
        f"{PATH}?analysers=faces&analysers=labels&reason=Who%20is%20it%3F", content=sent, headers=headers
    )
    assert answer.status_code == 200, answer.text
    assert [one["kind"] for one in answer.json()["observations"]] == ["face"]
    assert decoding.inference.asked == [
        (
            "AnalyseImage",
            AnalyseImageRequest(image=sent, analysers=["faces", "labels"], reason="Who is it?"),
        )
    ]


@pytest.mark.parametrize(
    ("sent", "kind", "status", "sentence"),
    [
        (b"", "image/png", 422, "the body is the picture: send its bytes"),
        (b"{}", "application/json", 415, "is not taken here: send image/jpeg, image/png"),
        (bytes((4 << 20) + 1), "image/png", 413, "a picture of at most 4194304 bytes is taken here"),
        (bytes(7 << 20), "image/png", 413, "a body of at most 6291456 bytes is taken here"),
        (b"no picture at all", "image/png", 422, "the picture cannot be read: "),
        (
            picture(20_000, 10_001),
            "image/png",
            422,
            "more than 200 megapixels are not read. Send a smaller copy",
        ),
    ],
)
async def test_what_cannot_be_looked_at_is_refused_in_words(  # noqa: PLR0917 - the row of a table
    decoding: Any, gateway: httpx.AsyncClient, sent: bytes, kind: str, status: int, sentence: str
) -> None:
    answer = await gateway.post(PATH, content=sent, headers={"content-type": kind})
    assert answer.status_code == status, answer.text
    assert sentence in answer.text


async def test_a_picture_that_is_compressed_for_its_way_is_not_unpacked(
    decoding: Any, gateway: httpx.AsyncClient, tmp_path: Path
) -> None:
    headers = {"content-type": "image/png", "content-encoding": "gzip"}
    answer = await gateway.post(PATH, content=picture(8, 8), headers=headers)
    assert answer.status_code == 415
    assert decoding.inference.asked == []
