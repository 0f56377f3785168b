"""`framewell models import|enable|disable|use|remove`: what changes the models of the running mesh."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from framewell.inference.v1 import inference_service_pb2 as api
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell_cli.commands.gateway_access import ActingAs
from framewell_cli.console import Json, print_json
from framewell_cli.models.calls import (
    UPLOAD_SECONDS,
    call,
    folder_parts,
    named_version,
    open_model_folder,
    print_model,
    scopes_of,
)

Folder = Annotated[Path, typer.Argument(help="Folder with model.yaml and the files it names.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="E.g. house/model.")]
Versioned = Annotated[str, typer.Argument(metavar="NAME@VERSION", help="E.g. house/model@1.0.")]
Series = Annotated[list[str] | None, typer.Option(help="Only programmes of this series; repeatable.")]
Channel = Annotated[list[str] | None, typer.Option(help="Only programmes of this channel; repeatable.")]


def import_model(folder: Folder, acting_as: ActingAs = "", as_json: Json = False) -> None:
    """Take a model folder (model.yaml and its files) into the running mesh: every replica serves it."""
    parts = folder_parts(open_model_folder(folder), api.UploadModelRequest)
    print_model(call("UploadModel", parts, acting_as, seconds=UPLOAD_SECONDS).model, as_json=as_json)


def enable(
    name: Name,
    series: Series = None,
    channel: Channel = None,
    acting_as: ActingAs = "",
    as_json: Json = False,
) -> None:
    """Let a model look at the chunks of every programme, or of a series or channel only."""
    request = api.EnableModelRequest(name=name, scopes=scopes_of(series or [], channel or []))
    print_model(call("EnableModel", request, acting_as).model, as_json=as_json)


def disable(
    name: Name,
    series: Series = None,
    channel: Channel = None,
    acting_as: ActingAs = "",
    as_json: Json = False,
) -> None:
    """Take that back, for a series or channel or for all. What the model has seen stays."""
    request = api.DisableModelRequest(name=name, scopes=scopes_of(series or [], channel or []))
    print_model(call("DisableModel", request, acting_as).model, as_json=as_json)


def use(model: Versioned, acting_as: ActingAs = "", as_json: Json = False) -> None:
    """Choose which version of an imported model answers: NAME@VERSION. Your own: framewell train promote."""
    request = api.ChooseVersionRequest(model=named_version(model))
    print_model(call("ChooseVersion", request, acting_as).model, as_json=as_json)


def remove(
    model: Annotated[str, typer.Argument(metavar="NAME[@VERSION]", help="A version, or all of a name.")],
    acting_as: ActingAs = "",
    as_json: Json = False,
) -> None:
    """Remove a model that was taken in from every replica. What it has seen stays."""
    named = named_version(model) if "@" in model else ModelVersion(name=model)
    removed = call("RemoveModel", api.RemoveModelRequest(model=named), acting_as).removed
    gone = [f"{one.name}@{one.version}" for one in removed]
    if as_json:
        print_json({"removed": gone})
    else:
        typer.echo(f"removed: {', '.join(gone)}")
