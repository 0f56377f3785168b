"""What can go wrong with media, distinguished by who has to act."""

from __future__ import annotations

from typing import Final

EMPTY: Final = "empty"
NOT_MEDIA: Final = "not_media"
MISLABELLED: Final = "mislabelled"
UNREADABLE: Final = "unreadable"
NO_CONTENT: Final = "no_content"


_TOO_SLOW: Final = (
    "Reading it takes longer than is allowed here. It may be very large, or damaged: "
    "send it in parts, or a repaired copy."
)
_EXPLANATIONS: Final = {
    "memory": "Reading it takes more memory than is allowed here. It may be very large, or damaged: "
    "send a smaller or a repaired copy.",
    "processor": _TOO_SLOW,
    "time": _TOO_SLOW,
    "signal": "The decoder crashed on the file ({detail}), which is probably damaged: send a repaired copy.",
    "output": "The decoder gave no usable result; the file is probably damaged: send a repaired copy.",
    "exit": "Reading it was interrupted here, which is no fault of the file: send it again.",
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
    def explanation(self) -> str:
        """Return a sentence for the person who sent the file: what happened, and what to do."""
        return _EXPLANATIONS[self.cause].format(detail=self.detail)


class JobFailed(SandboxError):
    """The job raised something that is no verdict on the file: a bug, reported with type and message."""
