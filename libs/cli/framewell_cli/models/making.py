"""`framewell models init`: a model folder out of a graph, wherever it lies."""

from __future__ import annotations

import re
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import typer

from framewell_cli.errors import CommandError, UsageProblem
from framewell_models.fetch import FetchError
from framewell_models.manifest import MANIFEST_NAME, NAME, Manifest, ManifestError
from framewell_models.manifest_reader import load
from framewell_models.obtaining import obtain, pinned, place_and_path, refill
from framewell_models.proposing import Wishes, propose, write_folder
from framewell_models.sources import scheme

SCHEMES = ("file", "package", "s3", "https", "huggingface")


def make_folder(graph: str, wishes: Wishes, folder: Path | None) -> tuple[Manifest, Path, list[str]]:
    """Return the manifest, the folder it was written to, and what was guessed.

    Raises UsageProblem for what cannot be made a model, CommandError when the graph cannot be had.
    """
    with tempfile.TemporaryDirectory(prefix="framewell-model-") as scratch:
        try:
            path, wishes = _here(graph, wishes, Path(scratch))
            wishes = replace(wishes, licence=wishes.licence or _licence())
            proposal = propose(path, wishes)
            target = folder or Path(wishes.name.rpartition("/")[2])
            return write_folder(path, proposal, target), target, proposal.guessed
        except FetchError as error:
            raise CommandError(f"models: {error}") from error
        except FileExistsError as error:
            raise UsageProblem(
                f"models: {error.filename} is there already: name another with --folder"
            ) from error
        except ManifestError as error:
            raise UsageProblem(f"models: {error}") from error


def refill_folder(folder: Path) -> list[str]:
    """Fetch what a folder lacks from where its manifest says; return the names of the files, and say them.

    Raises UsageProblem for a folder without a manifest, CommandError when a file cannot be had.
    """
    try:
        fetched = refill(load(folder / MANIFEST_NAME), folder)
    except ManifestError as error:
        raise UsageProblem(f"models: {error}") from error
    except FetchError as error:
        raise CommandError(f"models: {error}") from error
    typer.echo(f"{folder}: {', '.join(fetched) or 'nothing'} fetched", err=True)
    return fetched


def _here(graph: str, wishes: Wishes, scratch: Path) -> tuple[Path, Wishes]:
    """Return the graph as a file of this machine, and the wishes with where it came from and a name."""
    if scheme(graph) not in SCHEMES:
        path = Path(graph)
        if not path.is_file():
            raise UsageProblem(
                f"models: there is no file {path}; other places begin with {', '.join(SCHEMES)}:"
            )
        return path, replace(wishes, name=wishes.name or _name(path.stem))
    source, inside = place_and_path(pinned(graph))
    obtain(source, {"model.onnx": inside}, scratch)
    name = wishes.name or _name(Path(inside).stem)
    return scratch / "model.onnx", replace(wishes, name=name, source=source, path=inside)


def _name(stem: str) -> str:
    """Return a name for a model out of the name of its file."""
    name = f"site/{re.sub('[^a-z0-9._-]+', '-', stem.lower()).strip('-._') or 'model'}"
    return name if NAME.fullmatch(name) else "site/model"


def _licence() -> str:
    """Return the licence as somebody at the terminal says it. Raises UsageProblem where nobody is."""
    if not sys.stdin.isatty():
        raise UsageProblem(
            "models: say on what terms the model may be used: --licence, an SPDX id such as MIT"
        )
    return str(typer.prompt("Licence of the model (SPDX id, e.g. MIT, Apache-2.0)", err=True))
