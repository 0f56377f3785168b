"""The `framewell` command.

A command's module is imported only when that command runs: `framewell status` must answer at once and must
not need what the demo needs.
"""

from __future__ import annotations

import errno
import logging
import sys
from collections.abc import Iterable
from importlib import import_module
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
    "demo": "framewell_cli.demo.command:demo",
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
"""Name → `module:function`, or `module:app` for a Typer app with commands of its own.

They appear in the help in this order.
"""


def build(names: Iterable[str]) -> typer.Typer:
    """The command with these subcommands, and only their modules imported."""
    app = typer.Typer(
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        help="Framewell: media in, reviewed samples and your own models out.",
    )
    app.callback()(_nothing_before_a_command)
    for name in names:
        module, _, attribute = COMMANDS[name].partition(":")
        target = getattr(import_module(module), attribute)
        if isinstance(target, typer.Typer):
            app.add_typer(target, name=name)
        else:
            app.command(name)(target)
    return app


def _nothing_before_a_command() -> None:
    """Makes every command a subcommand, also where only one is built."""


def main() -> None:
    """Entry point. Exit codes: 0 done, 1 failed, 2 usage, 3 the mesh cannot be reached, 130 Ctrl-C."""
    logging.getLogger().addHandler(logging.NullHandler())  # libraries speak to people through our errors
    asked = sys.argv[1:2]
    try:
        build(asked if asked and asked[0] in COMMANDS else COMMANDS)()
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
