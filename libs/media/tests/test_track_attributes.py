"""Every track is described completely: codec, picture, colour, sound, language, roles, programme."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import pytest
from av.stream import Disposition

from framewell.media.v1 import media_pb2
from framewell_media.jobs.probe import MAX_TRACKS
from framewell_media.languages import bcp47
from framewell_media.probing import probe
from framewell_media.programmes import programme_numbers
from framewell_media.sandbox import Sandbox
from framewell_media.testing import Clip, make_clip
from framewell_media.testing.captioned import SubtitleTrack, dark_picture, write_captioned


async def tracks_of(sandbox: Sandbox, path: Path) -> Sequence[media_pb2.Track]:
    return (await probe(sandbox, path, file_name=path.name)).tracks


async def test_pictures_are_described_with_profile_level_depth_colour_and_fields(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    hlg = {"color_primaries": 9, "color_trc": 18, "colorspace": 9, "color_range": 1}
    (track,) = await tracks_of(
        sandbox, write_captioned(tmp_path / "hlg.mkv", pixel_format="yuv422p10le", context=hlg)
    )
    assert (track.codec, track.profile, track.pixel_format, track.bit_depth) == (
        "h264",
        "High 4:2:2",
        "yuv422p10le",
        10,
    )
    assert (track.level, track.coded_width, track.coded_height) == ("1.2", 320, 180)
    colour = track.colour
    assert (colour.primaries, colour.transfer, colour.matrix) == ("bt2020", "arib-std-b67", "bt2020nc")
    assert colour.range == media_pb2.COLOUR_RANGE_LIMITED
    assert track.field_order == media_pb2.FIELD_ORDER_PROGRESSIVE


async def test_interlaced_pictures_say_which_field_comes_first(sandbox: Sandbox, tmp_path: Path) -> None:
    clip = Clip(frames=20, width=720, height=576, options={"x264-params": "tff=1:threads=1"}, sound=False)
    (track,) = await tracks_of(sandbox, make_clip(tmp_path / "tff.mp4", clip))
    assert track.field_order == media_pb2.FIELD_ORDER_TOP_FIRST


@pytest.mark.parametrize(
    ("stored", "order"),
    [
        ("tt", media_pb2.FIELD_ORDER_TOP_FIRST),
        ("bb", media_pb2.FIELD_ORDER_BOTTOM_FIRST),
        ("tb", media_pb2.FIELD_ORDER_TOP_FIRST),
        ("bt", media_pb2.FIELD_ORDER_BOTTOM_FIRST),
    ],
)
async def test_interlaced_quicktime_says_which_field_is_shown_first(
    sandbox: Sandbox, tmp_path: Path, stored: str, order: media_pb2.FieldOrder.ValueType
) -> None:
    movie = tmp_path / "fields.mov"
    with av.open(str(movie), "w") as output:
        stream = output.add_stream(
            "prores_ks",
            rate=25,
            width=320,
            height=180,
            pix_fmt="yuv422p10le",
            options={"field_order": stored},
        )
        output.mux(stream.encode(dark_picture(0, "yuv422p10le")))
        output.mux(stream.encode(None))
    (track,) = await tracks_of(sandbox, movie)
    assert track.field_order == order


async def test_an_anamorphic_track_tells_its_coded_size_beside_the_displayed_one(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    wide = Clip(codec="mpeg2video", width=360, height=288, sample_aspect_ratio=Fraction(16, 11), sound=False)
    (track,) = await tracks_of(sandbox, make_clip(tmp_path / "wide.mxf", wide))
    assert (track.width, track.height, track.coded_width, track.coded_height) == (512, 288, 360, 288)
    assert (track.profile, track.level) == ("Main", "Main")


async def test_sound_is_described_with_layout_format_depth_and_rate(sandbox: Sandbox, tmp_path: Path) -> None:
    with av.open(str(tmp_path / "six.wav"), "w") as output:
        stream = output.add_stream("pcm_s24le", rate=48_000, layout="5.1")
        frame = av.AudioFrame(format="s32", layout="5.1", samples=4800)
        frame.sample_rate = 48_000
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    (track,) = await tracks_of(sandbox, tmp_path / "six.wav")
    assert (track.channels, track.channel_layout, track.bit_depth) == (6, "5.1", 24)
    assert (track.sample_format, track.bit_rate) == ("s32", 48_000 * 24 * 6)


async def test_languages_titles_defaults_and_roles_of_tracks_are_kept(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    subtitles = [
        SubtitleTrack(metadata={"language": "ger", "title": "Deutsch"}, disposition=Disposition.default),
        SubtitleTrack(metadata={"language": "swe"}, disposition=Disposition.hearing_impaired),
        SubtitleTrack(metadata={"language": "und"}, disposition=Disposition.forced),
    ]
    _, german, swedish, unknown = await tracks_of(sandbox, write_captioned(tmp_path / "clip.mkv", subtitles))
    assert (german.language, german.title, german.is_default) == ("de", "Deutsch", True)
    assert (swedish.language, list(swedish.roles)) == ("sv", [media_pb2.TRACK_ROLE_HEARING_IMPAIRED])
    assert (unknown.language, list(unknown.roles)) == ("", [media_pb2.TRACK_ROLE_FORCED])
    assert not swedish.is_default


async def test_a_title_is_one_line_of_bounded_length(sandbox: Sandbox, tmp_path: Path) -> None:
    title = "Abend\n\x1b[31mnachrichten " + "x" * 5000
    _, track = await tracks_of(
        sandbox, write_captioned(tmp_path / "clip.mkv", [SubtitleTrack(metadata={"title": title})])
    )
    assert track.title.startswith("Abend [31mnachrichten xxx")
    assert len(track.title) == 300


async def test_the_timecode_of_a_track_is_told(sandbox: Sandbox, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mov", Clip(frames=10, timecode="10:00:00:00", sound=False))
    assert (await tracks_of(sandbox, clip))[0].timecode == "10:00:00:00"


async def test_a_track_of_a_transport_stream_names_its_pid_and_its_programme(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    tracks = await tracks_of(sandbox, make_clip(tmp_path / "clip.ts", Clip(frames=10)))
    assert [(track.container_id, track.programme_number) for track in tracks] == [(0x100, 1), (0x101, 1)]


async def test_a_file_of_a_thousand_tracks_is_described_in_bounds(sandbox: Sandbox, tmp_path: Path) -> None:
    crowd = write_captioned(tmp_path / "crowd.mkv", [SubtitleTrack()] * (MAX_TRACKS + 50))
    assert len(await tracks_of(sandbox, crowd)) == MAX_TRACKS


def test_what_a_file_calls_its_service_is_no_programme() -> None:
    class Described:
        def dumps_format(self) -> str:
            return (
                "Input #0, mpegts, from '':\n  Program 101 \n    Metadata:\n      service_name    : One\n"
                "                      :   Program 77 \n  Stream #0:1[0x102]: Audio: mp2\n"
                "  Program 102 \n  Stream #0:0[0x100]: Video: mpeg2video\n"
                "  No Program\n  Stream #0:2[0x1]: Data\n"
            )

    assert programme_numbers(Described()) == {1: 101, 0: 102}


@pytest.mark.parametrize(
    ("code", "tag"),
    [
        ("ger", "de"),
        ("deu", "de"),
        ("de-ch", "de-CH"),
        ("zh-hant", "zh-Hant"),
        ("und", ""),
        ("mul", ""),
        ("", ""),
        ("xxx", ""),
        ("english", ""),
        ("de\0", "de"),
        ("d" * 5000, ""),
        ("\u0434\u0435", ""),
    ],
)
def test_language_codes_become_bcp_47_tags(code: str, tag: str) -> None:
    assert bcp47(code) == tag
