"""What is known of an asset and stated about its rights, as people read it on a screen or a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from framewell_cli.documents import Document, purpose_text, ratio, seconds

_SIZES: Final = ("B", "kB", "MB", "GB", "TB")


def known_rows(view: Document) -> Iterator[tuple[str, str]]:
    """Yield name and value of all that ingest knows of an asset, from its view or its entry in the list."""
    programme = view.get("programme", {})
    yield from _given(
        ("title", view.get("title", "")),
        ("series", programme.get("series", "")),
        ("channel", programme.get("channel", "")),
        ("broadcast", programme.get("broadcast_time", "")),
        ("identifiers", _named(programme.get("identifiers", {}))),
        ("from", view.get("uri", "")),
        ("asked for by", view.get("source", "")),
        ("asked for at", view.get("requested_at", "")),
        ("taken in at", view.get("ingested_at", "")),
        ("request labels", _named(view.get("request_labels", {}))),
        ("lane", view.get("lane", "")),
        ("original", _object_text(view.get("original"))),
        ("container", view.get("container", "")),
        ("length", clock_text(seconds(view["duration"])) if "duration" in view else ""),
    )
    variable_rate = view.get("timeline", {}).get("variable_rate", False)
    for track in view.get("tracks", []):
        yield f"track {track['index']}", track_text(track, variable_rate=variable_rate)
    yield from _given(("existing proxy", _object_text(view.get("existing_proxy"))))
    yield from _given(("same content as", ", ".join(view.get("same_content", []))))


def track_text(track: Document, *, variable_rate: bool = False) -> str:
    """Return `video, h264 High 4.1, 1920×1080, 25 pictures a second, progressive, yuv420p` and the like."""
    codec = " ".join(filter(None, [track["codec"], track["profile"], track["level"]]))
    parts = [track.get("kind", "unknown"), codec, *_pictures(track, variable_rate), *_sound(track)]
    parts.append(f"{track['bit_rate'] / 1e6:.3g} Mbit/s" if track["bit_rate"] else "")
    parts.append(f"from {track['timecode']}" if track["timecode"] else "")
    parts.append(f"programme {track['programme_number']}" if track["programme_number"] else "")
    parts += [track["language"], f"“{track['title']}”" if track["title"] else ""]
    parts += [role.replace("_", " ") for role in track["roles"]]
    parts.append("default" if track["is_default"] else "")
    return ", ".join(filter(None, parts))


def captions_text(captions: Document) -> str:
    """Return `de, captions, “Deutsch”, 312 texts, ebu_stl` and the like."""
    title = f"“{captions['title']}”" if captions["title"] else ""
    parts = [captions["language"] or "language not known", captions.get("kind", ""), title]
    return ", ".join(filter(None, [*parts, f"{captions['cue_count']} texts", captions["format"]]))


def _pictures(track: Document, variable_rate: bool) -> Iterator[str]:
    if not track["width"]:
        return
    yield f"{track['width']}×{track['height']}"
    if track["rotation_degrees"]:
        yield f"turned by {track['rotation_degrees']}°"
    if "frame_rate" in track:
        rate = f"{float(ratio(track['frame_rate'])):.5g} pictures a second"
        yield f"about {rate} at a variable rate" if variable_rate else rate
    yield track.get("field_order", "").replace("_", " ")
    yield track["pixel_format"]
    colour = track.get("colour", {})
    names = [colour.get(name, "") for name in ("primaries", "transfer", "matrix", "range")]
    yield "/".join(dict.fromkeys(filter(None, names)))


def _sound(track: Document) -> Iterator[str]:
    if not track["channels"]:
        return
    yield track["channel_layout"] or f"{track['channels']} channel{'s' if track['channels'] > 1 else ''}"
    yield f"{track['sample_rate']} Hz" if track["sample_rate"] else ""
    yield f"{track['bit_depth']} bits" if track["bit_depth"] else ""


def clock_text(length: float) -> str:
    """Return a length in seconds as `0:04.5` or `12:00:01.0`."""
    minutes, rest = divmod(round(length, 1), 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02}:{rest:04.1f}" if hours else f"{minutes}:{rest:04.1f}"


def statement_rows(statement: Document) -> list[tuple[str, str]]:
    """Return name and value of everything that a statement says."""
    return [
        ("statement", statement_name(statement)),
        ("says", f"{statement.get('use', 'nothing a program can read')} for {purposes_text(statement)}"),
        ("in force", validity_text(statement)),
        *_given(
            ("holder", statement["holder"]),
            ("legal basis", statement.get("legal_basis", "").replace("_", " ")),
            ("only for", part_text(statement)),
            ("only in", ", ".join(statement["territories"])),
            ("payment", payment_text(statement)),
            ("found in", ": ".join(filter(None, [statement.get("source", ""), statement["found_at"]]))),
            ("words", statement["verbatim"]),
        ),
    ]


def statement_text(statement: Document) -> str:
    """Return everything that a statement says, in a line."""
    name, says, *terms = (value for _, value in statement_rows(statement))
    labels = [label for label, _ in statement_rows(statement)][2:]
    said = [f"{label} {value}" for label, value in zip(labels, terms, strict=True)]
    return f"{name}: {says}; {'; '.join(said)}"


def statement_name(statement: Document) -> str:
    """Return `issuer/id@revision`, which names a statement; where it was found when it has neither."""
    identity = "/".join(filter(None, [statement["issuer"], statement["statement_id"]]))
    return f"{identity or statement['found_at'] or 'unnamed'}@{statement['revision']}"


def purposes_text(statement: Document) -> str:
    """Return the purposes that a statement speaks of."""
    named = [purpose_text({"purpose": purpose}) for purpose in statement["purposes"]]
    return ", ".join(named) or "all purposes"


def validity_text(statement: Document) -> str:
    """Return from when until when a statement is in force."""
    begins, ends = statement.get("valid_from"), statement.get("valid_until")
    text = " ".join([*([f"from {begins}"] if begins else []), *([f"until {ends}"] if ends else [])])
    return text or "always"


def part_text(statement: Document) -> str:
    """Return the part of the asset that a statement covers; empty for all of it."""
    span: Mapping[str, int] | None = statement.get("span")
    if span is None:
        return ""
    if span["frames"]:
        return f"pictures {span['first_frame']} to {span['first_frame'] + span['frames'] - 1}"
    return f"pts {span['start_pts']} to {span['end_pts']}"


def payment_text(statement: Document) -> str:
    """Return what is owed for a use, `0.05 EUR, per use`; empty for nothing."""
    payment: Mapping[str, str] | None = statement.get("payment")
    if payment is None:
        return ""
    return f"{payment['amount']} {payment['currency']}, {payment['model'].replace('_', ' ')}"


def grounds_of(decisions: Sequence[Document]) -> list[Document]:
    """Return the statements that decisions rest on, each once, in order of first mention."""
    found: list[Document] = []
    for decision in decisions:
        found += [statement for statement in decision["grounds"] if statement not in found]
    return found


def size_text(size: int) -> str:
    """Return a number of bytes as `4.1 kB`, in powers of 1000."""
    amount, unit = float(size), _SIZES[0]
    for larger in _SIZES[1:]:
        if amount < 1000:
            break
        amount, unit = amount / 1000, larger
    return f"{amount:.1f} {unit}" if unit != "B" else f"{size} B"


def _object_text(stored: Document | None) -> str:
    if not stored:
        return ""
    return f"{stored['media_type']}, {size_text(stored['size'])}, sha256 {stored['sha256']}"


def _named(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={values[name]}" for name in sorted(values))


def _given(*rows: tuple[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the rows that have a value."""
    yield from (row for row in rows if row[1])
