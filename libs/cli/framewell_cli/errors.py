"""Errors that a person can act on, each with the exit code of the command."""

from __future__ import annotations

from typing import ClassVar


class CommandError(Exception):
    """What happened, to what, and what to do next; printed on one line without a traceback."""

    exit_code: ClassVar[int] = 1
    title: ClassVar[str] = "The command failed"
    """What kind of error it is, the same every time, for programs."""


class UsageProblem(CommandError):
    """The command was asked for something that makes no sense."""

    exit_code: ClassVar[int] = 2
    title: ClassVar[str] = "The command was used wrongly"


class MeshUnreachable(CommandError):
    """No mesh answers where this command looked for one."""

    exit_code: ClassVar[int] = 3
    title: ClassVar[str] = "The mesh cannot be reached"
