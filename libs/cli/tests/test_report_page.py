"""Report pages: self-contained, everything escaped, no pictures where the material's own words forbid it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from framewell_cli.report import write_asset_page
from framewell_cli.report.page import Box, Page, Picture, Quote, Section, Table, render

FORBIDS = "The photograph may not be reproduced."


class Gateway:
    """A gateway with one face in one picture, and one sample."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def observations(self, asset_id: str) -> Sequence[Mapping[str, Any]]:
        box = {"x": 0.25, "y": 0.1, "width": 0.2, "height": 0.3}
        return [
            {"kind": "face", "moment": {"frame": 50}, "box": box, "text": ""},
            {"kind": "text", "moment": {"frame": 50}, "box": box, "text": "Reporter (fiktiv)"},
            {"kind": "label", "moment": {"frame": 50}},
        ]

    def frame(self, asset_id: str, frame: int) -> bytes:
        self.read.append(f"frame {frame}")
        return b"\xff\xd8 a picture"

    def samples(self, *, asset_id: str) -> Sequence[Mapping[str, Any]]:
        crops = [{"picture": {"key": "ab/abc.jpg"}}]
        return [
            {"sample_id": f"s-{state}", "class_name": "Jörg <b>", "state": state, "crops": crops}
            for state in ("proposed", "withheld", "withdrawn")
        ]

    def object(self, owner: str, key: str) -> bytes:
        assert owner == "samples/s-proposed"  # no other may be read
        self.read.append(key)
        return b"\xff\xd8 a crop"


def asset_view(*statements: Mapping[str, Any], **changed: Any) -> dict[str, Any]:
    span = {"start_pts": 0, "end_pts": 9, "first_frame": 0, "frames": 100}
    return {
        "asset_id": "5f3c",
        "kind": "video",
        "state": "analysed",
        "missing": ["chunk 2 is missing: damaged"],
        "timeline": {
            "frame_rate": {"numerator": 25, "denominator": 1},
            "frame_count": 100,
            "start_timecode": "10:00:00:00",
        },
        "chunks": {"planned": 1, "transcoded": 1, "analysed": 1, "failed": 0},
        "shots": [],
        "people": [
            {
                "name": "Jörg Müßigbrodt",
                "score": 0.81,
                "model": {"name": "identity/people", "version": "1.0"},
                "spans": [span],
                "sentence": "Known: near.",
            }
        ],
        "text": [{"text": "<script>alert(1)</script>", "spans": []}],
        "labels": [{"label": "espresso", "score": 0.9, "spans": [], "analysers": ["labels"]}],
        "speech": [{"start": "0s", "end": "2.5s"}, {"start": "3s", "end": "4s", "text": "Mr. Dashwood"}],
        "rights": [
            {
                "purpose": "own_training",
                "allowed": False,
                "sentence": "Withheld.",
                "grounds": list(statements),
            }
        ],
        "unavailable": [],
        "playlist": "http://127.0.0.1:7410/v1/assets/a-1/playlist/master.m3u8",
        **changed,
    }


def statement(source: str, use: str = "prohibited") -> dict[str, Any]:
    return {
        "issuer": "Archiv",
        "statement_id": "4711",
        "revision": 2,
        "holder": "Archiv",
        "source": source,
        "purposes": ["own_training"],
        "use": use,
        "valid_until": "2027-12-31T23:00:00Z",
        "territories": ["DE", "AT"],
        "payment": {"model": "per_use", "amount": "0.05", "currency": "EUR"},
        "verbatim": FORBIDS,
        "found_at": "EXIF 0x8298 Copyright",
    }


def page_of(tmp_path: Path, view: dict[str, Any], gateway: Gateway) -> str:
    write_asset_page(view, tmp_path / "pages" / "asset.html", gateway)
    return (tmp_path / "pages" / "asset.html").read_text(encoding="utf-8")


def test_a_page_fetches_nothing(tmp_path: Path) -> None:
    html = page_of(tmp_path, asset_view(), Gateway())
    assert not re.search(r'(?:src|href)="(?!data:)', html)
    assert "default-src 'none'" in html


def test_faces_are_boxed_with_the_name_known_at_that_picture(tmp_path: Path) -> None:
    html = page_of(tmp_path, asset_view(), Gateway())
    assert 'class="box known" style="left: 25.00%; top: 10.00%; width: 20.00%; height: 30.00%"' in html
    assert "<span>Jörg Müßigbrodt</span>" in html


