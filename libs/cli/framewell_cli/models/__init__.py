"""`framewell models`: what ships; models of others made into folders, tried, taken in, enabled, removed.

What ships is files: those commands work without a running mesh, and no service fetches any.
"""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import typer

from framewell.inference.v1 import inference_service_pb2 as api
from framewell_cli.commands.gateway_access import ActingAs
from framewell_cli.console import Json, print_json, print_sheet, print_table
from framewell_cli.errors import MeshUnreachable, UsageProblem
from framewell_cli.models.calls import (
    UPLOAD_SECONDS,
    call,
    enabled_text,
    folder_parts,
    model_document,
    open_model_folder,
)
from framewell_cli.models.changing import (
    Folder,
    disable,
    enable,
    import_model,
    remove,
    use,
)
from framewell_cli.models.examined import examination_document, examination_rows, observation_document
from framewell_cli.models.making import make_folder, refill_folder
from framewell_cli.models.shipped import (
    Root,
    find_shipped,
    print_manifest,
    pull_shipped,
    shipped_rows,
    size_text,
    verify_shipped,
)
from framewell_models.folders import default_root, optional_analysers
from framewell_models.manifest import MANIFEST_NAME
from framewell_models.manifest_schema import schema_text
from framewell_models.proposing import Wishes

app = typer.Typer(no_args_is_help=True, help="Models: what ships, and taking in, trying and enabling others.")


PAGE = 1000

WITH_VARIABLE = "FRAMEWELL_MODELS_WITH"
"""Optional analysers to fetch, with spaces between them, where the command names none."""


@app.command()
def pull(
    folder: Annotated[
        Path | None,
        typer.Argument(help="A model folder that lacks files its manifest names; else what ships."),
    ] = None,
    analysers: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            metavar="ANALYSER",
            envvar=WITH_VARIABLE,
            help=f"An optional analyser, too: {', '.join(optional_analysers())}; repeatable.",
        ),
    ] = None,
    root: Root = None,
    as_json: Json = False,
) -> None:
    """Fetch every shipped model that is not here yet. Pinned by hash; a second run fetches nothing."""
    if folder is not None:
        fetched = refill_folder(folder)
        if as_json:
            print_json({"folder": str(folder), "fetched": fetched})
        return
    root = root or default_root()
    done = pull_shipped(root, analysers or [])
    if as_json:
        print_json({"root": str(root), "models": done})


@app.command("list")
def list_models(root: Root = None, as_json: Json = False) -> None:
    """List the shipped models with size and licences, and the others that the running mesh has."""
    rows, others = shipped_rows(root or default_root()), _others()
    if as_json:
        print_json({"models": rows, "others": others})
        return
    print_table(
        ["model", "analyser", "size", "code", "weights"],
        [
            [row["model"], row["analyser"], size_text(row), row["code_licence"], row["weights_licence"]]
            for row in rows
        ],
    )
    if others:
        print_table(
            ["other model", "task", "in force", "looks at", "quarantined"],
            [
                [
                    one["model"],
                    one["task"],
                    "yes" if one["in_force"] else "",
                    enabled_text(one),
                    one["quarantined"],
                ]
                for one in others
            ],
            text=("quarantined",),
        )


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="Its name, with or without @version: models list.")],
    as_json: Json = False,
) -> None:
    """Show one model: what it is for, what it takes and gives, where it comes from."""
    found = find_shipped(name)
    if found is not None:
        print_manifest(found, as_json=as_json)
        return
    others = _others()
    wanted = [one for one in others if name in {one["model"], one["model"].rpartition("@")[0]}]
    if not wanted:
        names = ", ".join(
            [row["model"] for row in shipped_rows(default_root())] + [one["model"] for one in others]
        )
        raise UsageProblem(
            f"models: {name} is among neither the shipped models nor those of the mesh: {names}"
        )
    chosen = next((one for one in wanted if one["in_force"]), wanted[0])
    if as_json:
        print_json(chosen)
        return
    print_sheet(
        [(key, str(value)) for key, value in {**chosen, "enabled": enabled_text(chosen)}.items() if value]
    )


@app.command()
def schema(as_json: Json = False) -> None:  # noqa: ARG001 - it is JSON either way
    """Print the JSON Schema of model.yaml, for editors and programs."""
    typer.echo(schema_text(), nl=False)


