"""What can go wrong with media, distinguished by who has to act."""

from __future__ import annotations

from typing import Final

EMPTY: Final = "empty"
NOT_MEDIA: Final = "not_media"
MISLABELLED: Final = "mislabelled"
UNREADABLE: Final = "unreadable"
NO_CONTENT: Final = "no_content"


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

    `cause` is `signal`, `memory`, `processor`, `time`, `output` or `exit`.
    """

    def __init__(self, cause: str, detail: str) -> None:
        super().__init__(detail)
        self.cause = cause
        self.detail = detail


class JobFailed(SandboxError):
    """The job raised something that is no verdict on the file: a bug, reported with type and message."""
