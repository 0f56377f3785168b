"""`framewell users`: who may use the mesh, from the machine that it runs on."""

from __future__ import annotations

import os
import subprocess
import sys

import typer

from framewell_cli.console import Json, print_json, print_line
from framewell_cli.errors import CommandError
from framewell_cli.mesh.endpoints import read_endpoints
from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.name_key import NAME_KEY_VARIABLE, name_key

app = typer.Typer(no_args_is_help=True, help="Users: let the first administrator in.")

SETUP_CODE_FILE_VARIABLE = "FRAMEWELL_GATEWAY_SETUP_CODE_FILE"
_SECONDS = 60


@app.callback()
def users() -> None:
    """Users are managed in the console, or over REST; here begins the first."""


@app.command("setup-code")
def setup_code(*, as_json: Json = False) -> None:
    """Make a code with which somebody becomes an administrator in the console: once, within a day.

    It is made on the machine of the mesh alone, for whoever may read its state folder. Codes that were
    made before stop working.
    """
    folder = MeshFolder.here()
    endpoints = read_endpoints(folder)
    environment = {
        **os.environ,
        "FRAMEWELL_MONGO": endpoints["mongo"],
        NAME_KEY_VARIABLE: name_key(folder),
        SETUP_CODE_FILE_VARIABLE: os.environ.get(SETUP_CODE_FILE_VARIABLE) or str(folder.setup_code),
    }
    made = subprocess.run(
        (sys.executable, "-m", "framewell_gateway", "setup-code"),
        capture_output=True, text=True, env=environment, timeout=_SECONDS, check=False,
    )  # fmt: skip
    if made.returncode:
        raise CommandError(made.stderr.strip() or "the gateway made no code")
    code, where = made.stdout.strip(), f"{endpoints.get('rest', '')}/console/setup"
    if as_json:
        print_json({"code": code, "file": environment[SETUP_CODE_FILE_VARIABLE], "address": where})
    else:
        print_line(code)
        print_line(f"Type it at {where} within a day. It works once.")
