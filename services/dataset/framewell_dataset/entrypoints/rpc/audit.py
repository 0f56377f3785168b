"""AuditService: the log of decisions for outsiders."""
# ruff: noqa: ARG002, N802 - gRPC gives every method a context and names it

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from framewell.dataset.v1 import audit_service_pb2 as messages
from framewell.dataset.v1 import audit_service_pb2_grpc as stubs
from framewell_contracts.audit.seals import public_pem
from framewell_dataset.ports.audit import AuditRepository, RecordedFacts
from framewell_dataset.queries.list_audit import ListAudit, Listed
from framewell_dataset.steps.seal_audit import SealAudit
from framewell_kit.paging import page_request
from framewell_kit.rpc import Servicer

ENTRIES_A_MESSAGE = 200


@dataclass(frozen=True, slots=True)
class AuditServicer(stubs.AuditServiceServicer):
    """Translates calls about the log."""

    log: AuditRepository
    seal: SealAudit
    entries: ListAudit

    async def SealAudit(self, request: messages.SealAuditRequest, context: Any) -> messages.SealAuditResponse:
        return messages.SealAuditResponse(seals=await self.seal())

    async def ReadAudit(
        self, request: messages.ReadAuditRequest, context: Any
    ) -> AsyncIterator[messages.ReadAuditResponse]:
        answer = messages.ReadAuditResponse()
        for chain in await self.log.chains():
            async for entry, stored in self.log.entries(chain):
                answer.entries.add(text=entry.text, hash=stored)
                if len(answer.entries) == ENTRIES_A_MESSAGE:
                    yield answer
                    answer = messages.ReadAuditResponse()
        yield answer

    async def ListAudit(self, request: messages.ListAuditRequest, context: Any) -> messages.ListAuditResponse:
        page = await self.entries(
            page_request(request),
            principal=request.principal,
            subject=request.subject,
            with_reasons=request.with_reasons,
        )
        return messages.ListAuditResponse(
            records=[_record(each) for each in page.items],
            next_page_token=page.next_token,
            total_size=page.total,
        )

    async def GetAuditKey(
        self, request: messages.GetAuditKeyRequest, context: Any
    ) -> messages.GetAuditKeyResponse:
        keys = {} if self.seal.key is None else self.seal.key.public_keys
        return messages.GetAuditKeyResponse(public_keys=public_pem(keys), key_id=self.seal.key_id)


def _record(listed: Listed) -> messages.AuditRecord:
    entry = listed.entry
    return messages.AuditRecord(
        chain_id=entry.chain,
        place=entry.place,
        hash=listed.hash,
        event_id=entry.event_id,
        time=entry.time,
        subject=entry.subject,
        class_id=entry.class_id,
        what=entry.what,
        principal=entry.principal,
        authority=entry.authority,
        reason=listed.reason,
    )


def servicer(log: AuditRepository, seal: SealAudit, recorded: RecordedFacts) -> Servicer:
    """Return the service as the server takes it."""
    name = messages.DESCRIPTOR.services_by_name["AuditService"].full_name
    return Servicer(
        name, stubs.add_AuditServiceServicer_to_server, AuditServicer(log, seal, ListAudit(log, recorded))
    )
