"""The help of commands, as a person reads it at a terminal of any width."""

from __future__ import annotations

import inspect
from typing import Any

import typer


def made_readable(command: Any) -> Any:
    """Return the command with its help, and that of those below it, in paragraphs to be folded.

    An option that takes no value shows no type: `--json`, not `--json <bool>`.
    """
    command.help = "\n\n".join(
        " ".join(paragraph.split()) for paragraph in inspect.cleandoc(command.help or "").split("\n\n")
    )
    for parameter in command.get_params(typer.Context(command)):
        if getattr(parameter, "is_flag", False) and parameter.metavar is None:
            parameter.metavar = ""
    for one in getattr(command, "commands", {}).values():
        made_readable(one)
    return command
