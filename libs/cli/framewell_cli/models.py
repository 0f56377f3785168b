"""`framewell models`: the models the mesh ships with, where they come from and whether they are intact.

Works without a running mesh: weights are files. Nothing is fetched by a service at run time.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from framewell_models.fetch import FetchError
from framewell_models.folders import ModelFolder, default_root, folder_of, shipped, verify
from framewell_models.manifest import Manifest, ManifestError
from framewell_models.pull import Pull, size_of

app = typer.Typer(no_args_is_help=True, help="Models: fetch them, list them, check their hashes.")

Root = Annotated[Path, typer.Option(help="Folder the models lie in (FRAMEWELL_MODELS).")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@app.command()
def pull(root: Root = default_root(), as_json: Json = False) -> None:  # noqa: B008  the default is a constant of the run
    """Fetch every shipped model that is not here yet. Pinned by hash; a second run fetches nothing."""
    done = []
    try:
        for pulled in Pull(root)(shipped()):
            done.append({"model": str(pulled.manifest.ref), "fetched": pulled.fetched})
            state = "fetched" if pulled.fetched else "here already"
            typer.echo(f"{pulled.manifest.ref}: {state}", err=True)
    except FetchError as error:
        _fail(str(error))
    if as_json:
        typer.echo(json.dumps({"root": str(root), "models": done}))


@app.command("list")
def list_models(root: Root = default_root(), as_json: Json = False) -> None:  # noqa: B008
    """List the shipped models with licences, size and state."""
    rows = [_row(manifest, root) for manifest in shipped()]
    if as_json:
        typer.echo(json.dumps(rows))
        return
    for row in rows:
        size = f"{row['bytes'] / 1e6:6.1f} MB" if row["installed"] else "  not here"
        typer.echo(
            f"{row['model']:36} {row['analyser']:8} {size}  {row['code_licence']} / {row['weights_licence']}"
        )


@app.command()
def show(name: str, as_json: Json = False) -> None:
    """Show one model: what it is for, what it takes and gives, where it comes from."""
    found = [manifest for manifest in shipped() if name in {manifest.name, str(manifest.ref)}]
    if not found:
        _fail(f"{name} is not among the shipped models: {', '.join(manifest.name for manifest in shipped())}")
    document = asdict(found[0])
    if as_json:
        typer.echo(json.dumps(document))
        return
    for key, value in document.items():
        if value:
            typer.echo(f"{key}: {_readable(value)}")


@app.command("verify")
def verify_models(root: Root = default_root(), as_json: Json = False) -> None:  # noqa: B008
    """Check every file of every shipped model against its pinned hash. Exit code 1 if one differs."""
    try:
        problems = verify(root, shipped())
    except ManifestError as error:
        _fail(str(error))
    if as_json:
        typer.echo(json.dumps({"root": str(root), "problems": problems}))
    for problem in problems:
        typer.echo(problem, err=True)
    if problems:
        _fail(f"{len(problems)} files are missing or changed; run `framewell models pull`")
    typer.echo(f"{len(shipped())} models in {root} are intact", err=True)


def _row(manifest: Manifest, root: Path) -> dict[str, Any]:
    folder = ModelFolder(manifest, folder_of(root, manifest.ref))
    installed = not folder.problems()
    return {
        "model": str(manifest.ref),
        "analyser": manifest.analyser,
        "task": manifest.task,
        "code_licence": manifest.licence.code,
        "weights_licence": manifest.licence.weights,
        "packages": [str(package) for package in manifest.packages],
        "installed": installed,
        "bytes": size_of(folder) if installed else 0,
    }


def _readable(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)


def _fail(message: str) -> NoReturn:
    typer.echo(f"models: {message}", err=True)
    raise typer.Exit(1)
