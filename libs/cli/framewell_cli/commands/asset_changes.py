"""`framewell remove`, `reprocess` and `cancel`: take an asset out, make it anew, stop its fetch."""

from __future__ import annotations

import sys
from typing import Annotated, Final

import typer

from framewell_cli.commands.gateway_access import ActingAs, AssetId, asset_id, open_gateway
from framewell_cli.console import Json, print_json, print_line
from framewell_cli.errors import CommandError, UsageProblem

_CANCELLED: Final = "cancelled"
"""Code of `asset.rejected` for what was stopped."""
_INGESTED: Final = "ingested"
_REMOVED: Final = "removed"


def _asset_ids(texts: list[str]) -> list[str]:
    return [asset_id(text) for text in texts]


def remove(
    assets: Annotated[
        list[str], typer.Argument(metavar="ASSET…", help="Ids of the assets.", callback=_asset_ids)
    ],
    *,
    reason: Annotated[str, typer.Option(help="Why, in a sentence; kept with the event.")] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    acting_as: ActingAs = "",
    as_json: Json = False,
) -> None:
    """Remove assets and everything made from them, in every service; running work stops within seconds.

    The events of a removed asset stay, and the same file may be taken in again as another asset. To have
    something forgotten for good, see 'framewell erase'.
    """
    if not yes and (as_json or not sys.stdin.isatty()):
        raise UsageProblem("What is removed cannot be had back: to remove without asking give --yes.")
    with open_gateway(acting_as) as gateway:
        if not yes:
            typer.confirm(f"Remove {', '.join(assets)} and everything made of it?", abort=True, err=True)
        for asset in assets:
            gone = gateway.state(asset) == _REMOVED
            if not gone:
                gateway.remove(asset, reason=reason)
            if not as_json:
                print_line(
                    f"{asset}: {'was removed already' if gone else 'is being removed in every service'}"
                )
    if as_json:
        print_json({"removed": assets})


def reprocess(asset: AssetId, *, acting_as: ActingAs = "", as_json: Json = False) -> None:
    """Make everything of an asset anew: proxy, pictures, what models see in it. What people decided stays."""
    with open_gateway(acting_as) as gateway:
        generation = gateway.reprocess(asset)
    if as_json:
        print_json({"asset_id": asset, "generation": generation})
    else:
        print_line(f"{asset}: generation {generation} is on its way; follow it with: framewell watch {asset}")


def cancel(asset: AssetId, *, acting_as: ActingAs = "", as_json: Json = False) -> None:
    """Stop the fetch of an asset, which is then rejected. Exit code 1 if it had ended before."""
    with open_gateway(acting_as) as gateway:
        known = gateway.cancel(asset)
    if known.get("rejected", {}).get("code") != _CANCELLED:
        ended = f"{'is' if known['state'] == _INGESTED else 'was'} {known['state']} already"
        then = ": 'framewell remove' takes it out" if known["state"] == _INGESTED else ""
        raise CommandError(f"asset {asset} {ended}, so there is no fetch to stop{then}")
    if as_json:
        print_json({"asset_id": asset, "state": known["state"]})
    else:
        print_line(f"{asset}: its fetch was stopped")
