"""What transcode holds of people, assets and holders of rights, store by store."""

from framewell_kit.holdings import EraseEachAsset, Holding, Holdings
from framewell_transcode.steps.forget_asset import ForgetAsset


def holdings(forget_asset: ForgetAsset) -> Holdings:
    """Return the table of the service. Objects of every kind are counted with the proxy's segments."""
    forget = EraseEachAsset(forget_asset)
    return Holdings(
        (
            Holding("assets", "how far an asset has come, and how it ended", forget),
            Holding("generations", "which generation of an asset was asked for last", forget),
            Holding("materials", "what was made of an asset for analysis", forget),
            Holding("parts", "plans and parts of an asset", forget),
            Holding("pictures", "which single pictures were asked for", forget),
            Holding("recordings", "where the segments of a recording lie", forget),
            Holding("segments", "segments of a recording, and how they were planned", forget),
            Holding("references", "which asset holds which object", forget),
            Holding("objects/video/iso.segment", "proxies", forget),
            Holding("objects/audio/iso.segment", "sound of the proxy", forget),
            Holding("objects/video/mp4", "headers of proxies", forget),
            Holding("objects/audio/mp4", "headers of sound", forget),
            Holding("objects/application/octet-stream", "sound that is being taken out", forget),
            Holding("objects/audio/flac", "sound to listen to speech in", forget),
            Holding("objects/image/jpeg", "single pictures that were asked for", forget),
            Holding("objects/application/vnd.apache.arrow.file", "frames and shot scores", forget),
            Holding("objects/application/vnd.apple.mpegurl", "playlists", forget),
            Holding("objects/text/vtt", "subtitles and captions of proxies", forget),
            Holding("objects/application/x-protobuf", "plans, timelines and shots", forget),
        )
    )
