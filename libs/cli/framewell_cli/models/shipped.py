"""The models that ship: where they come from, and whether they are here and intact."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from framewell_cli.console import print_json, print_sheet
from framewell_cli.errors import CommandError, UsageProblem
from framewell_models.fetch import FetchError
from framewell_models.folders import (
    ModelFolder,
    UnknownAnalyserError,
    expected,
    folder_of,
    shipped,
    verify,
)
from framewell_models.manifest import Manifest
from framewell_models.pull import Pull, size_of

START_INFERENCE_AGAIN: Final = "start inference again (all of a mesh: 'framewell down', then 'framewell up')"
"""What lets an optional analyser that was fetched look at what arrives."""

Root = Annotated[Path | None, typer.Option(help="Folder the models lie in; else FRAMEWELL_MODELS.")]


def pull_shipped(root: Path, analysers: Sequence[str]) -> list[dict[str, Any]]:
    """Fetch every model that shall be below `root` and is not; print each on standard error.

    Optional models are fetched for `analysers`, and renewed where they lie. Raises CommandError, and
    UsageProblem for an analyser that is not optional.
    """
    done = []
    try:
        for pulled in Pull(root)(expected(root, analysers)):
            done.append({"model": str(pulled.manifest.ref), "fetched": pulled.fetched})
            typer.echo(f"{pulled.manifest.ref}: {'fetched' if pulled.fetched else 'here already'}", err=True)
    except FetchError as error:
        raise CommandError(f"models: {error}") from error
    except UnknownAnalyserError as error:
        raise UsageProblem(str(error)) from error
    optional = {str(one.ref) for one in shipped() if one.optional}
    if any(one["fetched"] and one["model"] in optional for one in done):
        typer.echo(f"To let it look at what arrives, {START_INFERENCE_AGAIN}.", err=True)
    return done


def shipped_rows(root: Path) -> list[dict[str, Any]]:
    """Return one row for each shipped model, as `models list` shows it."""
    return [_row(manifest, root) for manifest in shipped()]


def find_shipped(name: str) -> Manifest | None:
    """Return the shipped model of this name, with or without its version."""
    return next((one for one in shipped() if name in {one.name, str(one.ref)}), None)


def print_manifest(manifest: Manifest, *, as_json: bool) -> None:
    """Print all that a manifest says."""
    document = asdict(manifest)
    if as_json:
        print_json(document)
        return
    print_sheet([(key, _readable(value)) for key, value in document.items() if value])


def verify_shipped(root: Path, *, as_json: bool) -> None:
    """Check every file of every shipped model against its pinned hash. Raises CommandError if one differs."""
    manifests = expected(root)
    problems = verify(root, manifests)
    if as_json:
        print_json({"root": str(root), "problems": problems})
    for problem in problems:
        typer.echo(problem, err=True)
    if problems:
        raise CommandError(
            f"models: {len(problems)} files are missing or changed; run 'framewell models pull'"
        )
    typer.echo(f"{len(manifests)} models in {root} are intact", err=True)


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
        "optional": manifest.optional,
        "installed": installed,
        "bytes": size_of(folder) if installed else 0,
    }


def size_text(row: dict[str, Any]) -> str:
    """Return the size of a shipped model in words."""
    if row["installed"]:
        return f"{row['bytes'] / 1e6:.1f} MB"
    return "not installed (optional)" if row["optional"] else "not here"


def _readable(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
