"""Files of timed text: recognised by their first bytes, read by ttconv, on the asset's clock."""

from __future__ import annotations

import io
import logging
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final
from xml.parsers import expat

import ttconv.imsc.reader
import ttconv.scc.reader
import ttconv.srt.reader
import ttconv.stl.reader
import ttconv.vtt.reader

from framewell_contracts.sentences import say
from framewell_media.captions.cues import Cue, shifted
from framewell_media.captions.timed_text import cues_of
from framewell_media.errors import EMPTY, NOT_MEDIA, UNREADABLE, MediaError

MAX_FILE_BYTES: Final = 8 << 20
_MAX_DEPTH: Final = 60
_HOUR: Final = 3600
_TIMES_OF_A_DAY: Final = 25 * _HOUR
"""How far behind the end of an asset a file's times may lie that count from another zero."""
_SECOND_WITHOUT_DROPS: Final = Fraction(1001, 1000)
"""How long 30 labels of 29.97 pictures a second last."""
_SRT_TIMES: Final = re.compile(
    r"^[ \t]*(\d{1,3}):(\d\d):(\d\d)[,.](\d{1,3})[ \t]*-->[ \t]*(\d{1,3}):(\d\d):(\d\d)[,.](\d{1,3})",
    re.MULTILINE,
)
"""Times as they stand in SRT files; ttconv reads those with two digits of hours and a comma."""
_SRT: Final = re.compile(r"\s*\d+[ \t]*\r?\n\s*\d+:\d\d:\d\d[,.]\d")
_NAMES: Final = {
    "ebu_stl": "EBU STL",
    "ttml": "TTML",
    "srt": "SRT",
    "webvtt": "WebVTT",
    "scc": "SCC",
}

_LOGGER: Final = logging.getLogger("ttconv")
_LOGGER.addHandler(logging.NullHandler())
_LOGGER.propagate = False  # it logs what it passes over, line by line
_PASSED_OVER: Final = frozenset(
    {
        "Invalid TTI timecode",
        "Subtitle TCO is less than or equal to TCI; omitting subtitle",
        "Invalid line %s",
        "Invalid timestamp %s at %s",
    }
)
"""Messages of ttconv's on a text whose times it cannot use, which it leaves out."""


@dataclass(frozen=True, slots=True)
class CaptionDocument:
    """What a file of timed text holds."""

    format: str
    """`ebu_stl`, `ttml`, `srt`, `webvtt` or `scc`."""
    language: str
    """As the file writes it, empty when it does not say."""
    cues: Sequence[Cue]
    mistimed: int = 0
    """Texts that are not among them, since their times cannot be used."""


def read_captions(data: bytes, length: Fraction, start: Fraction | None) -> CaptionDocument:
    """Return the cues of a file on the clock of an asset of `length` seconds.

    Times of a file count from its start, from the asset's start timecode (`start`, in seconds), from the
    start that an EBU STL file states, or from a full hour: the first of these counts that lays most cues
    within the asset. Raises MediaError: `empty`, `not_media` for another kind of file, `unreadable` for a
    damaged one, a document type declaration or elements nested too deeply.
    """
    if len(data) > MAX_FILE_BYTES:
        most = MAX_FILE_BYTES >> 20
        said = say("subtitles.large", "The file of subtitles is larger than {most} MiB.", most=most)
        raise MediaError(UNREADABLE, said)
    if not data:
        raise MediaError(EMPTY, say("subtitles.empty", "The file of subtitles is empty (0 bytes)."))
    if not data.strip(b"\0 \t\r\n"):
        said = say("subtitles.blank", "The file of subtitles is empty but for zero bytes and white space.")
        raise MediaError(EMPTY, said)
    name = _format_of(data)
    try:
        with _passed_over() as passed_over:
            document, language = _READERS[name](data)
        if document is None:
            raise ValueError(f"no {name} document")
        cues = list(cues_of(document, length + _TIMES_OF_A_DAY))
    except MediaError:
        raise
    except Exception as error:
        said = say(
            "subtitles.damaged", "The {format} file cannot be read; it may be damaged.", format=_NAMES[name]
        )
        raise MediaError(UNREADABLE, said) from error
    label_second = _SECOND_WITHOUT_DROPS if name == "scc" and b";" not in data else Fraction(1)
    starts = _stated_starts(data, name, start)
    return CaptionDocument(name, language, _on_clock(cues, length, starts, label_second), passed_over.count)


class _PassedOver(logging.Handler):
    """Counts the texts that ttconv left out, by what it logs."""

    count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += record.msg in _PASSED_OVER


@contextmanager
def _passed_over() -> Iterator[_PassedOver]:
    """Count what ttconv leaves out inside the context."""
    passed_over = _PassedOver(logging.WARNING)
    _LOGGER.addHandler(passed_over)
    try:
        yield passed_over
    finally:
        _LOGGER.removeHandler(passed_over)


def warm_up() -> None:
    """Read a file of every format and encoding: codecs and parts of the readers load at first use."""
    texts = [
        "WEBVTT\n\n00:00.000 --> 00:01.000\na\n",
        "1\n00:00:00,000 --> 00:00:01,000\n<i>a</i>\n",
        "Scenarist_SCC V1.0\n\n00:00:00:00\t9420 e161 942f\n",
        '<tt xmlns="http://www.w3.org/ns/ttml" xml:lang=""><body><div><p>a</p></div></body></tt>',
    ]
    for text in texts:
        for encoding in ("utf-8-sig", "utf-16", "cp1252"):
            with suppress(MediaError):
                read_captions(text.encode(encoding), Fraction(1), None)
    with suppress(MediaError):
        read_captions(b"850STL25.01100" + bytes(2000), Fraction(1), None)


