"""`framewell dlq`: what the mesh gave up, why, and trying it again."""

import typer

from framewell_cli.dlq.counting import list_command
from framewell_cli.dlq.handling import discard, replay
from framewell_cli.dlq.resuming import resume
from framewell_cli.dlq.showing import show

app = typer.Typer(no_args_is_help=True, help="Dead letters: what the mesh gave up, and trying it again.")
app.command("list")(list_command)
app.command("show")(show)
app.command("replay")(replay)
app.command("discard")(discard)
app.command("resume")(resume)
