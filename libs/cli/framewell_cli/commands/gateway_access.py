"""The gateway a command talks to, and the sentences for one that is away or refuses."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import UNAUTHORIZED
from typing import Annotated
from uuid import UUID

import typer

from framewell_cli.errors import CommandError, MeshUnreachable, UsageProblem
from framewell_client import ClientError, Gateway, Refused, Unreachable
from framewell_client.credentials import TOKEN_VARIABLE

ActingAs = Annotated[
    str,
    typer.Option("--as", metavar="NAME", help="Your name, for the record (without tokens: taken as said)."),
]


def is_uuid(text: str) -> bool:
    """Return whether a text is a UUID as ids are written."""
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


def asset_id(text: str) -> str:
    """Return the id as it was written. Raise UsageProblem for anything else: it would name another page."""
    if not is_uuid(text):
        raise UsageProblem(f"{text[:80]!r} is no id of an asset, a UUID: 'framewell assets' lists them")
    return text


AssetId = Annotated[str, typer.Argument(metavar="ASSET", help="Id of the asset.", callback=asset_id)]


@contextmanager
def open_gateway(acting_as: str = "") -> Iterator[Gateway]:
    """Open the gateway of this folder's mesh; its errors become MeshUnreachable (3) or CommandError (1)."""
    try:
        with Gateway.find(actor=acting_as) as gateway:
            yield gateway
    except Unreachable as error:
        raise MeshUnreachable(str(error)) from error
    except Refused as error:
        has_none = error.status == UNAUTHORIZED and not os.environ.get(TOKEN_VARIABLE)
        way_out = ": set FRAMEWELL_TOKEN to yours" if has_none else ""
        raise CommandError(f"{error}{way_out}") from error
    except ClientError as error:
        raise CommandError(str(error)) from error
