"""The composed view of an asset as text for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from framewell_cli.console import print_table, results

View = Mapping[str, Any]

MOST_SPANS: Final = 4
MOST_LABELS: Final = 8
MOST_TEXTS: Final = 12


def print_asset(view: View) -> None:
    """Print the view: what it is, who and what was seen, what may be done with it."""
    rows = [("asset", view["asset_id"]), ("kind", view["kind"] or "-"), ("state", view["state"])]
    rows += [("reason", view["reason"])] if view["reason"] else []
    rows += [("missing", sentence) for sentence in view["missing"]]
    rows += _timeline_rows(view)
    chunks = view["chunks"]
    told = f"{chunks['planned']} planned, {chunks['transcoded']} transcoded, {chunks['analysed']} analysed"
    rows.append(("chunks", told + (f", {chunks['failed']} FAILED" if chunks["failed"] else "")))
    rows += [("playlist", view["playlist"])] if view["playlist"] else []
    rows += _rights_rows(view)
    if view["samples"]:
        counted = ", ".join(f"{count} {state}" for state, count in view["samples"].items() if count)
        rows.append(("samples", counted or "none"))
    print_table(("", ""), [(name, str(value)) for name, value in rows])
    _print_seen(view)


def _timeline_rows(view: View) -> list[tuple[str, str]]:
    timeline = view["timeline"]
    if not timeline:
        return []
    frames = f"{timeline['frame_count']} frames" + (
        f" at {timeline['frame_rate']}" if timeline["frame_rate"] else ""
    )
    start = f", from {timeline['start_timecode']}" if timeline["start_timecode"] else ""
    rows = [("time", frames + start)]
    return rows + ([("shots", str(len(view["shots"])))] if view["shots"] else [])


def _rights_rows(view: View) -> list[tuple[str, str]]:
    if not view["rights"]:
        return []
    sentences = {ground["purpose"]: ground["sentence"] for ground in view["rights"]["grounds"]}
    return [
        ("rights", f"{purpose.replace('_', ' ')}: {verdict}. {sentences.get(purpose, '')}".strip())
        for purpose, verdict in view["rights"]["decision"].items()
    ]


def _print_seen(view: View) -> None:
    seen = [
        (person["name"], f"{person['score']:.2f}" if person["class_id"] else "-", person["model"] or "-",
         spans_text(view, person["spans"]))
        for person in view["people"] or ()
    ]  # fmt: skip
    _section("people", ("who", "score", "model", "when"), seen)
    texts = (view["text"] or [])[:MOST_TEXTS]
    _section(
        "text on screen", ("text", "when"), [(one["text"], spans_text(view, one["spans"])) for one in texts]
    )
    labels = (view["labels"] or [])[:MOST_LABELS]
    _section(
        "labels",
        ("label", "score", "when"),
        [(one["label"], f"{one['score']:.2f}", spans_text(view, one["spans"])) for one in labels],
    )
    speech = [
        (f"{one['start_seconds']:.1f} s", f"{one['end_seconds']:.1f} s") for one in view["speech"] or ()
    ]
    _section("speech", ("from", "to"), speech[:MOST_TEXTS])


def _section(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if rows:
        results.print(f"\n{title}", style="bold", markup=False)
        print_table(columns, rows)


def spans_text(view: View, spans: Iterable[Mapping[str, int]]) -> str:
    """`0:02.0-0:04.5, 0:12.2-0:13.0 and 3 more`; frames where the clock is not known."""
    listed = [*spans]
    told = ", ".join(_span_text(view["timeline"], span) for span in listed[:MOST_SPANS])
    return told + (f" and {len(listed) - MOST_SPANS} more" if len(listed) > MOST_SPANS else "")


def _span_text(timeline: Mapping[str, Any] | None, span: Mapping[str, int]) -> str:
    if timeline is None:
        return f"frames {span['first_frame']}-{span['first_frame'] + span['frames'] - 1}"
    tick = Fraction(timeline["time_base"])
    first, last = ((span[edge] - timeline["start_pts"]) * tick for edge in ("start_pts", "end_pts"))
    return f"{_clock(float(first))}-{_clock(float(last))}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds, 1), 60)
    return f"{int(minutes)}:{rest:04.1f}"
