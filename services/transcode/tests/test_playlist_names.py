"""Playlists have names that stay, whatever objects are behind them."""

from __future__ import annotations

from framewell_transcode.transcoding.playlists import (
    Rendition,
    SegmentEntry,
    SoundEntry,
    master_playlist,
    media_playlist,
    named,
)

TRACK = Rendition("ab/ab0.mp4", (SegmentEntry("cd/cd0.m4s", 2.0, 1000),))


def sound(key: str, language: str) -> SoundEntry:
    return SoundEntry(f"../{key}", TRACK, language, title='URI="said"')


def test_every_playlist_of_a_master_has_a_name() -> None:
    text = ['#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="text",NAME="de",URI="../ef/ef0.m3u8"']
    sounds = [sound("01/010.m3u8", "de"), sound("02/020.m3u8", "en")]
    master = master_playlist(video=("../ab/ab1.m3u8", TRACK), audio=sounds, text=text)
    renamed, uris = named(master)
    assert uris == {
        "sound-0.m3u8": "../01/010.m3u8",
        "sound-1.m3u8": "../02/020.m3u8",
        "text-0.m3u8": "../ef/ef0.m3u8",
        "main.m3u8": "../ab/ab1.m3u8",
    }
    back = renamed
    for name, uri in uris.items():
        assert name in renamed
        back = back.replace(name, uri)
    assert back == master


def test_of_sound_alone_the_first_one_is_what_plays() -> None:
    _, uris = named(
        master_playlist(video=None, audio=[sound("01/010.m3u8", "de"), sound("02/020.m3u8", "en")])
    )
    assert uris["main.m3u8"] == uris["sound-0.m3u8"] == "../01/010.m3u8"
    assert named(master_playlist(video=None, audio=[sound("01/010.m3u8", "")]))[1] == {
        "main.m3u8": "../01/010.m3u8"
    }


def test_a_playlist_that_grows_stays_an_event_when_it_has_ended() -> None:
    growing, ended = (media_playlist(TRACK, ended=one, grows=True) for one in (False, True))
    assert "#EXT-X-PLAYLIST-TYPE:EVENT" in growing
    assert ended == f"{growing}#EXT-X-ENDLIST\n"
    assert "#EXT-X-PLAYLIST-TYPE:VOD" in media_playlist(TRACK)
