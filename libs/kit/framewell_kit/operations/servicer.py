"""`OperationsService` over gRPC: translates, and asks for an operator where something changes."""

# ruff: noqa: ARG002, N802 - gRPC gives every method a context and names it
import asyncio
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from framewell.mesh.v1 import operations_service_pb2 as pb
from framewell.mesh.v1 import operations_service_pb2_grpc as grpc_code
from framewell_contracts.sentences import say, wording_of
from framewell_kit.documents.protocol import Document
from framewell_kit.jobs.store import reason_of
from framewell_kit.operations.holdings_search import HoldingsSearch, Searched
from framewell_kit.operations.process_state import ProcessState
from framewell_kit.outcomes import NotYet, Rejected
from framewell_kit.rpc import Servicer, current_actor
from framewell_kit.stream.consumer.pauses import PausedPartition
from framewell_kit.stream.policy.breaker import Breaker
from framewell_kit.telemetry import logger
from framewell_kit.telemetry.control import TelemetryState

NAME = pb.DESCRIPTOR.services_by_name["OperationsService"].full_name
log = logger(__name__)
MOST_NEEDLES = 1000
_VERSION = version("framewell-kit")
"""All packages of the mesh have one version."""

_STATES = {
    "waiting": pb.JOB_STATE_WAITING,
    "later": pb.JOB_STATE_LATER,
    "running": pb.JOB_STATE_RUNNING,
    "done": pb.JOB_STATE_DONE,
    "failed": pb.JOB_STATE_FAILED,
}


def operations(state: ProcessState) -> Servicer:
    """Return the servicer of a process, as its gRPC server takes it."""
    return Servicer(NAME, grpc_code.add_OperationsServiceServicer_to_server, Operations(state))


class Operations(grpc_code.OperationsServiceServicer):
    """Answers for one process."""

    def __init__(self, state: ProcessState) -> None:
        self._state = state
        self._reverting: asyncio.TimerHandle | None = None
        self._reverts_at: datetime | None = None

    async def GetTelemetry(self, request: pb.GetTelemetryRequest, context: Any) -> pb.GetTelemetryResponse:
        return pb.GetTelemetryResponse(telemetry=self._telemetry(self._state.telemetry.state()))

    async def SetTelemetry(self, request: pb.SetTelemetryRequest, context: Any) -> pb.SetTelemetryResponse:
        actor = current_actor()
        seconds = request.revert_after.ToTimedelta().total_seconds()
        if request.HasField("revert_after") and seconds <= 0:
            raise Rejected(say("revert_after", "revert_after must be a time to come"))
        now = self._state.telemetry.change(
            log_level=request.log_level if request.HasField("log_level") else None,
            loggers=request.loggers,
            trace_sample=request.trace_sample if request.HasField("trace_sample") else None,
        )
        if request.HasField("revert_after"):  # else a way back that somebody set stays, and is shown
            self._revert_after(seconds)
        log.warning(
            "telemetry changed", by=actor.principal, role=actor.authority, log_level=now.log_level,
            loggers=dict(now.loggers), trace_sample=now.trace_sample, seconds=seconds or None,
        )  # fmt: skip
        return pb.SetTelemetryResponse(telemetry=self._telemetry(now))

    async def ListBreakers(self, request: pb.ListBreakersRequest, context: Any) -> pb.ListBreakersResponse:
        return pb.ListBreakersResponse(
            breakers=[_breaker(group, one) for group, one in sorted(self._state.breakers.items())]
        )

    async def ResumeBreaker(self, request: pb.ResumeBreakerRequest, context: Any) -> pb.ResumeBreakerResponse:
        actor = current_actor()
        breaker = await self._state.resume(request.group)
        log.warning("breaker resumed", by=actor.principal, role=actor.authority, group=request.group)
        return pb.ResumeBreakerResponse(breaker=_breaker(request.group, breaker))

    async def DescribeWork(self, request: pb.DescribeWorkRequest, context: Any) -> pb.DescribeWorkResponse:
        state = self._state
        waiting = state.health.waiting()
        answer = pb.DescribeWorkResponse(
            service=state.service,
            process=state.process,
            version=_VERSION,
            ready=not waiting,
            waiting=[_part(name, reason) for name, reason in waiting.items()],
            notes=[_part(name, note) for name, read in state.health.notes.items() for note in read()],
            paused=[_paused(one) for one in (state.streams.paused() if state.streams else ())],
            breakers=[
                _breaker(group, one)
                for group, one in sorted(state.breakers.items())
                if one.is_open or one.half_open
            ],
        )
        if state.work is not None and request.asset_id:
            answer.jobs.extend(_job(document) for document in await state.work.jobs(request.asset_id))
            answer.started.extend(pb.StartedRecord(**one._asdict()) for one in await state.work.started())
            answer.unsent_facts = await state.work.unsent(request.asset_id)
        return answer

    async def SearchHoldings(
        self, request: pb.SearchHoldingsRequest, context: Any
    ) -> pb.SearchHoldingsResponse:
        search = self._search()
        if not 0 < len(request.needles) <= MOST_NEEDLES or not all(request.needles):
            raise Rejected(say("needles", "name 1 to {most} needles, none of them empty", most=MOST_NEEDLES))
        compacted = request.compact and await search.documents.compact()
        found = await search(request.needles)
        return pb.SearchHoldingsResponse(stores=map(_searched, found), compacted=compacted)

    async def ListHoldings(self, request: pb.ListHoldingsRequest, context: Any) -> pb.ListHoldingsResponse:
        rows = [
            pb.DeclaredHolding(store=row.store, holds=row.holds, erased=row.eraser is not None, kept=row.kept)
            for row in self._search().holdings.rows
        ]
        return pb.ListHoldingsResponse(holdings=rows)

    def _search(self) -> HoldingsSearch:
        if self._state.search is None:
            raise NotYet(
                say(
                    "service_starting",
                    "{service} has not started: {why}",
                    service=self._state.service,
                    why=self._state.health.starting,
                )
            )
        return self._state.search

    def _telemetry(self, current: TelemetryState) -> pb.Telemetry:
        return pb.Telemetry(
            log_level=current.log_level,
            loggers=current.loggers,
            trace_sample=current.trace_sample,
            exporting=current.exporting,
            reverts_at=_moment(self._reverts_at),
        )

    def _revert_after(self, seconds: float) -> None:
        if self._reverting is not None:
            self._reverting.cancel()
        self._reverts_at = datetime.now(UTC) + timedelta(seconds=seconds)
        self._reverting = asyncio.get_running_loop().call_later(seconds, self._revert)

    def _revert(self) -> None:
        self._reverting, self._reverts_at = None, None
        now = self._state.telemetry.revert()
        log.warning("telemetry back at its settings", log_level=now.log_level, trace_sample=now.trace_sample)


