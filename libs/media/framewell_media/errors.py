"""What can go wrong with media, distinguished by who has to act."""

from __future__ import annotations

from typing import Final

from framewell_contracts.sentences import Sentence, say

EMPTY: Final = "empty"
NOT_MEDIA: Final = "not_media"
MISLABELLED: Final = "mislabelled"
UNREADABLE: Final = "unreadable"
NO_CONTENT: Final = "no_content"

NO_BYTES: Final = say("media.empty", "The file is empty (0 bytes).")
NO_SOUND_TRACK: Final = say("sound.no_track", "The file has no sound track that can be decoded.")
NO_SAMPLES: Final = say("sound.nothing", "Not one sample came out of the sound track.")
NO_PICTURES: Final = say("media.empty_video", "The file has a video track but not a single picture in it.")


_TOO_SLOW: Final = say(
    "crash.time",
    "Reading it takes longer than is allowed here. It may be very large, or damaged: send it in parts, or a "
    "repaired copy.",
)
_EXPLANATIONS: Final = {
    "memory": say(
        "crash.memory",
        "Reading it takes more memory than is allowed here. It may be very large, or damaged: send a smaller "
        "or a repaired copy.",
    ),
    "processor": _TOO_SLOW,
    "time": _TOO_SLOW,
    "output": say(
        "crash.output",
        "The decoder gave no usable result; the file is probably damaged: send a repaired copy.",
    ),
    "exit": say(
        "crash.exit", "Reading it was interrupted here, which is no fault of the file: send it again."
    ),
}
"""Causes of JobCrashed in words for whoever sent the file."""


class MediaError(Exception):
    """The file itself is at fault: trying again cannot help.

    `code` is one of the rejection codes of the mesh (the constants above);
    `detail` is a sentence for the person who sent the file.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class SandboxError(Exception):
    """The sandboxed process did not deliver; the file may or may not be the cause."""


class SandboxUnavailable(SandboxError):
    """This machine cannot give the protection that reading a hostile file needs; nothing was read."""


class JobCrashed(SandboxError):
    """The child died or was stopped: by a signal, or by its memory, processor or time limit.

    `cause` is `signal`, `memory`, `processor`, `time`, `output` or `exit`; `detail` is for the log.
    """

    def __init__(self, cause: str, detail: str) -> None:
        super().__init__(detail)
        self.cause = cause
        self.detail = detail

    @property
    def final(self) -> bool:
        """Return whether a next try would end the same: limits stay, a signal may be the machine's."""
        return self.cause in ("memory", "processor", "time", "output")

    @property
    def interrupted(self) -> bool:
        """Return whether somebody else ended the child, so that nothing is known of the file: try again."""
        return self.cause == "exit"

    @property
    def explanation(self) -> Sentence:
        """Return a sentence for the person who sent the file: what happened, and what to do."""
        if self.cause == "signal":
            return say(
                "crash.signal",
                "The decoder crashed on the file ({detail}), which is probably damaged: send a repaired "
                "copy.",
                detail=self.detail,
            )
        return _EXPLANATIONS[self.cause]


class JobFailed(SandboxError):
    """The job raised something that is no verdict on the file: a bug, reported with type and message."""