@app.command()
def init(
    graph: Annotated[
        str,
        typer.Argument(
            help="ONNX file: path, file:, package:, s3:, https:, huggingface: with #path; or oip:, openai:."
        ),
    ],
    *,
    licence: Annotated[str, typer.Option(help="SPDX id of its terms, e.g. MIT.")] = "",
    name: Annotated[
        str, typer.Option(help="What it is called, e.g. house/scenes; else after the file.")
    ] = "",
    version: Annotated[str, typer.Option(help="Its version; a changed model is a new one.")] = "1.0",
    task: Annotated[
        str, typer.Option(help="classification, detection, embedding, segmentation, sequence.")
    ] = "",
    labels: Annotated[
        Path | None, typer.Option(help="File with one label a line, in order of outputs.")
    ] = None,
    label: Annotated[
        list[str] | None, typer.Option(help="One label, in order of outputs; repeatable.")
    ] = None,
    normalise: Annotated[
        str, typer.Option(help="How numbers are made of pixels: bytes, unit, signed, imagenet.")
    ] = "",
    mean: Annotated[
        list[float] | None, typer.Option(help="Mean that is subtracted; once, or once a channel.")
    ] = None,
    colour: Annotated[str, typer.Option(help="Order of channels: rgb, bgr, grey.")] = "",
    activation: Annotated[
        str, typer.Option(help="What makes scores of outputs: none, softmax, sigmoid.")
    ] = "",
    prompt: Annotated[str, typer.Option(help="What a caption model is asked about each picture.")] = "",
    intended_use: Annotated[str, typer.Option(help="What it is for, in a sentence.")] = "",
    folder: Annotated[Path | None, typer.Option(help="Folder to make; else after its name.")] = None,
    as_json: Json = False,
) -> None:
    """Make a model folder out of a graph: reads its shapes and proposes task, steps and thresholds."""
    wishes = Wishes(
        name=name,
        version=version,
        task=task,
        labels=[*_lines(labels), *(label or [])],
        normalise=normalise,
        colour=colour,
        activation=activation,
        mean=mean or (),
        licence=licence,
        intended_use=intended_use,
        prompt=prompt,
    )
    manifest, made, guessed = make_folder(graph, wishes, folder)
    if as_json:
        print_json(
            {"model": str(manifest.ref), "folder": str(made), "task": manifest.task, "guessed": guessed}
        )
        return
    typer.echo(f"{manifest.ref}: {made / MANIFEST_NAME} written")
    for guess in guessed:
        typer.echo(f"guessed: {guess}", err=True)


@app.command("verify")
def verify_models(
    folder: Annotated[Path | None, typer.Argument(help="A model folder; else what ships.")] = None,
    root: Root = None,
    acting_as: ActingAs = "",
    as_json: Json = False,
) -> None:
    """Check every shipped file against its pinned hash; or have the mesh examine a model folder."""
    if folder is None:
        verify_shipped(root or default_root(), as_json=as_json)
        return
    parts = folder_parts(open_model_folder(folder), api.TryModelRequest)
    answer = call("TryModel", parts, acting_as, seconds=UPLOAD_SECONDS)
    if as_json:
        print_json(examination_document(answer.examination))
    else:
        print_sheet(examination_rows(answer.examination))


@app.command("try")
def try_model(
    folder: Folder,
    picture: Annotated[Path, typer.Argument(help="A picture: JPEG, PNG or WebP of at most 4 MiB.")],
    acting_as: ActingAs = "",
    as_json: Json = False,
) -> None:
    """Say what a model folder would observe in a picture; the mesh runs it and keeps nothing."""
    opened = open_model_folder(folder)
    try:
        shown = api.TryModelRequest(picture=picture.read_bytes())
    except OSError as error:
        raise UsageProblem(f"models: {picture} cannot be read: {error.strerror}") from error
    parts = chain(folder_parts(opened, api.TryModelRequest), [shown])
    answer = call("TryModel", parts, acting_as, seconds=UPLOAD_SECONDS)
    seen = [observation_document(one) for one in answer.observations]
    if as_json:
        print_json({"examination": examination_document(answer.examination), "observations": seen})
        return
    if not seen:
        typer.echo("nothing that reaches the thresholds of its manifest")
        return
    print_table(
        ["kind", "score", "label", "box"],
        [[one["kind"], f"{one['score']:.2f}", one["label"] or one["text"], one["box"]] for one in seen],
    )


for name, change in (
    ("import", import_model),
    ("enable", enable),
    ("disable", disable),
    ("use", use),
    ("remove", remove),
):
    app.command(name)(change)


def _others() -> list[dict[str, Any]]:
    """Return the models of the running mesh that do not ship; none where no mesh runs."""
    shipped = {row["model"] for row in shipped_rows(default_root())}
    try:
        answer = call("ListModels", api.ListModelsRequest(page_size=PAGE), "")
    except MeshUnreachable:
        return []
    documents = [model_document(one) for one in answer.models]
    return [one for one in documents if one["model"] not in shipped]


def _lines(path: Path | None) -> list[str]:
    if path is None:
        return []
    try:
        return path.read_text(encoding="utf-8").rstrip().split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageProblem(f"models: {path} cannot be read as labels: {error}") from error
