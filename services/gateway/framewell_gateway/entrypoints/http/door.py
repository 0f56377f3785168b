"""What the routes stand on."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request

from framewell_gateway.handlers.change_rights import ChangeRights
from framewell_gateway.handlers.explain_asset import ExplainAsset
from framewell_gateway.handlers.follow_events import FollowEvents
from framewell_gateway.handlers.list_assets import ListAssets
from framewell_gateway.handlers.show_asset import ShowAsset
from framewell_gateway.ports import EventLog, Services
from framewell_kit.objects.protocol import Objects


@dataclass(frozen=True, slots=True)
class Door:
    """Everything a route delegates to.

    `public_url` is the address others know this gateway by; empty: the one each request came to.
    """

    services: Services
    log: EventLog
    objects: Objects
    show_asset: ShowAsset
    explain_asset: ExplainAsset
    list_assets: ListAssets
    follow_events: FollowEvents
    change_rights: ChangeRights
    public_url: str = ""


def door(request: Request) -> Door:
    """The door of the application that serves this request."""
    found = request.app.state.door
    if not isinstance(found, Door):
        raise TypeError("the application was made without a door")
    return found


def object_url(request: Request) -> Callable[[str], str]:
    """How the caller can fetch an object by its key, as an absolute address."""
    base = door(request).public_url or str(request.base_url)
    return lambda key: f"{base.rstrip('/')}/v1/objects/{key}"
