"""What is said as captions: a WebVTT file (W3C WebVTT 1)."""

import html
from collections.abc import Iterable
from datetime import timedelta

from framewell.media.v1.media_pb2 import Observation

WEBVTT_MEDIA_TYPE = "text/vtt"


def webvtt(sentences: Iterable[Observation]) -> str:
    """Return sentences in order of time as a WebVTT file, one cue each."""
    return "\n".join(["WEBVTT\n", *(_cue(one) for one in sentences)])


def _cue(sentence: Observation) -> str:
    heard = sentence.speech_attributes
    start, end = (_timestamp(at.ToTimedelta()) for at in (heard.start, heard.end))
    return f"{start} --> {end}\n{html.escape(sentence.text, quote=False)}\n"


def _timestamp(at: timedelta) -> str:
    minutes, rest = divmod(round(at.total_seconds() * 1000), 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}.{rest % 1000:03d}"
