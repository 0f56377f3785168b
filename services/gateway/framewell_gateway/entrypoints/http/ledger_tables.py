"""GET /v1/rights/ledger.csv: the ledger as a file, page by page while it is read."""

from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from framewell.dataset.v1.rights_service_pb2 import ListLedgerRequest, ListLedgerResponse
from framewell.gateway.v1.rights_view_pb2 import ExportLedgerRequest
from framewell_gateway.domain.ledger_tables import BYTE_ORDER_MARK, HEAD, lines, table_rows
from framewell_gateway.entrypoints.http.app_context import AppContext
from framewell_gateway.ports.methods import LIST_LEDGER

MEDIA_TYPE = "text/csv"
PAGE = 1000


async def export_ledger(context: AppContext, wanted: ExportLedgerRequest, request: Request) -> Response:
    """Answer with the table. What refuses refuses before its first byte; what fails later cuts it off."""
    asked = ListLedgerRequest(
        holder=wanted.holder,
        currency=wanted.currency,
        pay_model=wanted.pay_model,
        page_size=PAGE,
    )
    for name in ("used_from", "used_before"):
        if wanted.HasField(name):
            getattr(asked, name).CopyFrom(getattr(wanted, name))
    first = await context.services.call(LIST_LEDGER, asked)
    headers = {"content-disposition": 'attachment; filename="ledger.csv"', "cache-control": "no-store"}
    if request.method == "HEAD":
        return Response(media_type=MEDIA_TYPE, headers=headers)
    return StreamingResponse(_table(context, asked, first), media_type=MEDIA_TYPE, headers=headers)


async def _table(
    context: AppContext, asked: ListLedgerRequest, page: ListLedgerResponse
) -> AsyncIterator[bytes]:
    yield (BYTE_ORDER_MARK + lines([HEAD])).encode()
    while True:
        yield table_rows(page.entries).encode()
        if not page.next_page_token:
            return
        asked.page_token = page.next_page_token
        page = await context.services.call(LIST_LEDGER, asked)
