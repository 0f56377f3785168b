"""A mesh with data keeps its keys: a missing or wrong one is named before anything starts."""

from pathlib import Path

import pytest

from framewell_cli.mesh.audit_key import AUDIT_KEY_VARIABLE
from framewell_cli.mesh.caller_key import (
    CALLER_KEY_VARIABLE,
    LOCAL_MODE_VARIABLE,
    PUBLIC_KEYS_VARIABLE,
    caller_variables,
)
from framewell_cli.mesh.doctor import installation, machine
from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.keys import prepare_keys
from framewell_cli.mesh.lifecycle import run_in_foreground
from framewell_cli.mesh.locking import exclusive
from framewell_cli.mesh.name_key import NAME_KEY_VARIABLE
from framewell_cli.mesh.ports import Ports
from framewell_cli.mesh.process_table import Entry, ProcessTable
from framewell_cli.mesh.processes import Identity
from framewell_contracts.services import SERVICES
from framewell_embedded.errors import CannotStart


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MeshFolder:
    """A mesh that was up once."""
    monkeypatch.delenv(NAME_KEY_VARIABLE, raising=False)
    monkeypatch.delenv(AUDIT_KEY_VARIABLE, raising=False)
    monkeypatch.delenv(CALLER_KEY_VARIABLE, raising=False)
    monkeypatch.delenv(PUBLIC_KEYS_VARIABLE, raising=False)
    folder = MeshFolder(tmp_path / ".framewell")
    prepare_keys(folder, pytest.fail)
    folder.database.mkdir()
    (folder.database / "mesh.db").write_bytes(b"documents")
    return folder


def refused(folder: MeshFolder) -> str:
    """Start the mesh; return the sentence, which doctor says too."""
    with pytest.raises(CannotStart) as error:
        run_in_foreground(folder, Ports(7400), ("kafka",), pytest.fail)
    check = installation.keys(folder)
    assert (check.state, check.found) == ("problem", str(error.value))
    return str(error.value)


def test_the_same_keys_are_taken_again_without_a_word(folder: MeshFolder) -> None:
    before = folder.name_key.read_text(), folder.audit_key.read_text()
    prepare_keys(folder, pytest.fail)
    assert (folder.name_key.read_text(), folder.audit_key.read_text()) == before
    assert installation.keys(folder).state == "ok"


def test_a_missing_key_for_names_is_not_replaced(folder: MeshFolder) -> None:
    folder.name_key.unlink()
    sentence = refused(folder)
    assert sentence.startswith(f"{folder.name_key} is missing")
    assert "put the earlier file back" in sentence
    assert not folder.name_key.exists()


