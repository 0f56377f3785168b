"""The right sound: that of the pictures' programme, the default one, the language asked for, pairs joined."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.stream import Disposition

from framewell_media.programmes import programme_numbers
from framewell_media.tracks import SoundTrack, sound_tracks


def write_tracks(path: Path, sounds: list[dict[str, Any]], *, codec: str = "aac") -> Path:
    """Write ten pictures and one second of every sound: `layout`, `language`, `flags`, `title`."""
    with av.open(str(path), "w") as output:
        pictures = output.add_stream("mpeg2video", rate=25)
        pictures.width, pictures.height, pictures.pix_fmt = 320, 192, "yuv420p"
        streams = []
        for sound in sounds:
            stream = output.add_stream(codec, rate=48_000)
            stream.layout = sound.get("layout", "stereo")
            for name in ("language", "title"):
                if name in sound:
                    stream.metadata[name] = sound[name]
            if "flags" in sound:
                stream.disposition = sound["flags"]
            streams.append(stream)
        for number in range(25):
            picture = av.VideoFrame.from_ndarray(np.full((192, 320, 3), number * 9, np.uint8))
            picture.pts, picture.time_base = number, Fraction(1, 25)
            output.mux(pictures.encode(picture))
            for stream in streams:
                samples = np.zeros((1, 1920 * stream.channels), np.int16)
                frame = av.AudioFrame.from_ndarray(samples, format="s16", layout=stream.layout.name)
                frame.sample_rate, frame.pts, frame.time_base = 48_000, number * 1920, Fraction(1, 48_000)
                output.mux(stream.encode(frame))
        for stream in (pictures, *streams):
            output.mux(stream.encode(None))
    return path


def tracks_of(path: Path, language: str = "") -> tuple[tuple[int, ...], ...]:
    with av.open(str(path)) as container:
        return tuple(track.indexes for track in sound_tracks(container, language))


def described(path: Path, get: Callable[[SoundTrack], object]) -> list[object]:
    with av.open(str(path)) as container:
        return [get(track) for track in sound_tracks(container)]


def test_neither_commentary_nor_description_is_the_main_sound(tmp_path: Path) -> None:
    flags = (Disposition.comment, Disposition.visual_impaired, Disposition.default)
    path = write_tracks(tmp_path / "a.mkv", [{"flags": flag} for flag in flags])
    assert tracks_of(path) == ((3,), (1,), (2,))
    assert described(path, lambda track: track.role) == ["main", "commentary", "description"]


def test_the_language_of_the_programme_counts_before_the_default_flag(tmp_path: Path) -> None:
    sounds = [{"language": "eng", "flags": Disposition.default}, {"language": "ger", "flags": 0}]
    path = write_tracks(tmp_path / "a.mkv", sounds)
    assert tracks_of(path) == ((1,), (2,))
    assert tracks_of(path, "de-AT") == ((2,), (1,))
    assert tracks_of(path, "fr") == ((1,), (2,))
    assert described(path, lambda track: track.language) == ["en", "de"]


@pytest.mark.parametrize(
    ("layouts", "expected"),
    [
        (["mono"] * 2, ((1, 2),)),
        (["mono"] * 4, ((1, 2), (3, 4))),
        (["mono"] * 3, ((1, 2), (3,))),
        (["stereo", "mono", "mono"], ((1,), (2, 3))),
    ],
)
def test_tracks_of_one_channel_are_joined_in_pairs(
    tmp_path: Path, layouts: list[str], expected: tuple[tuple[int, ...], ...]
) -> None:
    path = write_tracks(tmp_path / "a.mov", [{"layout": layout} for layout in layouts], codec="pcm_s16le")
    assert tracks_of(path) == expected


def test_one_channel_in_two_languages_is_no_pair(tmp_path: Path) -> None:
    sounds = [{"layout": "mono", "language": code} for code in ("eng", "fra")]
    assert tracks_of(write_tracks(tmp_path / "a.mov", sounds, codec="pcm_s16le")) == ((1,), (2,))


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg makes the stream of several programmes")
def test_of_several_programmes_the_sound_is_that_of_the_pictures(tmp_path: Path) -> None:
    path = tmp_path / "a.ts"
    sources = ("testsrc2=s=320x192:r=25:d=1", "sine=440:d=1", "sine=880:d=1", "sine=1000:d=1")
    inputs = [part for source in sources for part in ("-f", "lavfi", "-i", source)]
    programmes = ["-program", "program_num=1:st=0:st=1", "-program", "program_num=2:st=2:st=3"]
    maps = [part for number in (1, 2, 3, 0) for part in ("-map", str(number))]  # radios first
    command = [
        "ffmpeg",
        "-v",
        "error",
        *inputs,
        *maps,
        *programmes,
        "-c:v",
        "mpeg2video",
        "-c:a",
        "mp2",
        path,
    ]
    subprocess.run(command, check=True)
    with av.open(str(path)) as container:
        (sound,) = sound_tracks(container)
        pictures = container.streams.video[0]
        assert pictures.index > min(stream.index for stream in container.streams.audio)
        assert programme_numbers(container)[sound.indexes[0]] == programme_numbers(container)[pictures.index]
