"""Subtitles and captions become timed text on the asset's clock, and hostile ones are refused in words."""

from __future__ import annotations

import random
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest
from av.stream import Disposition

from framewell_media.captions.cues import MAX_CUE_CHARACTERS, MAX_CUES, Cue, LeftOut, Unread, tidy, webvtt
from framewell_media.captions.embedded import read_embedded
from framewell_media.captions.files import read_captions
from framewell_media.captions.line21 import CaptionChannels, Field, byte_pairs
from framewell_media.errors import MediaError
from framewell_media.sandbox import Limits, Sandbox
from framewell_media.source_clock import ClockRun, SourceClock
from framewell_media.testing import Clip, make_clip
from framewell_media.testing.captioned import SubtitleTrack, write_captioned
from framewell_media.testing.line21 import erase, pop_on, write_with_captions

LIMITS = Limits(memory_bytes=1 << 30, cpu_seconds=30, wall_seconds=60, output_bytes=64 << 20)
START_AT_ZERO = [["0", "4", "0", None]]


@dataclass(frozen=True, slots=True)
class Read:
    """What a job answered, and what it wrote."""

    answer: Mapping[str, Any]
    text: str

    def track(self, number: int) -> str:
        """Return the WebVTT of one track."""
        begin = sum(track["length"] for track in self.answer["tracks"][:number])
        return self.text.encode()[begin : begin + self.answer["tracks"][number]["length"]].decode()


async def run(sandbox: Sandbox, job: str, source: Path, **parameters: Any) -> Read:
    output = source.with_suffix(".out")
    answer = await sandbox.run(job, parameters, inputs=[source], outputs=[output], limits=LIMITS)
    return Read(answer, output.read_text())


async def embedded(sandbox: Sandbox, source: Path, clock: Any = None, seconds: str = "4") -> Read:
    if clock is None:
        clock = START_AT_ZERO
    return await run(sandbox, "read_embedded_captions", source, clock=clock, seconds=seconds)


def written(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


async def beside(
    sandbox: Sandbox, path: Path, content: bytes | str, *, seconds: str = "60", start: str | None = None
) -> Read:
    return await run(sandbox, "read_caption_file", written(path, content), seconds=seconds, start=start)


async def refused(sandbox: Sandbox, path: Path, content: bytes | str) -> tuple[str, str]:
    with pytest.raises(MediaError) as verdict:
        await beside(sandbox, path, content)
    return verdict.value.code, verdict.value.detail


def first_pts(clip: Path) -> Fraction:
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        return Fraction(stream.start_time or 0) * (stream.time_base or 1)


EVENING = (
    "WEBVTT\n\n00:00:00.500 --> 00:00:02.000\nGuten Abend\n\n00:00:02.500 --> 00:00:03.000\nZwei\nZeilen\n"
)


@pytest.mark.parametrize(
    ("suffix", "codec", "name"),
    [
        ("mkv", "subrip", "srt"),
        ("mkv", "ass", "ssa"),
        ("mkv", "webvtt", "webvtt"),
        ("mp4", "mov_text", "mov_text"),
        ("mp4", "ttml", "ttml"),
    ],
)
async def test_subtitle_tracks_of_a_container_are_read(
    sandbox: Sandbox, tmp_path: Path, suffix: str, codec: str, name: str
) -> None:
    read = await embedded(sandbox, write_captioned(tmp_path / f"clip.{suffix}", [SubtitleTrack(codec)]))
    assert read.text == EVENING
    (track,) = read.answer["tracks"]
    assert (track["format"], track["kind"], track["cue_count"], track["track_index"]) == (
        name,
        "subtitles",
        2,
        1,
    )
    assert read.answer["unread"] == []


async def test_every_track_keeps_its_language_title_and_purpose(sandbox: Sandbox, tmp_path: Path) -> None:
    tracks = [
        SubtitleTrack(metadata={"language": "ger", "title": "Deutsch"}, disposition=Disposition.default),
        SubtitleTrack(
            metadata={"language": "eng"},
            disposition=Disposition.hearing_impaired,
            texts=[(0, 1000, "[music] <b>\u266a</b> & more")],
        ),
        SubtitleTrack(metadata={"language": "fre"}, disposition=Disposition.forced),
    ]
    read = await embedded(sandbox, write_captioned(tmp_path / "clip.mkv", tracks))
    found = [(one["language"], one["kind"], one["title"]) for one in read.answer["tracks"]]
    assert found == [("ger", "subtitles", "Deutsch"), ("eng", "captions", ""), ("fre", "forced", "")]
    assert [one["is_default"] for one in read.answer["tracks"]] == [True, False, False]
    assert "[music] &lt;" in read.track(1) or "[music] \u266a &amp; more" in read.track(1)


SCC = "Scenarist_SCC V1.0\n\n"
HELLO = "94ae 94ae 9420 9420 9470 9470 c8e5 ecec ef80 942f 942f"


async def test_a_track_of_captions_is_read_to_its_end(sandbox: Sandbox, tmp_path: Path) -> None:
    second_channel = HELLO.replace("94", "1c")
    scc = f"{SCC}00:00:00:10\t{HELLO}\n\n00:00:02:00\t942c 942c\n\n00:00:02:10\t{second_channel}\n\n"
    read = await embedded(sandbox, write_captioned(tmp_path / "clip.mov", scc=scc))
    assert [(one["format"], one["kind"], one["title"]) for one in read.answer["tracks"]] == [
        ("eia_608", "captions", "CC1"),
        ("eia_608", "captions", "CC2"),
    ]
    times = [read.track(number).splitlines()[2:] for number in (0, 1)]
    assert times == [
        ["00:00:00.634 --> 00:00:02.002", "Hello"],
        ["00:00:02.636 --> 00:00:04.000", "Hello"],
    ]


async def test_cues_stand_on_the_clock_of_the_asset_and_inside_it(sandbox: Sandbox, tmp_path: Path) -> None:
    clip = write_captioned(tmp_path / "clip.mkv", [SubtitleTrack()])
    read = await embedded(sandbox, clip, clock=[["1", "3", "0", None]], seconds="1.8")
    assert read.text == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nGuten Abend\n\n"
        "00:00:01.500 --> 00:00:01.800\nZwei\nZeilen\n"
    )


