"""What the services hold: asked of each over gRPC, document by document and object by object."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from framewell.mesh.v1 import operations_service_pb2 as api
from framewell.mesh.v1.operations_service_pb2_grpc import OperationsServiceStub
from framewell_cli.erasure.findings import Finding, Looked, Verdict
from framewell_cli.erasure.subjects import Needles
from framewell_cli.errors import CommandError, MeshUnreachable
from framewell_cli.service_calls import Metadata, ServiceAddress, service
from framewell_contracts.services import SERVICES

SEARCH_SECONDS: Final = 600.0
RESTART_SECONDS: Final = 20.0
ASK_AGAIN_SECONDS: Final = 1.0
LAW: Final = "§"
"""Stands in the reason of every store that keeps words because a law asks for it."""


def search_services(
    needles: Needles, addresses: Mapping[str, ServiceAddress], metadata: Metadata
) -> Iterator[Looked]:
    """Yield what each service found in its database and its objects.

    The first one asks the database to write its file anew before: what was deleted is nowhere in it then.
    """
    wanted = [*needles.words, *needles.ids]
    for number, name in enumerate(SERVICES):
        address = addresses.get(name)
        if address is None:
            yield Looked(f"{name}: database", not_searched="its address is not known here")
            continue
        request = api.SearchHoldingsRequest(needles=wanted, compact=number == 0)
        try:
            answer = _asked(address, request, metadata)
        except CommandError as error:
            yield Looked(f"{name}: database", not_searched=str(error))
            continue
        if number == 0 and not answer.compacted:
            yield Looked(
                "files of the database",
                not_searched="this database does not give back space on demand: what was deleted may be read "
                "from its files until it is written over",
            )
        yield from (_looked(name, one, len(needles.words)) for one in answer.stores)


def _asked(
    address: ServiceAddress, request: api.SearchHoldingsRequest, metadata: Metadata
) -> api.SearchHoldingsResponse:
    """Ask a service, again while it is being started. Raise CommandError when it stays away or refuses."""
    deadline = time.monotonic() + RESTART_SECONDS
    while True:
        try:
            with service(OperationsServiceStub, address) as stub:
                answer: api.SearchHoldingsResponse = stub.SearchHoldings(
                    request, timeout=SEARCH_SECONDS, metadata=metadata
                )
                return answer
        except MeshUnreachable:
            if time.monotonic() >= deadline:
                raise
        time.sleep(ASK_AGAIN_SECONDS)


def _looked(name: str, one: api.SearchedStore, words: int) -> Looked:
    place = f"{name}: {one.store.rstrip('/')}"
    return Looked(place, one.searched, _findings(one, words))


def _findings(one: api.SearchedStore, words: int) -> Sequence[Finding]:
    if not one.found:
        return ()
    where = ", ".join(one.places[:3])
    if all(place >= words for place in one.needles):
        return (Finding(Verdict.KEPT, one.found, where, one.kept or "ids alone, which say that it went"),)
    if LAW in one.kept:
        return (Finding(Verdict.KEPT, one.found, where, one.kept),)
    return (Finding(Verdict.LEFT, one.found, where),)
