"""The page of one asset: what the mesh knows about it, with the pictures it knows it from.

`view` is the composed view (`GET /v1/assets/{id}`); observations, frames and crops are read through the
gateway. A page with pictures is a copy of them: where a statement that came with the material prohibits
use, the page shows that statement instead of pictures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import shorten
from typing import Any, Final, Protocol

from framewell_cli.asset_description import (
    captions_text,
    clock_text,
    grounds_of,
    known_rows,
    part_text,
    payment_text,
    purposes_text,
    statement_name,
    validity_text,
)
from framewell_cli.documents import model_text, purpose_text, ratio, score_text, seconds, verdict_text
from framewell_cli.report.page import Box, Page, Picture, Quote, Section, Table, write

View = Mapping[str, Any]

MOST_PICTURES: Final = 6
MOST_LABELS: Final = 15
MOST_SENTENCES: Final = 200
LONGEST_WORDS: Final = 60
_STATED: Final = (
    "statement", "says", "for", "in force", "part", "territories", "payment", "found", "words",
)  # fmt: skip
_FOUND_IN_THE_FILE: Final = frozenset({"exif", "xmp", "c2pa", "tdmrep"})


class PictureSource(Protocol):
    """What the page needs from the gateway."""

    def observations(self, asset_id: str) -> Sequence[Mapping[str, Any]]:
        """Return faces and texts of the asset, as REST documents."""

    def frame(self, asset_id: str, frame: int) -> bytes:
        """Return the sampled picture nearest at or before a frame, as JPEG."""

    def samples(self, *, asset_id: str) -> Sequence[Mapping[str, Any]]:
        """Return samples taken from the asset, as REST documents."""

    def object(self, owner: str, key: str) -> bytes:
        """Return the bytes of an object of `samples/<id>`."""


def write_asset_page(view: View, path: Path, source: PictureSource) -> None:
    """Write the page of an asset."""
    write(asset_page(view, source), path)


def asset_page(view: View, source: PictureSource) -> Page:
    """Return the page of an asset from its view, with pictures read from `source`."""
    title = view.get("title") or "Without title"
    lead = f"{view.get('kind', 'unknown kind')}, {view['state']}, asset {view['asset_id']}"
    if view["state"] == "rejected":
        quote = Quote(view.get("reason") or "no reason was given", "why it was rejected", refusal=True)
        return Page(title, lead, [Section("Rejected", quotes=[quote]), _overview(view)])
    forbidden = [*prohibitions(view)]
    pictures = [] if forbidden else [_frames(view, source), _samples(view, source)]
    return Page(title, lead, [*pictures, _rights(view, forbidden), _seen(view), _overview(view)])


def prohibitions(view: View) -> Iterator[Mapping[str, Any]]:
    """Yield the statements found in the file itself that prohibit use: then its pictures are not copied."""
    seen = set()
    for decision in view["rights"]:
        for statement in decision["grounds"]:
            words = statement["verbatim"]
            if (
                statement.get("source") in _FOUND_IN_THE_FILE
                and statement.get("use") != "allowed"
                and words not in seen
            ):
                seen.add(words)
                yield statement


def _overview(view: View) -> Section:
    clock, chunks = view.get("timeline"), view["chunks"]
    rows = [["state", view["state"]], *map(list, known_rows(view))]
    if clock:
        rate = f", {ratio(clock['frame_rate'])} a second" if "frame_rate" in clock else ""
        start = f", from {clock['start_timecode']}" if clock["start_timecode"] else ""
        rows.append(["clock", f"{clock['frame_count']} pictures{rate}{start}"])
    rows.append(["chunks", ", ".join(f"{count} {stage}" for stage, count in chunks.items())])
    rows.append(["shots", str(len(view["shots"]))])
    rows += [["missing", sentence] for sentence in view["missing"]]
    if view.get("playlist"):
        rows.append(["playlist", view["playlist"]])
    rows += [["captions", captions_text(one)] for one in view.get("captions", [])]
    return Section("What it is", tables=[Table(["", ""], rows)])


def _frames(view: View, source: PictureSource) -> Section:
    """Return a few pictures with the faces and texts seen in them, the fullest ones first."""
    by_frame: dict[int, list[Mapping[str, Any]]] = {}
    for seen in source.observations(view["asset_id"]):
        if "box" in seen and seen["kind"] in {"face", "text"}:
            by_frame.setdefault(seen["moment"]["frame"], []).append(seen)
    pictures = []
    for frame in sorted(_spread(by_frame)):
        boxes = [_observed(seen, _who(view, frame)) for seen in by_frame[frame]]
        pictures.append(
            Picture(source.frame(view["asset_id"], frame), _caption(frame, by_frame[frame]), boxes)
        )
    return (
        Section("Pictures", pictures=pictures)
        if pictures
        else Section("Pictures", "Nobody and no text was seen.")
    )


def _spread(by_frame: Mapping[int, Sequence[object]]) -> list[int]:
    """Return frames to show: evenly over the asset, in each segment the one in which most was seen."""
    frames = sorted(by_frame)
    count = min(MOST_PICTURES, len(frames))
    segments = [frames[len(frames) * n // count : len(frames) * (n + 1) // count] for n in range(count)]
    return [max(segment, key=lambda frame: len(by_frame[frame])) for segment in segments]


def _who(view: View, frame: int) -> str:
    """Return the one person known in a frame; empty where several or none are: the view says no boxes."""
    names = {
        person["name"]
        for person in view["people"]
        for span in person["spans"]
        if span["first_frame"] <= frame < span["first_frame"] + span["frames"]
    }
    return names.pop() if len(names) == 1 else ""


def _caption(frame: int, seen: Sequence[Mapping[str, Any]]) -> str:
    """Return the words on screen, which over the picture would hide what they repeat."""
    words = [f"“{shorten(one['text'], LONGEST_WORDS)}”" for one in seen if one["kind"] == "text"]
    return f"picture {frame}" + (f": {', '.join(words)}" if words else "")


def _observed(seen: Mapping[str, Any], who: str) -> Box:
    box, text = seen["box"], seen["kind"] == "text"
    label = "" if text else who or "face"
    tone = "text" if text else "known" if who not in {"", "unknown"} else "unknown"
    return Box(box["x"], box["y"], box["width"], box["height"], label, tone)


_NOT_SHOWN: Final = frozenset({"withheld", "withdrawn"})
"""States of samples whose crops the mesh does not give out."""


def _samples(view: View, source: PictureSource) -> Section:
    samples = source.samples(asset_id=view["asset_id"])
    pictures = [
        Picture(
            source.object(f"samples/{sample['sample_id']}", sample["crops"][0]["picture"]["key"]),
            f"{sample['class_name'] or 'who is this?'} ({sample['state']})",
            small=True,
        )
        for sample in samples
        if sample["crops"] and sample["state"] not in _NOT_SHOWN
    ]
    hidden = sum(sample["state"] in _NOT_SHOWN for sample in samples)
    words = f"Of {hidden} no picture may be shown: withheld or withdrawn." if hidden else ""
    return Section("Training samples", words if samples else "None was taken from it.", pictures=pictures)


def _rights(view: View, forbidden: Sequence[Mapping[str, Any]]) -> Section:
    if not view["rights"]:
        return Section("Rights", "Nothing is known about them yet.")
    decisions = [[purpose_text(one), verdict_text(one)] for one in view["rights"]]
    quotes = [Quote(one["sentence"], purpose_text(one)) for one in view["rights"]]
    quotes += [Quote(one["verbatim"], f"found at {one['found_at']}") for one in forbidden]
    stated = [
        [
            statement_name(one),
            one.get("use", "nothing a program can read"),
            purposes_text(one),
            validity_text(one),
            part_text(one) or "all of it",
            ", ".join(one["territories"]) or "everywhere",
            payment_text(one) or "none",
            one["found_at"],
            one["verbatim"],
        ]
        for one in grounds_of(view["rights"])
    ]
    text = "No pictures are shown: words found in the file itself restrict their use." if forbidden else ""
    tables = [Table(["purpose", "decision"], decisions)]
    if stated:
        tables.append(Table(_STATED, stated))
    return Section("Rights", text, tables=tables, quotes=quotes)


def _seen(view: View) -> Section:
    people = [
        [one["name"], score_text(one), model_text(one.get("model")), str(len(one["spans"]))]
        for one in view["people"]
    ]
    texts = [[one["text"], str(len(one["spans"]))] for one in view["text"]]
    labels = [
        [one["label"], score_text(one), ", ".join(one["analysers"]), str(len(one["spans"]))]
        for one in view["labels"][:MOST_LABELS]
    ]
    said = [
        [clock_text(seconds(one["start"])), clock_text(seconds(one["end"])), one["text"]]
        for one in view["speech"]
        if one.get("text")
    ]
    speech = sum(seconds(one["end"]) - seconds(one["start"]) for one in view["speech"])
    return Section(
        "What was seen and heard",
        f"{speech:.1f} seconds of speech.",
        tables=[
            Table(["person", "score", "model", "times"], people),
            Table(["text on screen", "times"], texts),
            Table(["label", "score", "seen by", "times"], labels),
            Table(["from", "to", "said"], said[:MOST_SENTENCES]),
        ],
    )