@pytest.mark.parametrize("b_frames", [0, 2])
async def test_captions_inside_pictures_are_read_in_order_of_presentation(
    sandbox: Sandbox, tmp_path: Path, b_frames: int
) -> None:
    captions = {10: pop_on("HELLO WORLD"), 60: pop_on("SECOND"), 100: erase()}
    clip = write_with_captions(tmp_path / "clip.ts", captions, b_frames=b_frames)
    read = await embedded(sandbox, clip, clock=[[str(first_pts(clip)), "9", "0", None]], seconds="6")
    (track,) = read.answer["tracks"]
    assert (track["format"], track["kind"], track["title"]) == ("eia_608", "captions", "CC1")
    lines = read.text.splitlines()
    assert [lines[3], lines[6]] == ["HELLO WORLD", "SECOND"]
    start, end = (_seconds(time) for time in lines[2].split(" --> "))
    assert start == pytest.approx((10 + len(pop_on("HELLO WORLD")) - 2) / 25, abs=0.1)
    assert end == pytest.approx((60 + len(pop_on("SECOND")) - 2) / 25, abs=0.1)


def test_a_second_channel_and_extended_data_are_told_apart() -> None:
    field = Field()
    for pair in [*pop_on("ONE"), (0x01, 0x03), (0x41, 0x42), (0x0F, 0x1D), *pop_on("TWO", channel=1)]:
        field.take(Fraction(1), *pair)
    first, second = ([(a, b) for _, a, b in words] for words in field.words)
    assert first == [(0x14, 0x20), (0x14, 0x2E), (0x14, 0x70), (0x4F, 0x4E), (0x45, 0), (0x14, 0x2F)]
    assert second == [(0x14, 0x20), (0x14, 0x2E), (0x14, 0x70), (0x54, 0x57), (0x4F, 0), (0x14, 0x2F)]


def test_pictures_without_captions_cost_nothing() -> None:
    channels = CaptionChannels()
    channels.take(Fraction(0), byte_pairs(b"\0\0\1\x65" + bytes(5000)))
    assert list(channels.files()) == []


async def test_a_container_without_text_has_none(sandbox: Sandbox, tmp_path: Path) -> None:
    read = await embedded(sandbox, make_clip(tmp_path / "clip.ts", Clip(frames=10)))
    assert (read.answer["tracks"], read.text) == ([], "")


TTML = """<?xml version="1.0" encoding="UTF-8"?>
<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttp="http://www.w3.org/ns/ttml#parameter" xml:lang="de"
 ttp:timeBase="media"><body begin="1s"><div><p begin="00:00:01.000" end="00:00:03.000">Guten<br/>Abend</p>
<p begin="4s" end="6s">
<span begin="0s" end="1s">Eins</span><span begin="1s">Zwei</span></p></div></body></tt>"""


