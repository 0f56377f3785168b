"""`framewell similar`: which pictures of an asset are looked for, and what is said of what was found."""

from __future__ import annotations

from typing import Any

import pytest
from typer.testing import CliRunner, Result

from framewell_cli.commands.similar import moments
from framewell_cli.errors import CommandError
from framewell_cli.main import build
from framewell_client import Gateway, Refused

ASSET, OTHER = "1c5b2c1e-0000-4000-8000-00000000000a", "1c5b2c1e-0000-4000-8000-00000000000b"
VIEW: dict[str, Any] = {
    "asset_id": ASSET,
    "timeline": {
        "time_base": {"numerator": 1, "denominator": 90000},
        "start_pts": 900,
        "duration_pts": 12 * 90000,
    },
    "shots": [{"span": {"start_pts": start, "end_pts": start + 200}} for start in (900, 1100)],
}


def test_every_shot_is_looked_for_by_its_middle() -> None:
    assert list(moments(VIEW, None)) == [1000, 1200]


def test_a_second_is_counted_from_the_start() -> None:
    assert list(moments(VIEW, 1.5)) == [900 + 135000]


def test_a_still_and_a_film_without_shots_have_one_picture() -> None:
    assert list(moments({}, 3.0)) == [0]
    assert list(moments({**VIEW, "shots": []}, None)) == [900]


class Mesh:
    """A gateway with a view of an asset; nothing was seen at the moments of `unseen`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.view, self.unseen, self.asked = {**VIEW}, set[int](), list[Any]()
        monkeypatch.setenv("FRAMEWELL_REST", "http://127.0.0.1:1")
        monkeypatch.setattr(Gateway, "_document", self._answer)

    def _answer(self, method: str, path: str, **more: Any) -> Any:
        if path != "/v1/similar":
            return self.view if path.endswith(ASSET) else {**VIEW, "asset_id": OTHER}
        self.asked.append(more["json"])
        if more["json"]["moment"]["pts"] in self.unseen:
            raise Refused(404, {"detail": "nothing with a vector of labels/x@1 was seen"})
        span = {"start_pts": 900 + 2 * 90000, "end_pts": 900 + 7 * 90000, "first_frame": 50, "frames": 125}
        return {"neighbours": [{"asset_id": OTHER, "distance": 2.625, "span": span}]}


@pytest.fixture
def mesh(monkeypatch: pytest.MonkeyPatch) -> Mesh:
    return Mesh(monkeypatch)


def run(*words: str) -> Result:
    return CliRunner().invoke(build(["similar"]), ["similar", *words])


def refusal(*words: str) -> str:
    result = run(*words)
    assert isinstance(result.exception, CommandError), result.output
    return str(result.exception)


def test_a_place_is_shown_by_the_clock(mesh: Mesh) -> None:
    result = run(ASSET, "--at", "3")
    assert result.exit_code == 0, result.output
    assert [*result.stdout.splitlines()[-1].split()] == ["0:03.0", OTHER, "0:02.0-0:07.0", "2.62"]


def test_a_moment_without_a_picture_is_no_picture_without_a_like(mesh: Mesh) -> None:
    mesh.unseen = {900 + 900 * 90000, 900 + 3 * 90000}
    assert refusal(ASSET, "--at", "900") == (f"similar: {ASSET} has no picture at 15:00.0: it ends at 0:12.0")
    assert "looked at at 0:03.0: 'framewell why" in refusal(ASSET, "--at", "3")
    looking = (ASSET, "--at", "3", "--faces", "--reason", "who is that")
    assert refusal(*looking) == f"similar: no face was seen in {ASSET} at 0:03.0"


def test_who_looks_for_a_face_says_why(mesh: Mesh) -> None:
    for reason in ((), ("--reason", " ")):
        assert refusal(ASSET, "--at", "3", "--faces", *reason) == (
            "similar: say why you look for a face: --reason 'TEXT'; it is kept with who asked"
        )
    assert mesh.asked == []
    assert run(ASSET, "--at", "3", "--faces", "--reason", " obituary ").exit_code == 0
    assert run(ASSET, "--at", "3").exit_code == 0
    assert [(one["analyser"], one.get("reason")) for one in mesh.asked] == [
        ("faces", "obituary"), ("labels", None),
    ]  # fmt: skip


def test_an_asset_of_which_analysis_is_withheld_is_said_to_be(mesh: Mesh) -> None:
    mesh.unseen = {1000, 1200}
    mesh.view["rights"] = [{"purpose": "analysis", "allowed": False, "sentence": "The house forbids it."}]
    assert refusal(ASSET) == (
        f"similar: {ASSET} was not looked at, analysis is withheld. The house forbids it."
    )


def test_what_is_neither_a_picture_file_nor_an_asset_is_said_to_be_neither(mesh: Mesh) -> None:
    assert refusal("/tmp") == "similar: there is no picture file /tmp"
    assert refusal("missing.png") == "similar: there is no picture file missing.png"
    assert "is no id of an asset" in refusal("astronaut")


def test_shots_that_nobody_looked_at_are_counted(mesh: Mesh) -> None:
    mesh.unseen = {1000}
    result = run(ASSET)
    assert (result.exit_code, result.stdout.count(OTHER)) == (0, 1)
    assert "1 of 2 shots" in result.stderr
