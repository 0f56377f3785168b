"""Checks of the mesh that runs in the folder: what only its services can tell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from framewell.inference.v1 import inference_service_pb2 as api
from framewell.inference.v1.inference_service_pb2_grpc import InferenceServiceStub
from framewell_cli.errors import CommandError
from framewell_cli.mesh.doctor.check import Check
from framewell_cli.mesh.endpoints import read_endpoints, replica_addresses
from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.locking import is_held
from framewell_cli.models.shipped import START_INFERENCE_AGAIN
from framewell_cli.service_calls import caller, service
from framewell_models.folders import default_root, is_there, shipped

_PAGE: Final = 1000
_SECONDS: Final = 10.0


def models(folder: MeshFolder) -> Iterator[Check]:
    """Check the models of every replica: in quarantine, not on the device asked for, not at work yet."""
    if not is_held(folder.lock):
        return
    try:
        replicas = replica_addresses(read_endpoints(folder), "inference")
    except CommandError:  # it is only just coming up
        return
    for replica, address in replicas.items():
        yield from served_models(f"models of {replica}", address)


def served_models(name: str, address: str) -> Iterator[Check]:
    """Check the models of one replica, under this name."""
    try:
        with service(InferenceServiceStub, address) as stub:
            request = api.ListModelsRequest(page_size=_PAGE)
            listed = stub.ListModels(request, timeout=_SECONDS, metadata=caller()).models
            analysers = stub.ListAnalysers(
                api.ListAnalysersRequest(), timeout=_SECONDS, metadata=caller()
            ).analysers
    except CommandError as error:
        yield Check(name, "note", str(error))
        return
    broken = [one for one in listed if one.quarantined]
    reasons = dict.fromkeys(one.fallback for one in listed if one.fallback)
    for one in broken:
        advice = "It stops no other. Take a sound one in as a new version, and remove this one."
        yield Check(name, "note", f"{_named(one)} is in quarantine: {one.quarantined}", advice)
    for reason in reasons:
        elsewhere = ", ".join(_named(one) for one in listed if one.fallback == reason)
        advice = "They run more slowly meanwhile. FRAMEWELL_INFERENCE_DEVICE says what is asked for."
        yield Check(name, "note", f"{reason}; so it is with {elsewhere}", advice)
    optional = [one for one in shipped() if one.optional]
    here = {one.analyser for one in optional} - {
        one.analyser for one in optional if not is_there(default_root(), one.ref)
    }
    waiting = sorted(one.name for one in analysers if one.not_installed and one.name in here)
    if waiting:
        advice = f"To let it look at what arrives, {START_INFERENCE_AGAIN}."
        yield Check(name, "note", f"{', '.join(waiting)}: fetched, and not at work yet", advice)
    if not broken and not reasons:
        at_work = sorted(here & {one.name for one in analysers if not one.not_installed})
        also = f"; optional and at work: {', '.join(at_work)}" if at_work else ""
        yield Check(name, "ok", f"{len(listed)} served, none in quarantine{also}")


def _named(one: api.Model) -> str:
    return f"{one.model.name}@{one.model.version}"