def test_another_key_for_names_is_refused(folder: MeshFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = folder.name_key.read_text()
    folder.name_key.write_text("ab" * 32)
    assert refused(folder).startswith(f"{folder.name_key} is not the key by which this mesh knows")
    monkeypatch.setenv(NAME_KEY_VARIABLE, "cd" * 32)
    assert refused(folder).startswith(f"{NAME_KEY_VARIABLE} is not the key by which this mesh knows")
    monkeypatch.setenv(NAME_KEY_VARIABLE, kept.strip())
    prepare_keys(folder, pytest.fail)


def test_an_empty_mesh_may_be_given_another_key(folder: MeshFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder.database / "mesh.db").unlink()
    monkeypatch.setenv(NAME_KEY_VARIABLE, "cd" * 32)
    prepare_keys(folder, pytest.fail)
    (folder.database / "mesh.db").write_bytes(b"documents")
    prepare_keys(folder, pytest.fail)


@pytest.mark.parametrize("text", [b"", b"nonsense", b"\xff\x00", b"ab" * 31])
@pytest.mark.parametrize("name", ["name.key", "audit.key"])
def test_a_garbled_key_is_named_and_must_be_put_back(folder: MeshFolder, name: str, text: bytes) -> None:
    (folder.state / name).write_bytes(text)
    sentence = refused(folder)
    assert sentence.startswith(str(folder.state / name))
    assert "put the earlier" in sentence
    assert sentence.count(".key") == 1
    assert (folder.state / name).read_bytes() == text


def test_a_new_key_of_the_audit_log_is_reported_with_what_earlier_seals_need(folder: MeshFolder) -> None:
    folder.audit_key.unlink()
    lines: list[str] = []
    prepare_keys(folder, lines.append)
    (line,) = lines
    assert line.startswith(f"{folder.audit_key} was missing: a new key signs the audit log")
    assert "its public key below the new one" in line
    prepare_keys(folder, pytest.fail)


def test_the_key_of_callers_is_made_anew_where_it_is_lost_and_the_lost_one_counts_no_more(
    folder: MeshFolder,
) -> None:
    first = folder.caller_public_keys.read_text()
    assert folder.caller_key.stat().st_mode & 0o777 == 0o600
    prepare_keys(folder, pytest.fail)
    assert folder.caller_public_keys.read_text() == first
    folder.caller_key.unlink()
    prepare_keys(folder, pytest.fail)
    assert folder.caller_public_keys.read_text() != first
    assert folder.caller_public_keys.read_text().count("BEGIN PUBLIC KEY") == 1
    assert "PRIVATE" not in folder.caller_public_keys.read_text()


def test_a_mesh_that_has_data_is_not_opened_to_its_machine_by_a_start(folder: MeshFolder) -> None:
    assert folder.local_mode.exists(), "it was made when the mesh had no data"
    folder.local_mode.unlink()
    folder.caller_key.unlink()
    prepare_keys(folder, pytest.fail)
    assert not folder.local_mode.exists()


def test_a_public_key_that_somebody_added_stays(folder: MeshFolder) -> None:
    added = folder.caller_public_keys.read_text()
    folder.caller_key.unlink()
    prepare_keys(folder, pytest.fail)
    own = folder.caller_public_keys.read_text()
    folder.caller_public_keys.write_text(added)
    prepare_keys(folder, pytest.fail)
    assert folder.caller_public_keys.read_text() == own + added


@pytest.mark.parametrize("name", ["caller.key", "caller.pub"])
@pytest.mark.parametrize("text", [b"nonsense", b"\xff\x00"])
def test_a_garbled_key_of_callers_is_named_with_the_way_out(
    folder: MeshFolder, name: str, text: bytes
) -> None:
    (folder.state / name).write_bytes(text)
    assert refused(folder).endswith("delete it, and the next start makes a new one.")
    (folder.state / name).unlink()
    prepare_keys(folder, pytest.fail)


def test_the_gateway_alone_is_given_the_private_key(folder: MeshFolder) -> None:
    given = {name: caller_variables(folder, name) for name in SERVICES}
    assert [name for name, one in given.items() if CALLER_KEY_VARIABLE in one] == ["gateway"]
    assert all(one[PUBLIC_KEYS_VARIABLE] == str(folder.caller_public_keys) for one in given.values())


def test_keys_of_the_environment_are_taken_whole_or_not_at_all(
    folder: MeshFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CALLER_KEY_VARIABLE, "/elsewhere/caller.key")
    assert "FRAMEWELL_CALLER_PUBLIC_KEYS_FILE is not" in refused(folder)
    monkeypatch.setenv(PUBLIC_KEYS_VARIABLE, "/elsewhere/caller.pub")
    prepare_keys(folder, pytest.fail)
    assert caller_variables(folder, "gateway") == {LOCAL_MODE_VARIABLE: str(folder.local_mode)}


def test_doctor_names_the_ports_of_the_mesh_that_runs_in_this_folder(
    folder: MeshFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "is_free", lambda port: port not in Ports(9100).of("kafka"))
    entry = Entry("kafka", "ready", Ports(9100).of("kafka"), "kafka.log")
    folder.lock.parent.mkdir()
    with exclusive(folder.lock):
        ProcessTable(Identity(1, "then"), 9100, (entry,)).write(folder)
        found = machine.ports(folder, Ports(7400)).found
    assert found == "9100 to 9145: used by the mesh of this folder"
