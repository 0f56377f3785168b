"""Pictures sent as the body of a request, to be looked at by models."""

from __future__ import annotations

from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from framewell.inference.v1.inference_service_pb2 import AnalyseImageRequest, AnalyseImageResponse
from framewell_contracts.json_mapping import FieldProblem
from framewell_contracts.sentences import say
from framewell_gateway.entrypoints.http.app_context import AppContext
from framewell_gateway.entrypoints.http.problems import InvalidRequest
from framewell_gateway.entrypoints.http.requests import other_type, refuse_encoded
from framewell_gateway.entrypoints.http.routing import json_response
from framewell_gateway.ports.methods import ANALYSE_IMAGE

PATH: Final = "/v1/pictures/analyse"
MOST_BYTES: Final = 4 << 20
TYPES: Final = ("image/jpeg", "image/png", "image/webp", "application/octet-stream")


async def analyse(context: AppContext, wanted: AnalyseImageRequest, request: Request) -> Response:
    """Answer with what analysers see in the picture that is the body; nothing of it is kept.

    Raises HTTPException for a body of another type (415) or that is too large (413), InvalidRequest for none,
    and what inference refuses the picture for: more pixels than are read, or no picture at all.
    """
    kind = request.headers.get("content-type", TYPES[-1]).partition(";")[0].strip().lower()
    if kind not in TYPES:
        raise HTTPException(415, other_type(kind[:200], ", ".join(TYPES)))
    refuse_encoded(request.headers)
    wanted.image = await request.body()
    if not wanted.image:
        said = say("body.no_picture", "the body is the picture: send its bytes")
        raise InvalidRequest([FieldProblem("", said)])
    if len(wanted.image) > MOST_BYTES:
        said = say(
            "too_large.picture_bytes", "a picture of at most {most} bytes is taken here", most=MOST_BYTES
        )
        raise HTTPException(413, said)
    answer: AnalyseImageResponse = await context.services.call(ANALYSE_IMAGE, wanted)
    return json_response(answer)
