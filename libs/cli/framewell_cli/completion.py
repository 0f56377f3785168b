"""`framewell completion`: the script that lets a shell complete the words of this command."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import Annotated, Final

import typer
from typer._completion_classes import completion_init  # what typer's own option does, which asks the shell
from typer._completion_shared import get_completion_script

from framewell_cli.console import Json, print_json

NAME: Final = "framewell"
VARIABLE: Final = "_FRAMEWELL_COMPLETE"
"""The script sets it, `complete_<shell>`, when it asks which words may follow."""

_LINE_VARIABLES: Final = ("COMP_WORDS", "_TYPER_COMPLETE_ARGS")
"""What was typed so far: bash sets the first, zsh and fish the second."""


class Shell(StrEnum):
    """A shell that can complete."""

    bash = "bash"
    zsh = "zsh"
    fish = "fish"


def completion(shell: Annotated[Shell, typer.Argument(help="Your shell.")], as_json: Json = False) -> None:
    """Print the script that completes words of this command in your shell.

    bash, in ~/.bashrc: source <(framewell completion bash)

    zsh, in ~/.zshrc after compinit: source <(framewell completion zsh)

    fish: framewell completion fish > ~/.config/fish/completions/framewell.fish
    """
    script = get_completion_script(prog_name=NAME, complete_var=VARIABLE, shell=shell.value)
    if as_json:
        print_json({"shell": shell.value, "script": script})
    else:
        typer.echo(script)


def typed_so_far() -> list[str] | None:
    """Return the whole words after `framewell` that a shell wants completed; None where it is no shell.

    Makes the command library ready to answer.
    """
    if VARIABLE not in os.environ:
        return None
    completion_init()
    line = next((os.environ[name] for name in _LINE_VARIABLES if name in os.environ), "")
    return line.split()[1:] if line.endswith((" ", "\n")) else line.split()[1:-1]
