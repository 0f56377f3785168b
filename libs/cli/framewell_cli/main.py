"""The `framewell` command.

A command's module is imported only when that command runs: `framewell status` must answer at once. Other
packages add commands through the entry-point group `framewell.commands`, as the demo does.
"""

from __future__ import annotations

import errno
import logging
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Annotated, Any, Final

import typer
from typer.exceptions import TyperException
from typer.main import get_command

from framewell_cli.completion import NAME, typed_so_far
from framewell_cli.console import json_text
from framewell_cli.errors import CommandError, UsageProblem
from framewell_cli.help_text import made_readable
from framewell_cli.plain_text import harmless
from framewell_embedded.errors import CannotStart

COMMANDS: Final[dict[str, str]] = {
    "up": "framewell_cli.mesh.commands:up",
    "down": "framewell_cli.mesh.commands:down",
    "status": "framewell_cli.mesh.commands:status",
    "doctor": "framewell_cli.mesh.doctor.command:doctor",
    "scale": "framewell_cli.mesh.scale_command:scale",
    "completion": "framewell_cli.completion:completion",
    "settings": "framewell_cli.mesh.settings:settings",
    "users": "framewell_cli.commands.users:app",
    "topics": "framewell_cli.mesh.topics:app",
    "scale-in": "framewell_cli.mesh.scale_in:scale_in",
    "events": "framewell_cli.events:app",
    "dlq": "framewell_cli.dlq:app",
    "ingest": "framewell_cli.commands.ingest:ingest",
    "watch-folder": "framewell_cli.commands.watch_folder:watch_folder",
    "receive": "framewell_cli.commands.receive:receive",
    "watch": "framewell_cli.commands.assets:watch",
    "assets": "framewell_cli.commands.assets:assets",
    "show": "framewell_cli.commands.assets:show",
    "frame": "framewell_cli.commands.frame:frame",
    "why": "framewell_cli.commands.assets:why",
    "cancel": "framewell_cli.commands.asset_changes:cancel",
    "reprocess": "framewell_cli.commands.asset_changes:reprocess",
    "remove": "framewell_cli.commands.asset_changes:remove",
    "tune": "framewell_cli.commands.tune:tune",
    "search": "framewell_cli.commands.search:search",
    "similar": "framewell_cli.commands.similar:similar",
    "review": "framewell_cli.commands.review:app",
    "people": "framewell_cli.commands.people:app",
    "dataset": "framewell_cli.commands.dataset:app",
    "rights": "framewell_cli.commands.rights:app",
    "erase": "framewell_cli.erasure.command:erase",
    "audit": "framewell_cli.audit.commands:app",
    "train": "framewell_cli.commands.train:app",
    "models": "framewell_cli.models:app",
    "reanalyse": "framewell_cli.commands.reanalyse:app",
}
"""Name → `module:function`, or `module:app` for a Typer app with commands of its own; in the help's order."""

VERSION_OPTION: Final = "--version"
GATEWAY_OPTIONS: Final[Mapping[str, str]] = {"--gateway": "FRAMEWELL_REST", "--ca": "FRAMEWELL_CA"}
"""Options before every command, which stand for these variables."""
_NOISE: Final = re.compile(r"Value error, |, unable to parse string as (an integer|a number)")
"""What the library that checks values adds to its sentences."""

EMPTY: Final[Mapping[str, Any]] = MappingProxyType({})

PLUGINS: Final = "framewell.commands"
"""The entry-point group whose entries are commands as well: name → `module:function` or `module:app`."""


def all_commands() -> dict[str, str]:
    """Return the commands of this package, then those of installed packages; ours win over theirs."""
    added = {one.name: one.value for one in entry_points(group=PLUGINS) if one.name not in COMMANDS}
    return {**COMMANDS, **added}


def build(names: Iterable[str]) -> typer.Typer:
    """Return the command with these subcommands; only their modules are imported."""
    names = [*names]
    places = COMMANDS if COMMANDS.keys() >= {*names} else all_commands()
    app = typer.Typer(
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        help="Framewell: media in, reviewed samples and your own models out.",
    )
    app.callback()(_options)
    for name in names:
        module, _, attribute = places[name].partition(":")
        target = getattr(import_module(module), attribute)
        if isinstance(target, typer.Typer):
            app.add_typer(target, name=name)
        else:
            app.command(name)(target)
    return app