def test_words_on_screen_are_told_below_the_picture_and_do_not_hide_it(tmp_path: Path) -> None:
    html = page_of(tmp_path, asset_view(), Gateway())
    assert "picture 50: “Reporter (fiktiv)”</figcaption>" in html
    assert "<span>Reporter (fiktiv)</span>" not in html


def test_what_is_said_and_who_saw_a_label_stand_in_the_page(tmp_path: Path) -> None:
    html = page_of(tmp_path, asset_view(), Gateway())
    for row in (("0:03.0", "0:04.0", "Mr. Dashwood"), ("espresso", "0.90", "labels", "0")):
        assert "".join(f"<td>{cell}</td>" for cell in row) in html


def test_text_from_outside_is_escaped(tmp_path: Path) -> None:
    html = page_of(tmp_path, asset_view(), Gateway())
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "Jörg &lt;b&gt; (proposed)" in html


def test_words_in_the_file_that_forbid_copies_are_shown_instead_of_pictures(tmp_path: Path) -> None:
    gateway = Gateway()
    html = page_of(tmp_path, asset_view(statement("exif")), gateway)
    assert FORBIDS in html
    assert "<img" not in html
    assert gateway.read == []


def test_a_contract_that_prohibits_training_hides_no_pictures_from_the_house(tmp_path: Path) -> None:
    assert "<img" in page_of(tmp_path, asset_view(statement("contract")), Gateway())


def test_what_a_statement_says_stands_whole_beside_the_decision(tmp_path: Path) -> None:
    html = page_of(tmp_path, asset_view(statement("contract")), Gateway())
    for said in (
        "Archiv/4711@2", "prohibited", "own training", "until 2027-12-31T23:00:00Z", "all of it", "DE, AT",
        "0.05 EUR, per use", "EXIF 0x8298 Copyright", FORBIDS,
    ):  # fmt: skip
        assert f"<td>{said}</td>" in html


def test_what_ingest_knows_stands_on_the_page(tmp_path: Path) -> None:
    known = {"title": "Tagesschau <live>", "uri": "https://archive.example/a.mp4", "duration": "63.25s"}
    html = page_of(tmp_path, asset_view(**known), Gateway())
    for said in ("Tagesschau &lt;live&gt;", "https://archive.example/a.mp4", "1:03.2"):
        assert f"<td>{said}</td>" in html
    assert "<h1>Tagesschau &lt;live&gt;</h1>" in html
    assert html.index("<img") < html.index("<h2>What it is</h2>")


def test_a_rejected_asset_says_why(tmp_path: Path) -> None:
    gateway = Gateway()
    view = asset_view(state="rejected", reason="Its index is missing.", rights=[], people=[], text=[])
    html = page_of(tmp_path, view, gateway)
    assert "Its index is missing." in html
    assert gateway.read == []


def test_marks_captions_and_quotes_are_on_the_page() -> None:
    section = Section(
        "Steps",
        tables=[Table(["", "step"], [["✓", "man was proposed"], ["✗", "photo was withheld"]])],
        quotes=[Quote("May not be shown.", "EXIF")],
        pictures=[Picture(b"jpeg", "picture 1", [Box(0, 0, 1, 1, "unknown", "unknown")])],
    )
    html = render(Page("A day", "22 of 22", [section]))
    assert '<td class="yes">✓</td><td>man was proposed</td>' in html
    assert '<td class="no">✗</td>' in html
    assert "May not be shown.<footer>EXIF</footer>" in html
    assert "picture 1</figcaption>" in html


def test_a_page_shows_its_figures_first_and_says_whose_a_picture_is() -> None:
    picture = Picture(b"\xff\xd8", "a face", credit="Photo: A <b>")
    refusal = Quote("cut off", "“A transfer”", refusal=True)
    page = Page("t", "l", [Section("s", pictures=[picture], quotes=[refusal])], [("2", "withheld")])
    text = render(page)
    assert text.index("<dt>withheld</dt><dd>2</dd>") < text.index("<section>")
    assert "<small>Photo: A &lt;b&gt;</small>" in text
    assert '<blockquote class="refusal">cut off' in text
