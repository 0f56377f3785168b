"""The composed view of an asset as text for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from framewell_cli.asset_description import (
    captions_text,
    clock_text,
    grounds_of,
    known_rows,
    statement_text,
)
from framewell_cli.console import print_line, print_sheet, print_table, results
from framewell_cli.documents import model_text, purpose_text, ratio, score_text, seconds, verdict_text

View = Mapping[str, Any]

MOST_SPANS: Final = 4
MOST_LABELS: Final = 8
MOST_TEXTS: Final = 12


def print_asset(view: View) -> None:
    """Print the view: what it is, who and what was seen, what may be done with it."""
    rows = [("asset", view["asset_id"]), ("kind", view.get("kind", "-")), ("state", view["state"])]
    rows += [("reason", view["reason"])] if view.get("reason") else []
    rows += known_rows(view)
    rows += [("missing", sentence) for sentence in view["missing"]]
    rows += (
        [("not known", f"{', '.join(view['unavailable'])}: a service is away")] if view["unavailable"] else []
    )
    rows += _timeline_rows(view)
    chunks = view["chunks"]
    counts = f"{chunks['planned']} planned, {chunks['transcoded']} transcoded, {chunks['analysed']} analysed"
    rows.append(("chunks", counts + (f", {chunks['failed']} FAILED" if chunks["failed"] else "")))
    rows += [("playlist", view["playlist"])] if view.get("playlist") else []
    rows += [("captions", captions_text(one)) for one in view.get("captions", [])]
    rows += [
        ("rights", f"{purpose_text(decision)}: {verdict_text(decision)}. {decision['sentence']}".strip())
        for decision in view["rights"]
    ]
    rows += [("statement", statement_text(one)) for one in grounds_of(view["rights"])]
    if "samples" in view:
        counted = ", ".join(f"{count} {state}" for state, count in view["samples"].items() if count)
        rows.append(("samples", counted or "none"))
    print_sheet([(name, str(value)) for name, value in rows])
    _print_seen(view)


def _timeline_rows(view: View) -> list[tuple[str, str]]:
    timeline = view.get("timeline")
    if not timeline:
        return []
    rate = f" at {ratio(timeline['frame_rate'])}" if "frame_rate" in timeline else ""
    start = f", from {timeline['start_timecode']}" if timeline["start_timecode"] else ""
    rows = [("time", f"{timeline['frame_count']} frames{rate}{start}")]
    return rows + ([("shots", str(len(view["shots"])))] if view["shots"] else [])


def _print_seen(view: View) -> None:
    people = [
        (one["name"], score_text(one), model_text(one.get("model")) or "-", spans_text(view, one["spans"]))
        for one in view["people"]
    ]
    _section("people", ("who", "score", "model", "when"), people)
    for one in view["people"]:
        if "class_id" not in one and "cluster_id" not in one and one["sentence"]:
            print_line(f"{one['name']}: {one['sentence']}")
    texts = [(one["text"], spans_text(view, one["spans"])) for one in view["text"][:MOST_TEXTS]]
    _section("text on screen", ("text", "when"), texts)
    labels = [
        (one["label"], score_text(one), ", ".join(one["analysers"]), spans_text(view, one["spans"]))
        for one in view["labels"][:MOST_LABELS]
    ]
    _section("labels", ("label", "score", "seen by", "when"), labels)
    speech = [
        (f"{seconds(one['start']):.1f} s", f"{seconds(one['end']):.1f} s", one.get("text", ""))
        for one in view["speech"][:MOST_TEXTS]
    ]
    said = any(text for _, _, text in speech)
    columns = ("from", "to", "said") if said else ("from", "to")
    _section("speech", columns, [one[: len(columns)] for one in speech])


def _section(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if rows:
        results.print(f"\n{title}", style="bold", markup=False)
        print_table(columns, rows)


def spans_text(view: View, spans: Iterable[Mapping[str, int]]) -> str:
    """Return `0:02.0-0:04.5, 0:12.2-0:13.0 and 3 more`; frames where the clock is not known."""
    listed = [*spans]
    shown = ", ".join(_span_text(view.get("timeline"), span) for span in listed[:MOST_SPANS])
    return shown + (f" and {len(listed) - MOST_SPANS} more" if len(listed) > MOST_SPANS else "")


def _span_text(timeline: Mapping[str, Any] | None, span: Mapping[str, int]) -> str:
    if timeline is None:
        return f"frames {span['first_frame']}-{span['first_frame'] + span['frames'] - 1}"
    tick = ratio(timeline["time_base"])
    first, last = ((span[edge] - timeline["start_pts"]) * tick for edge in ("start_pts", "end_pts"))
    return f"{clock_text(float(first))}-{clock_text(float(last))}"
