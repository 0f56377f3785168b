"""`framewell search` in views of which a part is not known."""

from __future__ import annotations

from framewell_cli.commands.search import matches

SPAN = {"start_pts": 0, "end_pts": 25, "first_frame": 0, "frames": 25}


def test_what_a_service_that_is_away_would_know_holds_nothing_up() -> None:
    view = {
        "asset_id": "1c5b2c1e-0000-4000-8000-00000000000a",
        "time_base": {"num": 1, "den": 25},
        "text": [{"text": "Guten Abend", "spans": [SPAN]}],
        "unavailable": ["people", "labels"],
    }
    assert [one["found"] for one in matches(view, "abend", "Evening news")] == ["Guten Abend"]


def test_what_is_said_is_found_by_its_words() -> None:
    view = {
        "asset_id": "1c5b2c1e-0000-4000-8000-00000000000a",
        "timeline": {"time_base": {"numerator": 1, "denominator": 1000}, "start_pts": 500},
        "speech": [
            {"start": "1s", "end": "4.5s", "text": "Mr. John Dashwood had not the strong feelings."},
            {"start": "5s", "end": "6s"},
        ],
    }
    (found,) = matches(view, "dashwood", "Sense")
    assert (found["as"], found["when"]) == ("speech", "0:01.0-0:04.5")
    assert found["spans"] == [{"start_pts": 1500, "end_pts": 5000}]
