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

from framewell_cli.report.page import Box, Page, Picture, Quote, Section, Table, write

View = Mapping[str, Any]

MOST_PICTURES: Final = 6
MOST_LABELS: Final = 15
LONGEST_WORDS: Final = 60
_FOUND_IN_THE_FILE: Final = frozenset({"exif", "xmp", "c2pa", "tdmrep"})


class PictureSource(Protocol):
    """What the page needs from the gateway."""

    def observations(self, asset_id: str) -> Sequence[Mapping[str, Any]]:
        """Faces and texts of the asset, as the REST API tells them."""

    def frame(self, asset_id: str, frame: int) -> bytes:
        """The sampled picture nearest at or before a frame, as JPEG."""

    def samples(self, *, asset_id: str) -> Sequence[Mapping[str, Any]]:
        """Samples taken from the asset, as the REST API tells them."""

    def object(self, key: str) -> bytes:
        """The bytes of an object."""


def write_asset_page(view: View, path: Path, source: PictureSource) -> None:
    """Write the page of an asset."""
    write(asset_page(view, source), path)


def asset_page(view: View, source: PictureSource) -> Page:
    """The page of an asset from its view, with pictures read from `source`."""
    lead = f"{view['asset_id']}: {view['state']}"
    sections = [_overview(view)]
    if view["state"] == "rejected":
        quote = Quote(view["reason"] or "no reason was given", "why it was rejected")
        return Page("Rejected", lead, [Section("Why", quotes=[quote]), *sections])
    forbidden = [*prohibitions(view)]
    if not forbidden:
        sections.append(_frames(view, source))
        sections.append(_samples(view, source))
    sections += [_rights(view, forbidden), _seen(view)]
    return Page(f"Asset ({view['kind'] or 'unknown kind'})", lead, sections)


def prohibitions(view: View) -> Iterator[Mapping[str, Any]]:
    """Statements found in the file itself that prohibit use: reason enough not to copy its pictures."""
    seen = set()
    for ground in (view["rights"] or {}).get("grounds", ()):
        for statement in ground["statements"]:
            words = statement["verbatim"]
            if (
                statement["source"] in _FOUND_IN_THE_FILE
                and statement["use"] != "allowed"
                and words not in seen
            ):
                seen.add(words)
                yield statement


def _overview(view: View) -> Section:
    clock, chunks = view["timeline"], view["chunks"]
    rows = [["state", view["state"]]]
    if clock:
        rate = f"{clock['frame_rate']} pictures a second" if clock["frame_rate"] else ""
        rows.append(
            ["clock", f"{clock['frame_count']} pictures, {rate} {clock['start_timecode'] or ''}".strip()]
        )
    rows.append(["chunks", ", ".join(f"{count} {stage}" for stage, count in chunks.items())])
    rows.append(["shots", str(len(view["shots"] or ()))])
    rows += [["missing", sentence] for sentence in view["missing"]]
    if view["playlist"]:
        rows.append(["playlist", view["playlist"]])
    return Section("What it is", tables=[Table(["", ""], rows)])


def _frames(view: View, source: PictureSource) -> Section:
    """A few pictures with the faces and texts seen in them, the fullest ones first."""
    by_frame: dict[int, list[Mapping[str, Any]]] = {}
    for seen in source.observations(view["asset_id"]):
        if seen["box"] and seen["kind"] in {"face", "text"}:
            by_frame.setdefault(seen["frame"], []).append(seen)
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
    """Frames to show: evenly over the asset, in each stretch the one in which most was seen."""
    frames = sorted(by_frame)
    count = min(MOST_PICTURES, len(frames))
    stretches = [frames[len(frames) * n // count : len(frames) * (n + 1) // count] for n in range(count)]
    return [max(stretch, key=lambda frame: len(by_frame[frame])) for stretch in stretches]


def _who(view: View, frame: int) -> str:
    """The one person known in a frame; empty where several or none are: the view says no boxes."""
    names = {
        person["name"]
        for person in view["people"] or ()
        for span in person["spans"]
        if span["first_frame"] <= frame < span["first_frame"] + span["frames"]
    }
    return names.pop() if len(names) == 1 else ""


def _caption(frame: int, seen: Sequence[Mapping[str, Any]]) -> str:
    """The words on screen stand here: over the picture they would hide what they repeat."""
    words = [f"“{shorten(one['text'], LONGEST_WORDS)}”" for one in seen if one["kind"] == "text"]
    return f"picture {frame}" + (f": {', '.join(words)}" if words else "")


def _observed(seen: Mapping[str, Any], who: str) -> Box:
    box, text = seen["box"], seen["kind"] == "text"
    label = "" if text else who or "face"
    tone = "text" if text else "known" if who not in {"", "unknown"} else "unknown"
    return Box(box["x"], box["y"], box["width"], box["height"], label, tone)


def _samples(view: View, source: PictureSource) -> Section:
    pictures = [
        Picture(
            source.object(sample["crops"][0]["key"]),
            f"{sample['class_name'] or 'who is this?'} ({sample['state']})",
            small=True,
        )
        for sample in source.samples(asset_id=view["asset_id"])
        if sample["crops"]
    ]
    return Section("Training samples", "" if pictures else "None was taken from it.", pictures=pictures)


def _rights(view: View, forbidden: Sequence[Mapping[str, Any]]) -> Section:
    rights = view["rights"]
    if not rights:
        return Section("Rights", "Nothing is known about them yet.")
    decisions = [[purpose.replace("_", " "), verdict] for purpose, verdict in rights["decision"].items()]
    quotes = [Quote(ground["sentence"], ground["purpose"].replace("_", " ")) for ground in rights["grounds"]]
    quotes += [Quote(one["verbatim"], f"found at {one['found_at']}") for one in forbidden]
    text = "No pictures are shown: words found in the file itself restrict their use." if forbidden else ""
    return Section("Rights", text, tables=[Table(["purpose", "decision"], decisions)], quotes=quotes)


def _seen(view: View) -> Section:
    people = [
        [one["name"], f"{one['score']:.2f}", one["model"] or "", str(len(one["spans"]))]
        for one in view["people"] or ()
    ]
    texts = [[one["text"], str(len(one["spans"]))] for one in view["text"] or ()]
    labels = [
        [one["label"], f"{one['score']:.2f}", str(len(one["spans"]))] for one in (view["labels"] or ())[:15]
    ]
    speech = sum(one["end_seconds"] - one["start_seconds"] for one in view["speech"] or ())
    return Section(
        "What was seen and heard",
        f"{speech:.1f} seconds of speech.",
        tables=[
            Table(["person", "score", "model", "times"], people),
            Table(["text on screen", "times"], texts),
            Table(["label", "score", "times"], labels),
        ],
    )
