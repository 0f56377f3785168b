"""A file is taken for what it is, or refused in words its sender understands."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import PIL.Image
import pytest

from framewell_media.errors import MediaError
from framewell_media.probing import Probe, probe
from framewell_media.sandbox import Sandbox
from framewell_media.testing import Clip, make_clip
from framewell_media.testing.clips import beeps


async def refused(sandbox: Sandbox, path: Path) -> tuple[str, str]:
    with pytest.raises(MediaError) as verdict:
        await probe(sandbox, path, file_name=path.name)
    return verdict.value.code, verdict.value.detail


async def accepted(sandbox: Sandbox, path: Path) -> Probe:
    return await probe(sandbox, path, file_name=path.name)


@pytest.mark.parametrize(
    ("content", "code", "says"),
    [
        (b"", "empty", "0 bytes"),
        (b"Dear archive, the tape follows by post.\n" * 20, "not_media", "plain text"),
        (b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n", "not_media", "playlist"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "not_media", "list of other files"),
        (b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\n", "not_media", "session description"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "not_media", "PDF"),
        (bytes(100_000), "not_media", "zero bytes"),
        (b"\0\0\0\x10ftypisom\0\0\2\0\0\0\0\x18mdat0123456789abcdef", "unreadable", "moov"),
        (b"\x1aE\xdf\xa3" + b"\x42" * 5000, "unreadable", "cannot be opened"),
        (b"\xff\xd8\xff\xe0" + b"\x00\x10JFIF" + b"\x07" * 500, "unreadable", "picture"),
    ],
)
async def test_what_is_no_media_is_refused_by_name(
    sandbox: Sandbox, tmp_path: Path, content: bytes, code: str, says: str
) -> None:
    (tmp_path / "clip.mp4").write_bytes(content)
    found, detail = await refused(sandbox, tmp_path / "clip.mp4")
    assert (found, says in detail) == (code, True), detail


@pytest.mark.parametrize("name", ["clip.mp4", "clip.mkv", "clip.avi"])
async def test_a_file_cut_off_in_transfer_is_refused_with_both_lengths(
    sandbox: Sandbox, tmp_path: Path, name: str
) -> None:
    codec = "mpeg4" if name.endswith("avi") else "libx264"
    whole = make_clip(tmp_path / name, Clip(codec=codec)).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    code, detail = await refused(sandbox, tmp_path / name)
    assert code == "unreadable"
    assert f"{len(whole) // 2:,}" in detail


async def test_a_cut_off_file_with_its_index_in_front_is_refused_too(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    clip = Clip(container_options={"movflags": "faststart"})
    whole = make_clip(tmp_path / "clip.mp4", clip).read_bytes()
    (tmp_path / "clip.mp4").write_bytes(whole[: len(whole) // 2])
    assert (await refused(sandbox, tmp_path / "clip.mp4"))[0] == "unreadable"


@pytest.mark.parametrize("name", ["zero.mkv", "zero.mp4", "zero.mov"])
async def test_a_track_without_a_single_frame_has_no_content(
    sandbox: Sandbox, tmp_path: Path, name: str
) -> None:
    with av.open(str(tmp_path / name), "w") as output:
        stream = output.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        output.start_encoding()
    code, detail = await refused(sandbox, tmp_path / name)
    assert code == "no_content", detail


async def test_a_name_that_promises_another_kind_of_media_is_mislabelled(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    PIL.Image.new("RGB", (64, 64), "red").save(tmp_path / "clip.png")
    (tmp_path / "clip.png").rename(tmp_path / "clip.mp4")
    code, detail = await refused(sandbox, tmp_path / "clip.mp4")
    assert code == "mislabelled"
    assert "image/png" in detail


async def test_another_container_of_the_same_kind_is_no_offence(sandbox: Sandbox, tmp_path: Path) -> None:
    make_clip(tmp_path / "clip.ts").rename(tmp_path / "clip.mp4")
    found = await accepted(sandbox, tmp_path / "clip.mp4")
    assert (found.kind, found.container, found.suffix) == ("video", "mpegts", ".ts")


@pytest.mark.parametrize("suffix", [".ts", ".mp4", ".mov", ".mkv", ".avi", ".mpg", ".webm"])
async def test_the_name_of_a_container_that_holds_either_promises_no_pictures(
    sandbox: Sandbox, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"radio{suffix}"
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libopus" if suffix == ".webm" else "mp2", rate=48_000, layout="mono")
        for block in beeps(1.0):
            output.mux(stream.encode(block))
        output.mux(stream.encode(None))
    assert (await accepted(sandbox, path)).kind == "audio"


async def test_tracks_are_described_as_displayed(sandbox: Sandbox, tmp_path: Path) -> None:
    wide = Clip(codec="mpeg2video", width=360, height=288, sample_aspect_ratio=Fraction(16, 11), sound=False)
    found = await accepted(sandbox, make_clip(tmp_path / "wide.mxf", wide))
    assert (found.tracks[0].width, found.tracks[0].height) == (512, 288)
    found = await accepted(sandbox, make_clip(tmp_path / "clip.mp4"))
    assert [track.codec for track in found.tracks] == ["h264", "aac"]
    assert found.tracks[1].sample_rate == 48_000


async def test_sound_alone_and_stills_are_assets_of_their_own_kind(sandbox: Sandbox, tmp_path: Path) -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = 6  # turn 90 degrees clockwise to look at it
    PIL.Image.new("RGB", (64, 32), "red").save(tmp_path / "photo.jpg", exif=exif)
    still = await accepted(sandbox, tmp_path / "photo.jpg")
    assert (still.kind, still.tracks[0].width, still.tracks[0].height) == ("still", 32, 64)
    with av.open(str(tmp_path / "sound.wav"), "w") as output:
        stream = output.add_stream("pcm_s16le", rate=48_000, layout="mono")
        for block in beeps(1.0):
            for packet in stream.encode(block):
                output.mux(packet)
    sound = await accepted(sandbox, tmp_path / "sound.wav")
    assert (sound.kind, sound.media_type) == ("audio", "audio/wav")