async def test_ttml_is_read_with_nested_times_and_its_language(sandbox: Sandbox, tmp_path: Path) -> None:
    read = await beside(sandbox, tmp_path / "de.xml", TTML)
    assert (read.answer["format"], read.answer["language"]) == ("ttml", "de")
    assert read.text == (
        "WEBVTT\n\n00:00:02.000 --> 00:00:04.000\nGuten\nAbend\n\n00:00:05.000 --> 00:00:06.000\nEins\n\n"
        "00:00:06.000 --> 00:00:07.000\nZwei\n"
    )


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("1\r\n00:00:01,000 --> 00:00:02,500\r\nGr\xfc\xdfe\r\n\r\n".encode("cp1252"), "srt"),
        ("\ufeff1\n00:00:01,000 --> 00:00:02,500\nGr\xfc\xdfe\n\n".encode("utf-16"), "srt"),
        ("\ufeff1\n00:00:01,000 --> 00:00:02,500\n<i>Gr\xfc\xdfe</i>\n", "srt"),
        ("WEBVTT\n\nSTYLE\n::cue {}\n\none\n00:01.000 --> 00:02.500 line:0\n<v Eva>Gr\xfc\xdfe\n", "webvtt"),
    ],
)
async def test_srt_and_webvtt_are_read_in_any_encoding(
    sandbox: Sandbox, tmp_path: Path, content: bytes | str, name: str
) -> None:
    read = await beside(sandbox, tmp_path / "subtitles.srt", content)
    assert (read.answer["format"], read.text) == (
        name,
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nGr\xfc\xdfe\n",
    )


async def test_scc_is_read(sandbox: Sandbox, tmp_path: Path) -> None:
    content = "Scenarist_SCC V1.0\n\n01:00:01:00\t94ae 94ae 9420 9420 9470 9470 c8e5 ecec ef80 942f 942f\n\n"
    read = await beside(sandbox, tmp_path / "captions.scc", content + "01:00:04:00\t942c 942c\n")
    assert read.answer["format"] == "scc"
    assert read.text.splitlines()[3] == "Hello"
    assert read.text.splitlines()[2].startswith("00:00:01.")


def stl(*texts: tuple[int, int, str], programme_start: str = "10000000") -> bytes:
    """Return an EBU STL file (EBU Tech 3264) with these texts, in frames from the programme's start."""
    gsi = bytearray(b" " * 1024)
    gsi[0:14] = b"850STL25.01100"[:14]
    gsi[11:12], gsi[12:14], gsi[14:16] = b"1", b"00", b"08"
    gsi[236:256] = b"0000100001001400023" + b"0"
    gsi[238:243], gsi[243:248], gsi[248:251] = b"%05d" % len(texts), b"%05d" % len(texts), b"001"
    gsi[251:253], gsi[253:255], gsi[255:256] = b"40", b"23", b"1"
    gsi[256:264], gsi[264:272], gsi[272:274] = programme_start.encode(), b"10000000", b"11"
    blocks = [
        b"\0" + number.to_bytes(2, "little") + b"\xff\0" + _time(start) + _time(end) + b"\x14\x02\0"
        + text.encode("ascii").replace(b"\n", b"\x8a").ljust(112, b"\x8f")
        for number, (start, end, text) in enumerate(texts)
    ]  # fmt: skip
    return bytes(gsi) + b"".join(blocks)


