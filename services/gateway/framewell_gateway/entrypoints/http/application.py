"""The gateway's REST application."""

from collections.abc import Mapping
from types import MappingProxyType

from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer
from starlette.middleware import Middleware

from framewell_gateway.entrypoints.http import (
    assets,
    events,
    models,
    objects,
    pages,
    problems,
    training_data,
)
from framewell_gateway.entrypoints.http.door import Door
from framewell_gateway.entrypoints.http.guards import Admission, BodyLimit
from framewell_gateway.entrypoints.http.observing import Observed

_DESCRIPTION = """\
One door to the mesh for people and scripts: take media in, see what became of it, review samples,
change rights. Errors are problem details (RFC 9457). Ids are UUIDs; moments are RFC 3339.
"""


def application(
    door: Door,
    *,
    tokens: Mapping[str, str] = MappingProxyType({}),
    most_body_bytes: int = 1 << 20,
    most_upload_bytes: int = 1 << 40,
    kafka_prefix: str = "",
) -> FastAPI:
    """The application on this door. Without tokens it serves callers on this machine only.

    `kafka_prefix` stands before the topics of the mesh, which the pages describe.
    """
    app = FastAPI(
        title="Framewell",
        version="1",
        description=_DESCRIPTION,
        responses=problems.RESPONSES,
        # Their pages load scripts from the internet, which an archive does not have: `pages` has its own.
        docs_url=None,
        redoc_url=None,
        # Says in the description that a token is asked for; who is let in is decided by Admission.
        dependencies=[Depends(HTTPBearer(auto_error=False))] if tokens else [],
        middleware=[
            Middleware(Observed),
            Middleware(Admission, tokens=tokens),
            Middleware(
                BodyLimit,
                most_bytes=most_body_bytes,
                upload_path=assets.UPLOADS,
                most_upload_bytes=most_upload_bytes,
            ),
        ],
    )
    app.state.door = door
    problems.install(app)
    for part in (assets, events, training_data, models, objects):
        app.include_router(part.router)
    app.include_router(pages.router(kafka_prefix))
    app.mount(pages.STATIC_PATH, pages.Static())
    return app
