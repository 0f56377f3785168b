"""Pages for people: where things are, REST and events described. All they load comes from this gateway.

The viewers are published packages (`package.json`), copied by `make setup` and into the image. Where they are
not, a page says so; the documents themselves need nothing.
"""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from html import escape
from pathlib import Path
from types import MappingProxyType

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from framewell_contracts.asyncapi import UnknownService, document
from framewell_contracts.sentences import say
from framewell_contracts.services import SERVICES
from framewell_kit.outcomes import NotFound

STATIC_PATH = "/static"
INTERFACES = "/interfaces"
STATIC = Path(__file__).with_name("static")
VENDORED = STATIC / "vendored"

# Scripts, styles and requests of this gateway alone; no script stands in a page itself.
HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "content-security-policy": (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
            "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
            "frame-ancestors 'none'"
        ),
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
    }
)

_INDEX = """\
<main class="text">
<h1>Framewell</h1>
<p>One address of the mesh for people and scripts.</p>
<dl>
<dt><a href="/console/">Console</a></dt>
<dd>Where people work: assets, programmes, review, people, rights, training, search.</dd>
<dt><a href="/docs">REST</a></dt>
<dd>What can be asked here, described and to be tried out. For programs:
<a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1).</dd>
<dt><a href="/asyncapi">Events</a></dt>
<dd>What travels on the mesh, who sends and who reads it, and what systems outside may send. For programs:
<a href="/asyncapi.json">/asyncapi.json</a> and <code>/asyncapi/&lt;service&gt;.json</code> (AsyncAPI 3);
<a href="/schemas.json">/schemas.json</a> lists the JSON Schema of every event,
<a href="/sentences.json">/sentences.json</a> what its sentences are made of.</dd>
</dl>
</main>
"""


class Static(StaticFiles):
    """The pages' scripts and styles."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file with the headers of every page; a browser asks each time whether it has changed."""
        response = await super().get_response(path, scope)
        response.headers.update({**HEADERS, "cache-control": "no-cache"})
        return response


def routes(kafka_prefix: str, openapi: bytes) -> list[Route]:
    """Return the pages of a mesh whose topics begin with this prefix, and the documents that they show."""

    async def index(_: Request) -> Response:
        return _page("Framewell", _INDEX)

    async def rest(_: Request) -> Response:
        return _viewer("REST", "/openapi.json", "swagger-ui", "openapi.js")

    async def rest_document(_: Request) -> Response:
        return Response(openapi, media_type="application/json")

    async def events_document(request: Request) -> Response:
        try:
            service = request.path_params.get("service")
            return Response(_events(service, kafka_prefix), media_type="application/json")
        except UnknownService as error:
            raise NotFound(str(error)) from error

    async def events(request: Request) -> Response:
        service = request.path_params.get("service")
        if service is None:
            return _viewer("Events of the mesh", "/asyncapi.json", "asyncapi")
        if service not in SERVICES:
            raise NotFound(
                say(
                    "service_unknown.page",
                    "there is no service {service}: the services are {known}",
                    service=f"{service!r}",
                    known=", ".join(SERVICES),
                )
            )
        return _viewer(f"Events of {service}", f"/asyncapi/{service}.json", "asyncapi")

    return [
        Route(INTERFACES, index),
        Route("/docs", rest),
        Route("/openapi.json", rest_document),
        Route("/asyncapi.json", events_document),
        Route("/asyncapi/{service}.json", events_document),
        Route("/asyncapi", events),
        Route("/asyncapi/{service}", events),
    ]


@cache
def _events(service: str | None, kafka_prefix: str) -> bytes:
    return json.dumps(document(service, prefix=kafka_prefix), ensure_ascii=False).encode()


def _viewer(title: str, described_at: str, package: str, *more_scripts: str) -> Response:
    """Return a page that shows the document with a vendored viewer."""
    if not (VENDORED / package).is_dir():
        return not_installed(title, "This page's viewer", described_at)
    folder = f"vendored/{package}"
    return _page(
        title,
        f'<div id="document" data-document="{escape(described_at)}"></div>',
        styles=(f"{folder}/viewer.css",),
        scripts=(f"{folder}/viewer.js", *more_scripts),
    )


def not_installed(title: str, what: str, instead: str) -> Response:
    """Return the page that says what `make setup` would have made, and what there is instead of it."""
    message = (
        f'<main class="text"><h1>{escape(title)}</h1><p>{escape(what)} is not installed: '
        "<code>make setup</code> installs it. What it would show is described at "
        f'<a href="{escape(instead)}">{escape(instead)}</a>.</p></main>'
    )
    return _page(title, message, status=404)


def _page(
    title: str,
    body: str,
    *,
    styles: Iterable[str] = (),
    scripts: Iterable[str] = (),
    status: int = 200,
) -> HTMLResponse:
    linked = [(INTERFACES, "Framewell"), ("/docs", "REST"), ("/asyncapi", "Events of the mesh")]
    linked += [(f"/asyncapi/{service}", service) for service in SERVICES]
    lines = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title>",
        *(f'<link rel="stylesheet" href="{STATIC_PATH}/{style}">' for style in ("pages.css", *styles)),
        "</head><body><nav>",
        *(
            f'<a href="{address}"{" aria-current=page" if title.endswith(name) else ""}>{escape(name)}</a>'
            for address, name in linked
        ),
        "</nav>",
        body,
        *(f'<script src="{STATIC_PATH}/{script}" defer></script>' for script in scripts),
        "</body></html>",
    ]
    return HTMLResponse("\n".join(lines) + "\n", status_code=status, headers=dict(HEADERS))
