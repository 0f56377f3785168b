"""The English template of every sentence, by its code: `/sentences.json`, for whoever words them anew."""

from functools import cache
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def routes() -> list[Route]:
    """Return where the templates are; they are open to everybody, as the other descriptions are."""
    return [Route("/sentences.json", _listed)]


async def _listed(_: Request) -> Response:
    return Response(_catalogue(), media_type="application/json")


@cache
def _catalogue() -> bytes:
    return files("framewell_contracts").joinpath("sentences.json").read_bytes()
