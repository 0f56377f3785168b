"""The playlists of an asset by their names, as they are now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from framewell.media.v1.media_pb2 import ObjectRef
from framewell_contracts.sentences import say
from framewell_kit.objects.protocol import Objects
from framewell_kit.outcomes import Conflict, NotFound
from framewell_transcode.queries.play_recording import PLAYED_WHILE_RECORDED, PlayRecording
from framewell_transcode.queries.read_media import ReadMedia
from framewell_transcode.transcoding.playlists import MASTER, named


@dataclass(frozen=True, slots=True)
class Playlist:
    """A playlist, and the object that the master is; None while a recording runs."""

    text: str
    master: ObjectRef | None


@dataclass(frozen=True, slots=True)
class ReadPlaylist:
    """Read a playlist by its name; the master without one.

    The master of a recording under way names playlists that grow. Once the recording has ended it names the
    final ones, and those that grew get their end, with what they had before it unchanged. Raises NotFound
    for an unknown asset or name, Conflict before there is anything to play.
    """

    media: ReadMedia
    play_recording: PlayRecording
    objects: Objects

    async def __call__(self, asset_id: str, name: str) -> Playlist:
        name = name or MASTER
        if name in PLAYED_WHILE_RECORDED:
            growing = await self.play_recording(asset_id)
            if growing is not None and name in growing:
                return Playlist(growing[name], None)
        try:
            master = await self.media.playlist(asset_id)
        except (Conflict, NotFound):
            growing = await self.play_recording(asset_id)
            if growing is None:
                raise
            return Playlist(_of(asset_id, name, growing), None)
        text, uris = named((await self.objects.read(master)).decode())
        if name == MASTER:
            return Playlist(text, master)
        uri = _of(asset_id, name, {**uris, MASTER: ""})
        return Playlist((await self.objects.read(uri.removeprefix("../"))).decode(), master)


def _of(asset_id: str, name: str, playlists: Mapping[str, str]) -> str:
    if name not in playlists:
        raise NotFound(
            say(
                "playlist_unknown",
                "Asset {asset_id} has no playlist {playlist}, but {known}.",
                asset_id=asset_id,
                playlist=f"{name!r}",
                known=", ".join(sorted(playlists)),
            )
        )
    return playlists[name]
