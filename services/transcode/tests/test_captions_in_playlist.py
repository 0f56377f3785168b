"""Subtitles and captions of an asset are tracks of its playlist; what cannot be read is missing in words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from av.stream import Disposition

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell.media.v1 import media_pb2
from framewell.media.v1.media_service_pb2 import GetTimelineRequest, ReadObjectRequest
from framewell_media.captions.cues import Unread
from framewell_media.testing import Clip, make_clip
from framewell_media.testing.captioned import SubtitleTrack, write_captioned
from framewell_media.testing.line21 import erase, pop_on, write_with_captions
from framewell_transcode.adapters.sandboxed_captions import SandboxedCaptions
from framewell_transcode.ports.processors import EmbeddedCaptions
from framewell_transcode.testing import Transcode
from framewell_transcode.transcoding.caption_playlists import caption_renditions

EVENING = (
    "WEBVTT\n\n00:00:00.500 --> 00:00:02.000\nGuten Abend\n\n00:00:02.500 --> 00:00:03.000\nZwei\nZeilen\n"
)


async def with_subtitles(transcode: Transcode, path: Path, *codecs: str) -> AssetIngested:
    asset = await transcode.ingested(path)
    asset.tracks.add(index=0, kind=media_pb2.TRACK_KIND_VIDEO, codec="h264")
    for number, codec in enumerate(codecs):
        asset.tracks.add(index=number + 1, kind=media_pb2.TRACK_KIND_SUBTITLE, codec=codec)
    return asset


async def beside(transcode: Transcode, content: str, name: str) -> media_pb2.CaptionFile:
    stored = await transcode.bench.objects.put(content.encode(), media_type="text/plain", suffix=".srt")
    return media_pb2.CaptionFile(file=stored, language="ger", name=name)


async def master_of(transcode: Transcode, playlist: media_pb2.ObjectRef) -> str:
    return (await transcode.bench.objects.read(playlist)).decode()


async def test_subtitle_tracks_play_with_language_and_purpose(transcode: Transcode, tmp_path: Path) -> None:
    tracks = [
        SubtitleTrack(metadata={"language": "ger", "title": "Deutsch"}, disposition=Disposition.default),
        SubtitleTrack(metadata={"language": "eng"}, disposition=Disposition.hearing_impaired),
    ]
    asset = await with_subtitles(transcode, write_captioned(tmp_path / "two.mkv", tracks), "srt", "srt")
    ended = await transcode.transcode(asset)
    assert [(one.language, one.kind, one.cue_count) for one in ended.captions] == [
        ("de", media_pb2.CAPTION_KIND_SUBTITLES, 2),
        ("en", media_pb2.CAPTION_KIND_CAPTIONS, 2),
    ]
    assert list(ended.missing) == []
    master = await master_of(transcode, ended.playlist)
    german, english = re.findall(r"#EXT-X-MEDIA:TYPE=SUBTITLES,.*", master)
    assert 'NAME="Deutsch",DEFAULT=YES,AUTOSELECT=YES,FORCED=NO,LANGUAGE="de"' in german
    assert "DEFAULT=NO" in english
    assert "transcribes-spoken-dialog" in english
    assert 'SUBTITLES="text"' in master
    playlist = re.search(r'URI="\.\./([^"]+)"', german)
    assert playlist is not None
    lines = (await transcode.bench.objects.read(playlist[1])).decode().splitlines()
    assert lines[-3:] == ["#EXTINF:4.000000,", f"../{ended.captions[0].cues.key}", "#EXT-X-ENDLIST"]
    assert (await transcode.bench.objects.read(ended.captions[0].cues)).decode() == EVENING
    assert list((await transcode.index(ended)).captions) == list(ended.captions)


async def test_cues_can_be_read_by_who_may_read_the_asset(transcode: Transcode, tmp_path: Path) -> None:
    clip = write_captioned(tmp_path / "read.mkv", [SubtitleTrack()])
    ended = await transcode.transcode(await with_subtitles(transcode, clip, "srt"))
    timeline = await transcode.bench.call("GetTimeline", GetTimelineRequest(asset_id=ended.work.asset_id))
    assert list(timeline.captions) == list(ended.captions)
    request = ReadObjectRequest(asset_id=ended.work.asset_id, key=ended.captions[0].cues.key)
    pieces = [piece.data async for piece in transcode.bench.stream("ReadObject", request)]
    assert b"".join(pieces).decode() == EVENING


async def test_captions_inside_pictures_are_found_by_the_plan(transcode: Transcode, tmp_path: Path) -> None:
    clip = write_with_captions(tmp_path / "inside.ts", {10: pop_on("HELLO"), 100: erase()}, b_frames=2)
    ended = await transcode.transcode(await transcode.ingested(clip))
    (track,) = ended.captions
    assert (track.format, track.kind, track.title) == ("eia_608", media_pb2.CAPTION_KIND_CAPTIONS, "CC1")
    assert "HELLO" in (await transcode.bench.objects.read(track.cues)).decode()


async def test_a_file_beside_the_media_is_a_track(transcode: Transcode, tmp_path: Path) -> None:
    asset = await transcode.ingested(make_clip(tmp_path / "plain.mp4", Clip(frames=50)))
    asset.caption_files.append(
        await beside(transcode, "1\n00:00:00,500 --> 00:00:01,000\nGr\u00fc\u00dfe\n", "gruss.srt")
    )
    ended = await transcode.transcode(asset)
    (track,) = ended.captions
    assert (track.format, track.language, track.title) == ("srt", "de", "gruss.srt")
    assert not track.HasField("track_index")


async def test_a_file_that_cannot_be_read_is_missing_and_the_asset_plays(
    transcode: Transcode, tmp_path: Path
) -> None:
    asset = await transcode.ingested(make_clip(tmp_path / "broken.mp4", Clip(frames=50)))
    bomb = '<!DOCTYPE tt [<!ENTITY x SYSTEM "file:///etc/passwd">]><tt xmlns="http://www.w3.org/ns/ttml">&x;</tt>'
    asset.caption_files.append(await beside(transcode, bomb, "bomb.ttml"))
    ended = await transcode.transcode(asset)
    assert ended.outcome.HasField("done")
    assert list(ended.captions) == []
    (sentence,) = ended.missing
    assert sentence.startswith("The subtitles 'bomb.ttml' are missing: The TTML file has a document type")


async def test_texts_that_are_not_shown_are_told(transcode: Transcode, tmp_path: Path) -> None:
    clip = write_captioned(tmp_path / "late.mkv", [SubtitleTrack(texts=[(0, 900, "a"), (9000, 9500, "b")])])
    asset = await with_subtitles(transcode, clip, "srt")
    content = (
        "1\n00:00:00,500 --> 00:00:01,000\na\n\n2\n00:00:03,000 --> 00:00:02,000\nb\n\n"
        "3\n00:00:07,000 --> 00:00:08,000\nc\n\n"
    )
    asset.caption_files.append(await beside(transcode, content, "late.srt"))
    ended = await transcode.transcode(asset)
    assert [track.cue_count for track in ended.captions] == [1, 1]
    assert list(ended.missing) == [
        "Texts of the subtitles of track 1 are not shown: 1 before or behind the programme.",
        "Texts of the subtitles 'late.srt' are not shown: 1 before or behind the programme; 1 with an end "
        "before its beginning, or times that cannot be read.",
    ]


@pytest.mark.parametrize(
    ("why", "reason"),
    [
        (Unread.PICTURES, "they are dvbsub, which are pictures and no text"),
        (Unread.UNKNOWN, "they are teletext, or in an unknown codec"),
        (Unread.DAMAGED, "they are damaged"),
        (Unread.BEYOND, "there are more than an asset can have"),
    ],
)
async def test_a_track_of_which_nothing_is_read_is_told_with_the_reason(
    transcode: Transcode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, why: Unread, reason: str
) -> None:
    async def embedded(*_: object) -> EmbeddedCaptions:
        return EmbeddedCaptions((), ((1, why),))

    monkeypatch.setattr(SandboxedCaptions, "embedded", embedded)
    path = make_clip(tmp_path / "plain.mp4", Clip(frames=10, sound=False))
    ended = await transcode.transcode(await with_subtitles(transcode, path, "dvbsub"))
    assert list(ended.missing) == [f"The subtitles of track 1 are not read: {reason}."]


async def test_text_of_what_may_not_be_analysed_is_played(transcode: Transcode, tmp_path: Path) -> None:
    clip = write_captioned(tmp_path / "withheld.mkv", [SubtitleTrack()])
    asset = await with_subtitles(transcode, clip, "srt")
    await transcode.decide(asset.work.asset_id, 2, allowed=False)
    ended = await transcode.transcode(asset)
    assert len(ended.captions) == 1


@pytest.mark.parametrize("title", ['a "quoted"\nname', "", "Deutsch"])
def test_names_in_the_playlist_differ_and_hold_no_quotes(title: str) -> None:
    track = media_pb2.CaptionTrack(title=title, is_default=True)
    first, second = caption_renditions([("ab/ab1.m3u8", track), ("ab/ab2.m3u8", track)])
    names = [re.findall(r'NAME="([^"]*)"', line) for line in (first, second)]
    assert len(names[0]) == len(names[1]) == 1
    assert names[0] != names[1]
    assert ("DEFAULT=YES" in first, "DEFAULT=YES" in second) == (True, False)
