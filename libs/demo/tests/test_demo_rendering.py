"""What the demo draws: captions stand still, the ticker runs, real footage is used as its entry says."""

from __future__ import annotations

import wave
from itertools import islice
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from framewell_demo import media
from framewell_demo.media import prepare
from framewell_demo.rendering.encoder import write_programme
from framewell_demo.rendering.footage import pan, regraded, to_and_fro
from framewell_demo.rendering.graphics import HEIGHT, TICKER_TOP, WIDTH, Overlay, Ticker
from framewell_demo.rendering.programmes import MAN, TICKER_NAME, broken_file
from framewell_demo.rendering.sound import RATE, mix, read_speech
from framewell_demo.sources import Sources, SourcesMissingError, open_sources


def blank() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.zeros((HEIGHT, WIDTH, 3), np.uint8)


def test_a_panel_covers_its_own_place_and_nothing_else() -> None:
    picture = blank()
    Overlay(100, 500, np.full((40, 60, 3), 255, np.uint8)).paste(picture)
    assert picture.sum() == 40 * 60 * 3 * 255
    assert picture[500:540, 100:160].min() == 255


def test_the_ticker_moves_from_picture_to_picture_and_leaves_the_rest_alone() -> None:
    strip = np.arange((HEIGHT - TICKER_TOP) * 3000 * 3, dtype=np.int64) % 251
    ticker = Ticker(strip.astype(np.uint8).reshape(HEIGHT - TICKER_TOP, 3000, 3))
    first, second = blank(), blank()
    ticker.paste(first, 0)
    ticker.paste(second, 1)
    assert not first[:TICKER_TOP].any()
    assert np.array_equal(first[TICKER_TOP:, 4:], second[TICKER_TOP:, :-4])


def test_the_man_is_fiction_and_the_ticker_names_somebody_else() -> None:
    assert "fiktiv" in MAN.role
    assert TICKER_NAME not in MAN.name


def test_a_short_clip_goes_to_and_fro_without_a_jump() -> None:
    pictures = [np.full((2, 2, 3), number, np.uint8) for number in range(4)]
    shown = [int(picture[0, 0, 0]) for picture in islice(to_and_fro(pictures), 9)]
    assert shown == [0, 1, 2, 3, 2, 1, 0, 1, 2]


def test_the_regraded_portrait_is_mirrored_and_darker() -> None:
    portrait = Image.new("RGB", (64, 64), (120, 120, 120))
    portrait.paste((200, 200, 200), (0, 0, 32, 64))
    changed = np.asarray(regraded(portrait)).astype(int)
    assert changed[:, 40:].mean() > changed[:, :24].mean()
    assert changed.mean() < np.asarray(portrait).mean()


def test_a_pan_moves_over_the_portrait() -> None:
    ramp = np.tile(np.linspace(0, 255, 512, dtype=np.uint8)[:, None, None], (1, 512, 3))
    first, *_, last = pan(Image.fromarray(ramp), 5)
    assert first.shape == (HEIGHT, WIDTH, 3)
    assert last[:TICKER_TOP].mean() > first[:TICKER_TOP].mean()


def test_speech_keeps_its_length_and_is_placed_where_it_is_said(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "speech.wav"), "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(16_000)
        writer.writeframes(np.full(16_000, 1000, np.int16).tobytes())
    speech = read_speech(tmp_path / "speech.wav")
    assert len(speech) == RATE
    track = mix(4.0, [(2.0, speech)])
    assert len(track) == 4 * RATE
    assert not track[RATE : 2 * RATE].any()
    assert track[2 * RATE + 10] == 1000


def test_a_programme_has_its_timecode_its_pictures_and_its_sound(tmp_path: Path) -> None:
    pictures = (np.full((HEIGHT, WIDTH, 3), number * 10, np.uint8) for number in range(10))
    write_programme(tmp_path / "short.mp4", pictures, mix(0.4, []), "Title")
    with av.open(str(tmp_path / "short.mp4")) as container:
        assert container.streams.video[0].frames == 10
        assert container.streams.video[0].metadata["timecode"] == "10:00:00:00"
        assert container.streams.audio[0].rate == RATE
    assert [path.name for path in tmp_path.iterdir()] == ["short.mp4"]


def test_media_without_its_sources_says_how_to_get_them(tmp_path: Path) -> None:
    with pytest.raises(SourcesMissingError, match="make setup"):
        prepare(Sources(tmp_path, open_sources().entries), tmp_path / "programmes")


def test_programmes_lie_at_fixed_paths_and_are_drawn_anew_only_for_other_sources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The README names them; a half-drawn folder never has their name."""
    drawn: list[str] = []

    def draw(studio: object, target: Path) -> None:
        drawn.append(target.name)
        target.write_bytes(b"film")

    monkeypatch.setattr(media, "_RENDERED", {"programme-a.mp4": draw})
    monkeypatch.setattr(Sources, "check", lambda sources: None)
    monkeypatch.setattr(media.Studio, "open", lambda sources: None)
    monkeypatch.setattr(media, "broken_file", draw)
    sources, folder = Sources(tmp_path / "sources", open_sources().entries), tmp_path / "programmes"
    assert prepare(sources, folder).programme_a == folder / "programme-a.mp4"
    prepare(sources, folder)
    assert drawn == ["programme-a.mp4", "broken.mp4"]
    prepare(Sources(sources.folder, sources.entries[1:]), folder)
    assert len(drawn) == 4


def test_the_broken_file_is_the_head_of_a_film_without_its_index(tmp_path: Path) -> None:
    film = b"\x00\x00\x00\x20ftypisom" + b"\x00" * 20 + b"mdat" + b"\x17" * 4000 + b"moov" + b"\x01" * 400
    sources = Sources(tmp_path, open_sources().entries)
    sources.path("bikes").write_bytes(film)
    broken_file(sources, tmp_path / "broken.mp4")
    cut = (tmp_path / "broken.mp4").read_bytes()
    assert cut.startswith(film[:32])
    assert b"moov" not in cut