def _time(frames: int) -> bytes:
    return bytes([10, frames // 1500, frames // 25 % 60, frames % 25])


async def test_ebu_stl_counts_from_the_start_of_its_programme(sandbox: Sandbox, tmp_path: Path) -> None:
    content = stl((25, 75, "Guten Abend"), (100, 150, "Zwei\nZeilen"))
    read = await beside(sandbox, tmp_path / "subtitles.stl", content)
    assert read.answer["format"] == "ebu_stl"
    assert read.text == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:03.000\nGuten Abend\n\n"
        "00:00:04.000 --> 00:00:06.000\nZwei\nZeilen\n"
    )


async def test_times_count_from_the_timecode_of_the_asset_where_that_fits(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    content = stl((25, 75, "Guten Abend"), programme_start="00000000")
    read = await beside(sandbox, tmp_path / "subtitles.stl", content, start="36000", seconds="10")
    assert read.text.splitlines()[2] == "00:00:01.000 --> 00:00:03.000"


BOMB = '<?xml version="1.0"?><!DOCTYPE tt [<!ENTITY a "aaaaaaaaaa">{}]><tt xmlns="http://www.w3.org/ns/ttml">&{};</tt>'


@pytest.mark.parametrize(
    ("content", "code", "says"),
    [
        (b"", "empty", "empty"),
        (bytes(500), "empty", "empty"),
        (bytes(9 << 20), "unreadable", "larger than 8 MiB"),
        ("1\n00:00:01,000 --> 00:00:02,000\na\n\nno number\n", "unreadable", "SRT"),
        (b"GIF89a" * 100, "not_media", "EBU STL, TTML"),
        ("<html><body>hello</body></html>", "unreadable", "no TTML"),
        (TTML[:200], "unreadable", "well-formed"),
        (
            BOMB.format(
                "".join(
                    f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
                ),
                "i",
            ),
            "unreadable",
            "document type",
        ),
        (
            '<!DOCTYPE tt [<!ENTITY x SYSTEM "file:///etc/passwd">]><tt xmlns="http://www.w3.org/ns/ttml">&x;</tt>',
            "unreadable",
            "document type",
        ),
        (
            '<tt xmlns="http://www.w3.org/ns/ttml"><body>'
            + "<div>" * 5000
            + "</div>" * 5000
            + "</body></tt>",
            "unreadable",
            "deep",
        ),
        (stl((25, 75, "x"))[:1100], "unreadable", "EBU STL"),
        ("WEBVTT\n\nnothing here\n", "no_content", "no text"),
        ("1\n00:00:01,000 --> 00:00:02,000\n\n", "no_content", "no text"),
        ("Scenarist_SCC V1.0\n\n99:99:99:99\tzzzz\n", "unreadable", "SCC"),
    ],
)
async def test_what_is_no_timed_text_is_refused_in_words(
    sandbox: Sandbox, tmp_path: Path, content: bytes | str, code: str, says: str
) -> None:
    found, detail = await refused(sandbox, tmp_path / "subtitles", content)
    assert (found, says in detail) == (code, True), detail


SEEDS = (
    TTML.encode(),
    stl((25, 75, "Guten Abend"), (100, 150, "Zwei\nZeilen")),
    EVENING.encode(),
    b"1\n00:00:01,000 --> 00:00:02,500\n<i>Guten Abend</i>\n\n" * 5,
    b"Scenarist_SCC V1.0\n\n01:00:01:00\t94ae 94ae 9420 9420 9470 9470 c8e5 ecec ef80 942f 942f\n\n" * 5,
)


@pytest.mark.parametrize("content", SEEDS, ids=["ttml", "stl", "webvtt", "srt", "scc"])
def test_damaged_files_are_read_or_refused_and_never_fail_otherwise(content: bytes) -> None:
    for seed in range(60):
        data = damaged(content, random.Random(seed))
        with suppress(MediaError):
            document = read_captions(data, Fraction(60), Fraction(36_000))
            tidy(document.cues, Fraction(60), mistimed=document.mistimed)


TTML_INVERTED = """<tt xmlns="http://www.w3.org/ns/ttml"><body><div><p begin="3s" end="2s">inverted</p>
<p begin="1s" end="2s">shown</p><p begin="99s" end="100s">behind</p>
<p begin="5s" end="5s"> </p></div></body></tt>"""


@pytest.mark.parametrize(
    ("content", "left_out"),
    [
        (
            "1\n00:00:01,000 --> 00:00:02,000\nshown\n\n2\n00:00:03,000 --> 00:00:02,000\ninverted\n\n"
            "3\n00:01:39,000 --> 00:01:40,000\nbehind\n\n",
            LeftOut(outside=1, mistimed=1),
        ),
        (
            "WEBVTT\n\n00:01.000 --> 00:02.000\nshown\n\n00:03.000 --> 00:02.000\ninverted\n\n"
            "00:0x.000 --> 00:02.000\nno time\n",
            LeftOut(mistimed=2),
        ),
        (stl((25, 50, "shown"), (75, 50, "inverted"), (2500, 2600, "behind")), LeftOut(1, 1)),
        (TTML_INVERTED, LeftOut(1, 1)),
    ],
    ids=["srt", "webvtt", "stl", "ttml"],
)
async def test_texts_that_are_not_shown_are_counted_by_reason(
    sandbox: Sandbox, tmp_path: Path, content: bytes | str, left_out: LeftOut
) -> None:
    read = await beside(sandbox, tmp_path / "subtitles", content)
    assert read.text.splitlines()[2:] == ["00:00:01.000 --> 00:00:02.000", "shown"]
    assert LeftOut(**read.answer["left_out"]) == left_out


def unread(clip: Path) -> list[tuple[int, Unread]]:
    clock = SourceClock((ClockRun(Fraction(0), Fraction(4), Fraction(0), None),))
    with av.open(str(clip)) as container:
        return read_embedded(container, container.streams.video[0], clock, Fraction(4))[1]


def test_tracks_of_which_nothing_is_read_say_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clip = write_captioned(tmp_path / "clip.mkv", [SubtitleTrack("subrip"), SubtitleTrack("ass")])
    assert unread(clip) == []
    monkeypatch.setattr("framewell_media.captions.embedded.MAX_TRACKS", 1)
    assert unread(clip) == [(2, Unread.BEYOND)]
    captions = write_captioned(tmp_path / "clip.mov", scc=f"{SCC}00:00:00:10\t{HELLO}\n\n")
    assert unread(captions) == []

    def damaged(*_: Any) -> None:
        raise MediaError("unreadable", "The captions cannot be read.")

    monkeypatch.setattr("framewell_media.captions.embedded.read_scc", damaged)
    assert unread(captions) == [(1, Unread.DAMAGED)]


async def test_texts_of_a_track_behind_the_asset_are_counted(sandbox: Sandbox, tmp_path: Path) -> None:
    clip = write_captioned(tmp_path / "clip.mkv", [SubtitleTrack()])
    read = await embedded(sandbox, clip, seconds="0.4")
    assert read.answer["tracks"] == []
    assert read.answer["left_out"] == [[1, {"outside": 2, "mistimed": 0, "beyond": 0}]]


def test_no_more_texts_are_taken_than_a_track_may_hold() -> None:
    cues = [Cue(Fraction(number), None, "a") for number in range(MAX_CUES + 3)]
    text = tidy(cues, Fraction(MAX_CUES))
    assert (len(text.cues), text.left_out) == (MAX_CUES, LeftOut(beyond=3))


async def test_srt_is_read_with_other_signs_in_its_times(sandbox: Sandbox, tmp_path: Path) -> None:
    read = await beside(sandbox, tmp_path / "a.srt", "1\n0:00:01.5-->0:00:02.250\nText\n\n")
    assert read.text.splitlines()[2:] == ["00:00:01.500 --> 00:00:02.250", "Text"]


def damaged(content: bytes, chance: random.Random) -> bytes:
    """Return content with bytes changed, left out, repeated and put in."""
    data = bytearray(content)
    for _ in range(chance.randrange(1, 20)):
        at = chance.randrange(len(data))
        match chance.randrange(4):
            case 0:
                data[at] = chance.randrange(256)
            case 1 if len(data) > 100:
                del data[at : at + chance.randrange(1, 40)]
            case 2:
                data[at:at] = data[at : at + chance.randrange(1, 60)] * 3
            case _:
                data[at:at] = chance.randbytes(chance.randrange(1, 9))
    return bytes(data)


def test_cues_are_bounded_ordered_and_inside_the_asset() -> None:
    cues = [
        Cue(Fraction(5), Fraction(4), "ends before it begins"),
        Cue(Fraction(8), None, "open"),
        Cue(Fraction(1), None, "until the next"),
        Cue(Fraction(-1), Fraction(1, 2), "\x1b[31m a \n\n\0b " + "x" * 9000),
        Cue(Fraction(2), Fraction(3), "  \n "),
        Cue(Fraction(99), Fraction(100), "behind the end"),
    ]
    text = tidy(cues, Fraction(10))
    found = text.cues
    assert text.left_out == LeftOut(outside=1, mistimed=1)
    assert [(float(cue.start), float(cue.end or 0)) for cue in found] == [(0, 0.5), (1, 5), (8, 10)]
    assert found[0].text.startswith("[31m a\nb xxx")
    assert len(found[0].text) == MAX_CUE_CHARACTERS


def test_webvtt_cannot_be_broken_by_a_text() -> None:
    text = webvtt([Cue(Fraction(0), Fraction(3601), "a --> b\n<script>")])
    assert text == "WEBVTT\n\n00:00:00.000 --> 01:00:01.000\na --&gt; b\n&lt;script&gt;\n"


def _seconds(timestamp: str) -> float:
    hours, minutes, seconds = timestamp.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