def _searched(one: Searched) -> pb.SearchedStore:
    return pb.SearchedStore(
        store=one.store,
        searched=one.searched,
        found=one.found,
        places=one.places,
        needles=sorted(one.needles),
        kept=one.kept,
    )


def _part(name: str, reason: str) -> pb.WaitingPart:
    return pb.WaitingPart(part=name, reason=reason, wording=wording_of(reason))


def _breaker(group: str, breaker: Breaker) -> pb.Breaker:
    opened = None if breaker.opened_at is None else datetime.fromtimestamp(breaker.opened_at, UTC)
    tries = datetime.now(UTC) + timedelta(seconds=breaker.seconds_left) if breaker.is_open else None
    return pb.Breaker(
        group=group,
        open=breaker.is_open,
        half_open=breaker.half_open,
        opened_at=_moment(opened),
        tries_at=_moment(tries),
    )


def _paused(one: PausedPartition) -> pb.PausedPartition:
    until = datetime.now(UTC) + timedelta(seconds=one.seconds_left)
    return pb.PausedPartition(
        group=one.group,
        topic=one.topic,
        partition=one.partition,
        until=_moment(until),
        reason=one.reason,
        wording=wording_of(one.reason),
    )


def _job(document: Document) -> pb.HeldJob:
    state = _STATES[document["queue"].removeprefix(document["kind"] + "/").split("/")[0]]
    reason = reason_of(document)
    return pb.HeldJob(
        kind=document["kind"],
        key=document["key"],
        state=state,
        lane=document["lane"],
        attempt=document["attempt"],
        starts=document["starts"],
        worker=document.get("worker", ""),
        leased_until=_moment(document.get("leased_until") if state == pb.JOB_STATE_RUNNING else None),
        due_at=_moment(document["due"] if state == pb.JOB_STATE_LATER else None),
        put_at=_moment(document["put_at"]),
        reason=reason,
        wording=wording_of(reason),
        code=document.get("code", ""),
    )


def _moment(when: datetime | None) -> Timestamp | None:
    if when is None:
        return None
    moment = Timestamp()
    moment.FromDatetime(when)
    return moment
