"""Answers of services that come bit by bit: the log of decisions as lines, a run as events."""

import asyncio
import json
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from framewell.dataset.v1.audit_service_pb2 import ReadAuditRequest, ReadAuditResponse
from framewell.gateway.v1.model_view_pb2 import ExportAuditRequest
from framewell.training.v1.training_service_pb2 import GetRunRequest, Run, WatchRunRequest, WatchRunResponse
from framewell_contracts.json_mapping import to_json
from framewell_gateway.entrypoints.http.app_context import AppContext
from framewell_gateway.entrypoints.http.event_streams import COMMENT_SECONDS, RETRY_MS, streamed
from framewell_gateway.ports import Away
from framewell_gateway.ports.methods import GET_RUN, READ_AUDIT, WATCH_RUN
from framewell_kit.outcomes import Outcome

LINES = "application/x-ndjson"


async def read_audit(context: AppContext, _: ExportAuditRequest, request: Request) -> Response:
    """Answer with every entry of the log, a line each, as `framewell audit verify --file` reads them."""
    answers = context.services.stream(READ_AUDIT, ReadAuditRequest())
    first = await anext(answers, ReadAuditResponse())
    headers = {"content-disposition": 'attachment; filename="audit.jsonl"', "cache-control": "no-store"}
    if request.method == "HEAD":
        return Response(media_type=LINES, headers=headers)
    return StreamingResponse(_lines(first, answers), media_type=LINES, headers=headers)


async def _lines(first: ReadAuditResponse, answers: AsyncIterator[ReadAuditResponse]) -> AsyncIterator[bytes]:
    yield _entries(first)
    async for answer in answers:
        yield _entries(answer)


def _entries(answer: ReadAuditResponse) -> bytes:
    entries = ({"kind": "entry", "text": one.text, "hash": one.hash} for one in answer.entries)
    return "".join(f"{json.dumps(one)}\n" for one in entries).encode()


async def watch_run(context: AppContext, wanted: GetRunRequest, request: Request) -> Response:
    """Answer with a run as server-sent events, one a change; the stream ends with the run.

    Raises NotFound for no run, Away without training.
    """
    await context.services.call(GET_RUN, wanted)
    return streamed(context, request, _changes(context, wanted.run_id))


async def _changes(context: AppContext, run_id: str) -> AsyncIterator[bytes]:
    """Yield the run after each change; where training goes away the stream ends, and the client returns."""
    yield f": a training run\nretry: {RETRY_MS}\n\n".encode()
    answers = context.services.stream(WATCH_RUN, WatchRunRequest(run_id=run_id))
    waiting = asyncio.ensure_future(anext(answers, None))
    try:
        while True:
            done, _ = await asyncio.wait({waiting}, timeout=COMMENT_SECONDS)
            if not done:
                yield b": still here\n\n"
                continue
            answer: WatchRunResponse | None = waiting.result()
            if answer is None:
                yield b"event: end\ndata: {}\n\n"
                return
            yield _event(answer.run)
            waiting = asyncio.ensure_future(anext(answers, None))
    except (Away, Outcome):
        return
    finally:
        waiting.cancel()


def _event(run: Run) -> bytes:
    return f"event: run\ndata: {json.dumps(to_json(run, defaults=True), ensure_ascii=False)}\n\n".encode()
