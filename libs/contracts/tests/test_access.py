"""Every method of the mesh stands in the table of access, and roles include what the design says."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from google.protobuf.descriptor import MethodDescriptor
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2

import framewell
from framewell_contracts.access import (
    METHODS,
    PEOPLE,
    Role,
    UnknownRole,
    includes,
    owner_of,
    role_of,
    rule_of,
)


def declared() -> Iterator[MethodDescriptor]:
    """Yield the methods of every .proto of the mesh, and those of health and reflection."""
    names = {one.name for one in pkgutil.walk_packages(framewell.__path__, "framewell.")}
    generated = [importlib.import_module(name) for name in sorted(names) if name.endswith("_pb2")]
    for module in (*generated, health_pb2, reflection_pb2):
        for service in module.DESCRIPTOR.services_by_name.values():
            yield from service.methods


def path(method: MethodDescriptor) -> str:
    return f"/{method.containing_service.full_name}/{method.name}"


def test_every_method_of_every_proto_is_in_the_table_and_none_that_is_gone() -> None:
    methods = {path(one) for one in declared()}
    missing, gone = sorted(methods - METHODS.keys()), sorted(METHODS.keys() - methods)
    assert not missing, f"add a line to framewell_contracts/access/table.py for {missing}"
    assert not gone, f"remove from framewell_contracts/access/table.py: {gone}"


def test_a_method_that_is_not_in_the_table_has_no_rule() -> None:
    assert rule_of("/framewell.ingest.v1.IngestService/Everything") is None
    assert rule_of("framewell.ingest.v1.IngestService/Submit") is None
    assert rule_of("") is None


def test_every_person_may_what_a_viewer_may_and_an_administrator_what_anybody_may() -> None:
    for name, rule in METHODS.items():
        if rule.allows(Role.VIEWER):
            assert all(rule.allows(role) for role in PEOPLE), name
        assert rule.allows(Role.ADMIN), name
        assert rule.allows(Role.LOCAL), name


def test_neither_of_curators_and_rights_people_is_the_other() -> None:
    assert not includes(Role.CURATOR, Role.RIGHTS)
    assert not includes(Role.RIGHTS, Role.CURATOR)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.SERVICE])
def test_who_only_looks_changes_nothing(role: Role) -> None:
    changing = (
        "Cancel", "Change", "Choose", "Claim", "Create", "Delete", "Disable", "Distinguish", "Enable", "Hold",
        "Import", "Merge", "Name", "Pause", "Promote", "Propose", "Publish", "Release", "Remove", "Rename",
        "Reprocess", "Resume", "Review", "Rollback", "Seal", "Set", "Split", "Start", "Submit", "Undo",
        "Upload",
    )  # fmt: skip
    found = [name for name in METHODS if name.rpartition("/")[2].startswith(changing)]
    assert len(found) > 30
    assert not [name for name in found if METHODS[name].allows(role)]


@pytest.mark.parametrize(
    ("method", "roles"),
    [
        ("/framewell.ingest.v1.IngestService/RemoveAsset", "rights admin local"),
        ("/framewell.dataset.v1.RightsService/PreviewRightsChange", "rights admin local"),
        ("/framewell.dataset.v1.ReviewService/ReviewSamples", "curator admin local"),
        ("/framewell.dataset.v1.ReviewService/ClaimSamples", "curator admin local"),
        ("/framewell.training.v1.TrainingService/Promote", "admin local"),
        ("/framewell.mesh.v1.OperationsService/SetTelemetry", "admin local"),
        ("/framewell.ingest.v1.IngestService/Submit", "curator rights admin local"),
        ("/framewell.ingest.v1.IngestService/GetAsset", "viewer curator rights admin local service"),
        ("/grpc.health.v1.Health/Check", "viewer curator rights admin local service"),
    ],
)
def test_who_may_do_what_the_house_would_say(method: str, roles: str) -> None:
    assert " ".join(METHODS[method].roles) == roles


@pytest.mark.parametrize(
    ("written", "owner"),
    [
        ("anna/viewer", ("anna", Role.VIEWER)),
        ("anna/staff", ("anna", Role.CURATOR)),
        ("anna", ("anna", Role.CURATOR)),
        ("anna/", ("anna", Role.CURATOR)),
        ("mesh/service", ("mesh", Role.SERVICE)),
    ],
)
def test_whose_a_token_is(written: str, owner: tuple[str, Role]) -> None:
    assert owner_of(written) == owner


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("mesh/system", "'system' is called 'service' now"),
        ("anna/editor", "'editor' is called 'curator' now"),
        ("anna/local", "'local' is no role"),
        ("anna/Admin", "'Admin' is no role"),
        ("anna/admin/admin", "'admin/admin' is no role"),
        ("/admin", "principal/role"),
        ("", "principal/role"),
    ],
)
def test_a_role_that_nobody_may_be_given_is_refused_in_a_sentence(written: str, sentence: str) -> None:
    with pytest.raises(UnknownRole, match=sentence):
        owner_of(written)
    with pytest.raises(UnknownRole):
        role_of("local")
