"""The `framewell` command.

A command's module is imported only when that command runs: `framewell status` must answer at once. Other
packages add commands through the entry-point group `framewell.commands`, as the demo does.
"""

from __future__ import annotations

import errno
import logging
import sys
from collections.abc import Iterable
from importlib import import_module
from importlib.metadata import entry_points
from typing import Final

import typer

from framewell_cli.errors import CommandError
from framewell_cli.plain_text import harmless
from framewell_embedded.errors import CannotStart

COMMANDS: Final[dict[str, str]] = {
    "up": "framewell_cli.mesh.commands:up",
    "down": "framewell_cli.mesh.commands:down",
    "status": "framewell_cli.mesh.commands:status",
    "doctor": "framewell_cli.mesh.doctor.command:doctor",
    "settings": "framewell_cli.mesh.settings:settings",
    "topics": "framewell_cli.mesh.topics:app",
    "scale-in": "framewell_cli.mesh.scale_in:scale_in",
    "events": "framewell_cli.events:app",
    "dlq": "framewell_cli.dlq:app",
    "ingest": "framewell_cli.commands.ingest:ingest",
    "watch": "framewell_cli.commands.assets:watch",
    "assets": "framewell_cli.commands.assets:assets",
    "show": "framewell_cli.commands.assets:show",
    "why": "framewell_cli.commands.assets:why",
    "tune": "framewell_cli.commands.tune:tune",
    "search": "framewell_cli.commands.search:search",
    "review": "framewell_cli.commands.review:app",
    "dataset": "framewell_cli.commands.dataset:app",
    "rights": "framewell_cli.commands.rights:app",
    "train": "framewell_cli.commands.train:app",
    "models": "framewell_cli.models:app",
}
"""Name → `module:function`, or `module:app` for a Typer app with commands of its own; in the help's order."""

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
    app.callback()(_no_options)
    for name in names:
        module, _, attribute = places[name].partition(":")
        target = getattr(import_module(module), attribute)
        if isinstance(target, typer.Typer):
            app.add_typer(target, name=name)
        else:
            app.command(name)(target)
    return app


def _no_options() -> None:
    """Do nothing: with a callback, typer makes a subcommand also of a single command."""


def main() -> None:
    """Run the command. Exit codes: 0 done, 1 failed, 2 usage, 3 the mesh cannot be reached, 130 Ctrl-C."""
    logging.getLogger().addHandler(logging.NullHandler())  # people read our errors, not the logs of libraries
    asked = sys.argv[1:2]
    try:
        known = COMMANDS if asked and asked[0] in COMMANDS else all_commands()
        build(asked if asked and asked[0] in known else known)()
    except CommandError as error:
        typer.echo(harmless(str(error)), err=True)
        sys.exit(error.exit_code)
    except CannotStart as error:
        typer.echo(harmless(str(error)), err=True)
        sys.exit(1)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        typer.echo(f"The disk is full, where this command writes or where its output goes: {error}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:  # while the command's module was loaded; later typer ends it alike
        sys.exit(130)


if __name__ == "__main__":
    main()
