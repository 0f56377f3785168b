"""`framewell models init`: a model folder out of a graph, wherever it lies."""

from __future__ import annotations

import re
import sys
import tempfile
from dataclasses import replace
from pathlib import Path, PurePosixPath

import typer

from framewell_cli.errors import CommandError, UsageProblem
from framewell_cli.models.calls import model_metadata
from framewell_models.fetch import FetchError
from framewell_models.folder_writing import write_folder
from framewell_models.manifest import MANIFEST_NAME, NAME, Manifest, ManifestError
from framewell_models.manifest_reader import load
from framewell_models.obtaining import obtain, pinned, place_and_path, refill
from framewell_models.outside_weights import weight_files_of
from framewell_models.proposing import CAPTION, Proposal, Wishes, propose, propose_elsewhere
from framewell_models.sources import check_source, encrypted, endpoint, scheme

ELSEWHERE = ("oip", "openai")
SCHEMES = ("file", "package", "s3", "https", "huggingface")


def make_folder(graph: str, wishes: Wishes, folder: Path | None) -> tuple[Manifest, Path, list[str]]:
    """Return the manifest, the folder it was written to, and what was guessed.

    Raises UsageProblem for what cannot be made a model, CommandError when the graph cannot be had.
    """
    with tempfile.TemporaryDirectory(prefix="framewell-model-") as scratch:
        try:
            path: Path | None = None
            if scheme(graph) in ELSEWHERE:
                wishes, proposal = _elsewhere(graph, _licensed(wishes))
            else:
                path, wishes = _here(graph, wishes, Path(scratch))
                proposal = propose(path, _licensed(wishes))
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


def _elsewhere(address: str, wishes: Wishes) -> tuple[Wishes, Proposal]:
    """Return the wishes with a name, and a proposal for a model that runs at the address.

    Raises UsageProblem for a caption model without a prompt, CommandError for a server that does not answer.
    """
    where = endpoint(check_source(address, "the address"))
    wishes = replace(wishes, source=address, name=wishes.name or _name(where["model"].rpartition("/")[2]))
    if scheme(address) == "openai":
        if not wishes.prompt:
            raise UsageProblem("models: say what the model is asked about each picture: --prompt")
        return (captions := replace(wishes, task=CAPTION)), propose_elsewhere(captions, [], [])
    found = model_metadata(where, encrypted=encrypted(address))
    inputs, outputs = (
        [(one.name, _dtype(one.datatype), tuple(one.shape)) for one in tensors]
        for tensors in (found.inputs, found.outputs)
    )
    return wishes, propose_elsewhere(wishes, inputs, outputs)


def _dtype(datatype: str) -> str:
    """Return a type of the protocol as manifests have it: FP32 is float32."""
    return "string" if datatype == "BYTES" else datatype.lower().replace("fp", "float")


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
    if outside := weight_files_of(scratch / "model.onnx"):
        obtain(source, {name: str(PurePosixPath(inside).with_name(name)) for name in outside}, scratch)
    name = wishes.name or _name(Path(inside).stem)
    return scratch / "model.onnx", replace(wishes, name=name, source=source, path=inside)


def _name(stem: str) -> str:
    """Return a name for a model out of the name of its file."""
    name = f"site/{re.sub('[^a-z0-9._-]+', '-', stem.lower()).strip('-._') or 'model'}"
    return name if NAME.fullmatch(name) else "site/model"


def _licensed(wishes: Wishes) -> Wishes:
    """Return the wishes with a licence as somebody at the terminal says it.

    Raises UsageProblem where it is not given and nobody is there.
    """
    if wishes.licence:
        return wishes
    if not sys.stdin.isatty():
        raise UsageProblem("models: say on what terms it may be used: --licence, an SPDX id such as MIT")
    asked = typer.prompt("Licence of the model (SPDX id, e.g. MIT, Apache-2.0)", err=True)
    return replace(wishes, licence=str(asked))