def read_scc(text: str, length: Fraction) -> list[Cue]:
    """Return the cues of captions whose labels count from the asset's start. Raises MediaError."""
    try:
        return list(cues_of(ttconv.scc.reader.to_model(text), length + _TIMES_OF_A_DAY))
    except Exception as error:
        said = say("captions.unreadable", "The captions inside the pictures cannot be read.")
        raise MediaError(UNREADABLE, said) from error


def read_ttml(data: bytes) -> tuple[Any, str]:
    """Return document and language of TTML, IMSC or EBU-TT-D. Raises MediaError (`unreadable`)."""
    _check_xml(data)
    root = ET.fromstring(data)  # noqa: S314 - neither entities nor deep nesting are left in it
    language = root.get("{http://www.w3.org/XML/1998/namespace}lang", "")
    document = ttconv.imsc.reader.to_model(ET.ElementTree(root))
    if document is None:
        raise MediaError(UNREADABLE, say("ttml.none", "The XML document is no TTML: its root is not `tt`."))
    return document, language


def _check_xml(data: bytes) -> None:
    """Raise MediaError for entities, which bombs and references to other files need, and for deep nesting."""
    depth = 0

    def refuse(*_: Any) -> None:
        said = say("ttml.doctype", "The TTML file has a document type declaration, which is not read.")
        raise MediaError(UNREADABLE, said)

    def enter(*_: Any) -> None:
        nonlocal depth
        depth += 1
        if depth > _MAX_DEPTH:
            said = say(
                "ttml.deep", "The TTML file has elements nested more than {most} deep.", most=_MAX_DEPTH
            )
            raise MediaError(UNREADABLE, said)

    def leave(*_: Any) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler, parser.EndElementHandler = enter, leave
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        said = say("ttml.broken", "The TTML file is no well-formed XML ({why}).", why=error)
        raise MediaError(UNREADABLE, said) from error


def _read_stl(data: bytes) -> tuple[Any, str]:
    return ttconv.stl.reader.to_model(io.BytesIO(data)), ""


def _read_srt(data: bytes) -> tuple[Any, str]:
    text = _SRT_TIMES.sub(lambda found: _srt_times(found.groups()), _decoded(data))
    return ttconv.srt.reader.to_model(io.StringIO(text)), ""


def _srt_times(parts: Sequence[str]) -> str:
    times = [
        f"{int(hours):02d}:{minutes}:{seconds},{fraction:0<3}"
        for hours, minutes, seconds, fraction in (parts[:4], parts[4:])
    ]
    return " --> ".join(times)


def _read_webvtt(data: bytes) -> tuple[Any, str]:
    return ttconv.vtt.reader.to_model(io.StringIO(_decoded(data))), ""


def _read_scc(data: bytes) -> tuple[Any, str]:
    return ttconv.scc.reader.to_model(_decoded(data)), ""


_READERS: Final[Mapping[str, Callable[[bytes], tuple[Any, str]]]] = {
    "ebu_stl": _read_stl,
    "ttml": read_ttml,
    "srt": _read_srt,
    "webvtt": _read_webvtt,
    "scc": _read_scc,
}


def _format_of(data: bytes) -> str:
    if data[:3].isdigit() and data[3:6] == b"STL" and len(data) >= 1024:
        return "ebu_stl"
    text = _decoded(data[:4096]).lstrip("\ufeff")
    if text.startswith("WEBVTT"):
        return "webvtt"
    if text.startswith("Scenarist_SCC"):
        return "scc"
    if text.lstrip().startswith("<"):
        return "ttml"
    if _SRT.match(text):
        return "srt"
    raise MediaError(
        NOT_MEDIA,
        say(
            "subtitles.format",
            "The file of subtitles is in no format that is read (EBU STL, TTML, SRT, WebVTT, SCC).",
        ),
    )


def _decoded(data: bytes) -> str:
    """Return text in UTF-16 or UTF-8 by its mark, UTF-8, or else Windows-1252, as old SRT files are."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data[: len(data) // 2 * 2].decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _stated_starts(data: bytes, name: str, start: Fraction | None) -> list[Fraction]:
    """Return the seconds that a file's times may count from, besides 0 and a full hour."""
    found = [] if start is None else [start]
    if name == "ebu_stl" and (label := data[256:264]).isdigit():  # TCP of the GSI block (EBU Tech 3264)
        hours, minutes, seconds = int(label[:2]), int(label[2:4]), int(label[4:6])
        found.append(Fraction(hours * _HOUR + minutes * 60 + seconds))
    return found


def _on_clock(
    cues: Sequence[Cue], length: Fraction, starts: Sequence[Fraction], label_second: Fraction
) -> list[Cue]:
    """Return cues that count from the best of 0, `starts` and a full hour; these are seconds of labels."""
    if not cues:
        return []
    hours = Fraction(min(cue.start for cue in cues) // (_HOUR * label_second) * _HOUR)
    candidates = [Fraction(0), *(label_second * start for start in (*starts, hours))]
    inside = [sum(0 <= cue.start - start < length for cue in cues) for start in candidates]
    return shifted(cues, -candidates[inside.index(max(inside))])
