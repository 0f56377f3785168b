"""Why an asset is not taken in: a code for programs, a sentence for the person who sent it."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from framewell.media.v1.media_pb2 import ObjectRef
from framewell_contracts.sentences import Sentence, say
from framewell_kit.outcomes import Busy

UNREACHABLE: Final = "unreachable"
FORBIDDEN: Final = "forbidden"
TOO_LARGE: Final = "too_large"
WRONG_HASH: Final = "wrong_hash"
UNREADABLE: Final = "unreadable"
DUPLICATE: Final = "duplicate"
CANCELLED: Final = "cancelled"
FAILED: Final = "failed"

_GROWING_RETRY_SECONDS: Final = 5.0


class Refused(Exception):
    """The media cannot be taken in, and trying again would not help."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class SourceUnavailable(Busy):
    """The place that media is to come from does not answer now; after some hours that is a refusal."""


def tried_for(why: str, time: timedelta) -> Sentence:
    """Return that a place did not answer for so long that it is given up."""
    return say("fetch.tried", "{why}; it was tried for {time}.", why=why, time=time)


class StillGrowing(Busy):
    """The file changed while it was copied; `partial` is what was stored of it."""

    def __init__(self, file_name: str, partial: ObjectRef) -> None:
        said = say("file_grows", "the file {file} is still being written", file=repr(file_name))
        super().__init__(said, retry_after=_GROWING_RETRY_SECONDS)
        self.partial = partial
