"""The gateway's REST application."""

import json
from collections.abc import Callable, Collection, Mapping
from typing import Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount

from framewell_gateway.entrypoints.http import (
    console,
    event_schemas,
    model_uploads,
    oidc,
    openapi,
    pages,
    pictures,
    problems,
    resumable_uploads,
    sentences,
    uploads,
)
from framewell_gateway.entrypoints.http.app_context import AppContext
from framewell_gateway.entrypoints.http.authorising import require_guards
from framewell_gateway.entrypoints.http.cross_origin import CrossOrigin
from framewell_gateway.entrypoints.http.guards import Admission
from framewell_gateway.entrypoints.http.observing import Observed
from framewell_gateway.entrypoints.http.request_limit import RequestLimit
from framewell_gateway.entrypoints.http.routes import ROUTES
from framewell_gateway.entrypoints.http.routing import open_operations, starlette_routes
from framewell_kit.pace import Pace

SIMILAR_PATH: Final = "/v1/similar"
MOST_PICTURE_BODY_BYTES: Final = 6 << 20
"""Of a request with a picture in Base64; inference takes pictures of 4 MiB."""


def application(
    context: AppContext,
    *,
    most_body_bytes: int = 1 << 20,
    most_upload_bytes: int = 1 << 40,
    kafka_prefix: str = "",
    cors_origins: Collection[str] = (),
    pace: Callable[[], Pace] = Pace,
) -> Starlette:
    """Return the application on these ports. Without users and tokens it serves callers on this machine only.

    `kafka_prefix` stands before the topics that the pages describe. `pace` bounds the time of one body.
    """
    described = json.dumps(openapi.document(ROUTES, asks_for_tokens=True), ensure_ascii=False).encode()
    open_to_all = open_operations(ROUTES) | oidc.PATHS
    limit = Middleware(
        RequestLimit,
        most_bytes=most_body_bytes,
        larger=_larger_bodies(most_body_bytes, most_upload_bytes),
        open_paths=frozenset(path for _, path in open_to_all),
        pace=pace,
    )
    app = Starlette(
        routes=[
            *starlette_routes(ROUTES),
            *resumable_uploads.routes(),
            *oidc.routes(),
            *event_schemas.routes(),
            *sentences.routes(),
            *pages.routes(kafka_prefix, described),
            Mount(pages.STATIC_PATH, pages.Static()),
            *console.routes(),
        ],
        middleware=[
            Middleware(Observed),
            Middleware(CrossOrigin, origins=cors_origins),
            Middleware(
                Admission,
                access=context.access,
                origins=cors_origins,
                public_url=context.public_url,
                open_operations=open_to_all,
            ),
            limit,
        ],
    )
    app.state.context = context
    require_guards(app.routes)
    problems.install(app)
    return app


def _larger_bodies(most_body_bytes: int, most_upload_bytes: int) -> Mapping[str, int]:
    """Return how many bytes are taken below the paths that files and pictures are sent to."""
    most_picture_bytes = max(most_body_bytes, MOST_PICTURE_BODY_BYTES)
    return {
        uploads.PATH: most_upload_bytes,
        model_uploads.PATH: most_upload_bytes,
        model_uploads.TRY_PATH: most_upload_bytes,
        SIMILAR_PATH: most_picture_bytes,
        pictures.PATH: most_picture_bytes,
    }
