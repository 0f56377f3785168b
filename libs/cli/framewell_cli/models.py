"""`framewell models`: what ships, where it comes from, whether it is intact; and taking one in.

All but `import` and `use` work without a running mesh: weights are files, and no service fetches any.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from framewell.inference.v1 import inference_service_pb2 as api
from framewell.inference.v1.inference_service_pb2_grpc import InferenceServiceStub
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell_cli.commands.gateway_access import ActingAs
from framewell_cli.console import Json, print_json, print_sheet, print_table
from framewell_cli.errors import CommandError, MeshUnreachable, UsageProblem
from framewell_cli.mesh.endpoints import read_endpoints
from framewell_cli.service_calls import ServiceAway, ServiceRefused, caller, service
from framewell_models.fetch import FetchError
from framewell_models.folders import ModelFolder, default_root, folder_of, shipped, verify
from framewell_models.manifest import MANIFEST_NAME, Manifest, ManifestError, ModelRef
from framewell_models.manifest_reader import load
from framewell_models.pull import Pull, size_of

app = typer.Typer(no_args_is_help=True, help="Models: fetch them, list them, check their hashes.")

Root = Annotated[Path | None, typer.Option(help="Folder the models lie in; else FRAMEWELL_MODELS.")]

CALL_SECONDS = 60.0

LARGEST_IMPORT = 4 << 20
"""The mesh's gRPC messages hold no more."""


@app.command()
def pull(root: Root = None, as_json: Json = False) -> None:
    """Fetch every shipped model that is not here yet. Pinned by hash; a second run fetches nothing."""
    folder, done = root or default_root(), []
    try:
        for pulled in Pull(folder)(shipped()):
            done.append({"model": str(pulled.manifest.ref), "fetched": pulled.fetched})
            typer.echo(f"{pulled.manifest.ref}: {'fetched' if pulled.fetched else 'here already'}", err=True)
    except FetchError as error:
        raise CommandError(f"models: {error}") from error
    if as_json:
        print_json({"root": str(folder), "models": done})


@app.command("list")
def list_models(root: Root = None, as_json: Json = False) -> None:
    """List the shipped models with size and licences."""
    rows = [_row(manifest, root or default_root()) for manifest in shipped()]
    if as_json:
        print_json({"models": rows})
        return
    print_table(
        ["model", "analyser", "size", "code", "weights"],
        [
            [row["model"], row["analyser"], _size(row), row["code_licence"], row["weights_licence"]]
            for row in rows
        ],
    )


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="Its name, with or without @version: models list.")],
    as_json: Json = False,
) -> None:
    """Show one model: what it is for, what it takes and gives, where it comes from."""
    found = [manifest for manifest in shipped() if name in {manifest.name, str(manifest.ref)}]
    if not found:
        names = ", ".join(manifest.name for manifest in shipped())
        raise UsageProblem(f"models: {name} is not among the shipped models: {names}")
    document = asdict(found[0])
    if as_json:
        print_json(document)
        return
    print_sheet([(key, _readable(value)) for key, value in document.items() if value])


@app.command("verify")
def verify_models(root: Root = None, as_json: Json = False) -> None:
    """Check every file of every shipped model against its pinned hash. Exit code 1 if one differs."""
    folder = root or default_root()
    problems = verify(folder, shipped())
    if as_json:
        print_json({"root": str(folder), "problems": problems})
    for problem in problems:
        typer.echo(problem, err=True)
    if problems:
        raise CommandError(
            f"models: {len(problems)} files are missing or changed; run 'framewell models pull'"
        )
    typer.echo(f"{len(shipped())} models in {folder} are intact", err=True)


@app.command("import")
def import_model(
    folder: Annotated[Path, typer.Argument(help="Folder with model.yaml and the files it names.")],
    acting_as: ActingAs = "",
    as_json: Json = False,
) -> None:
    """Take a model folder (model.yaml and its files) into the running mesh; served by name at once."""
    try:
        manifest = load(folder / MANIFEST_NAME)
        text = (folder / MANIFEST_NAME).read_bytes()
        files = {file.name: (folder / file.name).read_bytes() for file in manifest.files}
    except (ManifestError, OSError) as error:
        raise UsageProblem(f"models: {error}") from error
    request = api.ImportModelRequest(manifest=text, files=files)
    if request.ByteSize() > LARGEST_IMPORT:
        target = folder_of(default_root(), manifest.ref)
        raise UsageProblem(
            f"models: {manifest.ref} is too large to be sent ({request.ByteSize() >> 20} MiB, at most "
            f"{LARGEST_IMPORT >> 20}); copy the folder to {target} and restart the inference service"
        )
    _print_model(_call("ImportModel", request, acting_as).model, as_json=as_json)


@app.command()
def use(
    model: Annotated[str, typer.Argument(metavar="NAME@VERSION", help="E.g. house/model@1.0.")],
    acting_as: ActingAs = "",
    as_json: Json = False,
) -> None:
    """Choose which version of an imported model answers: NAME@VERSION. Your own: framewell train promote."""
    try:
        ref = ModelRef.parse(model)
    except ManifestError as error:
        raise UsageProblem(f"models: {error}") from error
    request = api.ChooseVersionRequest(model=ModelVersion(name=ref.name, version=ref.version))
    _print_model(_call("ChooseVersion", request, acting_as).model, as_json=as_json)


def _call(method: str, request: Any, acting_as: str) -> Any:
    """Ask the inference service of the mesh that runs here."""
    address = read_endpoints()["grpc.inference"]
    try:
        with service(InferenceServiceStub, address) as stub:
            return getattr(stub, method)(request, timeout=CALL_SECONDS, metadata=caller(acting_as))
    except ServiceAway:
        raise MeshUnreachable(f"models: the inference service at {address} does not answer") from None
    except ServiceRefused as error:
        raise CommandError(f"models: {error}") from None


def _print_model(model: api.Model, *, as_json: bool) -> None:
    ref = f"{model.model.name}@{model.model.version}"
    if as_json:
        print_json({"model": ref, "in_force": model.in_force, "provider": model.provider})
    else:
        typer.echo(f"{ref}: {'in force' if model.in_force else 'taken'}, runs on {model.provider}")


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


def _size(row: dict[str, Any]) -> str:
    return f"{row['bytes'] / 1e6:.1f} MB" if row["installed"] else "not here"


def _readable(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
