"""Which paths are those of a stored object: asked of every request before anybody is known."""

import pytest

from framewell_gateway.domain.addresses import is_object_path, names_object

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


KEY = "ab/ab" + "0" * 62


@pytest.mark.parametrize("path", [f"/v1/assets/a/objects/{KEY}.jpg", f"/v1/models/a/b/1.0/objects/{KEY}"])
def test_what_is_signed_is_the_path_of_an_object(path: str) -> None:
    assert names_object(path)


@pytest.mark.parametrize(
    "path",
    [
        f"/v1/assets/a/objects/{KEY}?x=1",
        f"/v1/assets/a?x=/objects/{KEY}",
        f"/v1/assets/a/objects/{KEY}#a",
        f"/v1/assets/a/objects/../objects/{KEY}/",
        "/v1/assets/a/objects/nothing",
        "/v1/assets/a/objects/../../x",
        f"/v1/users/a/objects/{KEY}",
    ],
)
def test_no_address_is_given_for_what_it_would_not_open(path: str) -> None:
    assert not names_object(path)