def _print_version(asked: bool) -> None:
    if asked:
        from framewell_cli.version import version_text  # noqa: PLC0415 - asks for the commit

        typer.echo(version_text())
        raise typer.Exit


def _options(
    version: Annotated[  # noqa: ARG001 - its own callback takes it
        bool,
        typer.Option(
            VERSION_OPTION, help="Show the version and exit.", callback=_print_version, is_eager=True
        ),
    ] = False,
    gateway: Annotated[
        str,
        typer.Option(
            "--gateway",
            metavar="URL",
            help="The gateway to ask, such as https://mesh.example:7410; else FRAMEWELL_REST, or the mesh of"
            " this folder.",
        ),
    ] = "",
    ca: Annotated[
        str,
        typer.Option(
            "--ca",
            metavar="FILE",
            help="PEM file of the authorities that may vouch for the gateway; else FRAMEWELL_CA, or "
            "the system's.",
        ),
    ] = "",
) -> None:
    """Take the options before a command; with a callback, typer makes a subcommand of a single command."""
    for variable, value in zip(GATEWAY_OPTIONS.values(), (gateway, ca), strict=True):
        if value:
            os.environ[variable] = value  # commands read it, and so do the programs that they start


def main() -> None:
    """Run the command. Exit codes: 0 done, 1 failed, 2 usage, 3 the mesh cannot be reached, 130 Ctrl-C."""
    logging.getLogger().addHandler(logging.NullHandler())  # people read our errors, not the logs of libraries
    try:
        asked = typed_so_far()
        commands = build(_wanted(_from_command_on(sys.argv[1:] if asked is None else asked)[:1]))
        code = made_readable(get_command(commands))(prog_name=NAME, standalone_mode=False)
    except CommandError as error:
        said = "\n".join((str(error), *getattr(error, "__notes__", ())))
        code = _failed(said, error.exit_code, error.title, _gateways_problem(error))
    except CannotStart as error:
        code = _failed(str(error), 1, CommandError.title)
    except TyperException as error:
        code = _misused(error)
    except OSError as error:
        sentence = _reason(error)
        if not sentence:
            raise
        code = _failed(sentence, 1, CommandError.title)
    except (KeyboardInterrupt, typer.Abort):
        code = 130
    sys.exit(code)


def _reason(error: OSError) -> str:
    """Return what is wrong with the machine, in one sentence; empty where it may be a bug."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full, where this command writes or where its output goes: {error}"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS) and error.filename:
        return (
            f"{error.filename} may not be read or written by this user ({error.strerror}): run the command as"
            " the owner of the folder, or in a folder that you may write."
        )
    return ""


def _from_command_on(words: Sequence[str]) -> Sequence[str]:
    """Return the words without the options before the command that have a value."""
    while words and words[0].partition("=")[0] in GATEWAY_OPTIONS:
        words = words[1:] if "=" in words[0] else words[2:]
    return words


def _wanted(asked: Sequence[str]) -> Sequence[str]:
    """Return the commands to import: the one that is asked for, else all, for the help."""
    if asked in ([VERSION_OPTION], *([name] for name in COMMANDS)):
        return [name for name in asked if name in COMMANDS]
    known = all_commands()
    return asked if asked and asked[0] in known else [*known]


def _misused(error: TyperException) -> int:
    """Print what is wrong with the words of the command; nothing where its help was printed instead."""
    context: typer.Context | None = getattr(error, "ctx", None)
    message = _NOISE.sub("", error.format_message())
    if message:
        path = context.command_path if context else NAME
        sentence = message if message.endswith((".", "?")) else f"{message}."
        _failed(f"{path}: {sentence} See '{path} --help'.", error.exit_code, UsageProblem.title)
    return error.exit_code


def _failed(sentence: str, exit_code: int, title: str, problem: Mapping[str, Any] = EMPTY) -> int:
    """Print why on standard error, as a problem in JSON with --json (RFC 9457), and return the exit code."""
    if "--json" in sys.argv[1:]:
        document = {"title": title, **problem, "detail": sentence, "exit_code": exit_code}
        typer.echo(json_text(document), err=True)
    else:
        typer.echo(harmless(sentence), err=True)
    return exit_code


def _gateways_problem(error: CommandError) -> Mapping[str, Any]:
    """Return the problem that the gateway answered with, where that is the cause."""
    problem: Mapping[str, Any] = getattr(error.__cause__, "problem", EMPTY)
    return problem


if __name__ == "__main__":
    main()
