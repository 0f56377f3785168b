"""Which paths are those of a stored object: asked of every request before anybody is known."""

import pytest

from framewell_gateway.domain.addresses import is_object_path

LONGEST = 1 << 16


@pytest.mark.parametrize(
    "path",
    [
        "/v1/assets/a/objects/ab/abc.jpg",
        "/v1/models/identity/people/1.0/objects/ab/abc.onnx",
        "/v1/samples/s/objects/",
        "/v1/snapshots/objects/objects/x",
    ],
)
def test_an_object_has_an_owner_and_a_key(path: str) -> None:
    assert is_object_path(path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/v1/assets",
        "/v1/assets//objects/ab",
        "/v1/assets/objects/ab",
        "/v1/runs/r/objects/ab",
        "/v1/assets/a/objectsx/ab",
        "/v1/assets/a/objects/ab\nGET",
        "/v1/assets/x" + "/objects" * (LONGEST // 8) + "/\n",
    ],
)
def test_nothing_else_is_one_however_long(path: str) -> None:
    assert not is_object_path(path)
