"""What README and the pages print is typed, line by line, on one mesh that README itself starts and ends."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from framewell_cli.mesh.processes import end, of_mesh
from framewell_demo.media import prepare
from framewell_demo.sources import FOLDER, open_sources
from framewell_kit.testing.ports import port_base
from story.documented_commands import Command, ReaderShell, commands_of, prints

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
LAST = "framewell down"
"""README's own end of the mesh: typed when the other pages have been read, too."""

NOT_TYPED = {
    "FRAMEWELL_KAFKA=": "needs a broker with TLS: tests/security starts one",
    "framewell dlq discard": "about an event that nobody sent here",
    "framewell scale-in": "needs three replicas",
    "framewell up --detach --scale": "the mesh is up already; tests of the command do it",
    "set -a": "belongs to another machine; tests of the command do the same on this one",
    "python -m": "as above",
    "curl -f": "as above",
    "set -a; . ./replica.env": "a replica on another machine: libs/cli/tests/test_scaled_mesh.py starts one",
    "python -m framewell_inference": "as above",
    "curl -f http://127.0.0.1:$((FRAMEWELL_PORT_BASE": "as above",
    "framewell topics apply --replication": "needs a cluster of brokers",
    "framewell topics diff --kafka": "needs a broker of its own, likewise `apply`",
    "framewell topics diff  --kafka": "as above",
    "framewell topics apply --kafka": "as above",
    "grpcurl": "Debian has no package of it",
    "make": "the suite itself, or half an hour",
    "npm ci": "make setup has done it",
}
"""Commands by their beginning that this test leaves out, and why."""

ENDLESS = "text/event-stream"
"""In a command that goes on until its reader ends it: this one does after some seconds."""

PAGES = (
    "docs/rest.md",
    "docs/events.md",
    "docs/datasets.md",
    "docs/rights.md",
    "docs/models.md",
    "docs/reanalysis.md",
    "docs/observability.md",
    "docs/operations.md",
    "docs/security.md",
    "examples/typescript/README.md",
)
NEEDED = ("curl", "jq", "kcat", "openssl", "node")
IN_A_CHECKOUT = (".venv", ".framewell-demo", ".framewell-models", "node_modules", "proto", "docs")
LONGEST_SECONDS = 300.0
KNOWN_SECONDS = 60.0
"""How long a request may be on its way while its sender asks already what became of it."""

pytestmark = [pytest.mark.story, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReaderShell]:
    """A shell in a folder that looks like a checkout after `make demo`, on a port base that is free."""
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        pytest.skip(f"not installed here: {', '.join(missing)}")
    prepare(open_sources(ROOT / FOLDER), (ROOT / FOLDER).with_name("programmes"))
    folder, scratch = tmp_path_factory.mktemp("checkout"), tmp_path_factory.mktemp("shell")
    for name in IN_A_CHECKOUT:
        (folder / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "examples", folder / "examples", symlinks=True)
    shell = ReaderShell(folder, scratch, port_base())
    yield shell
    shell.close()
    end(of_mesh(folder / ".framewell"), grace_seconds=5.0)


def type_in(shell: ReaderShell, command: Command) -> None:
    """Type a command; it must succeed and print what the page shows."""
    if command.text.startswith(tuple(NOT_TYPED)):
        return
    if ENDLESS in command.text:
        assert "data: {" in shell.run(f"timeout 10 {command.text}", LONGEST_SECONDS).output
        return
    deadline = time.monotonic() + KNOWN_SECONDS
    answer = shell.run(command.text, LONGEST_SECONDS)
    while command.text.startswith("framewell watch") and not answer.succeeded and time.monotonic() < deadline:
        answer = shell.run(command.text, LONGEST_SECONDS)
    assert answer.succeeded, f"{command.text}\n{answer.output[-3000:]}\n{answer.errors[-3000:]}"
    if command.printed is not None:
        assert prints(command.printed, answer.output), f"{command.text}\n{answer.output}"


def test_every_command_of_the_readme_works_as_printed(reader: ReaderShell) -> None:
    commands = list(commands_of(README))
    assert commands[-1].text.startswith(LAST)
    assert sum(command.text.startswith(LAST) for command in commands) == 1
    for command in commands[:-1]:
        type_in(reader, command)


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_a_page_works_as_printed(reader: ReaderShell, page: str) -> None:
    reader.begin()
    for command in commands_of(ROOT / page):
        type_in(reader, command)


def test_the_readme_ends_its_mesh(reader: ReaderShell) -> None:
    reader.begin()
    type_in(reader, Command(LAST))
    assert of_mesh(reader.folder / ".framewell") == [], "processes of the mesh were left running"


def test_what_a_page_shows_is_compared_with_what_came() -> None:
    assert prints('"a"\n{"score":0.7…,"x":[…]}\n', '"a"\n{"score":0.74,"x":[1,2]}\n')
    assert prints("…\nend\n", "one\ntwo\nend\n")
    assert not prints('"a"\n', '"b"\n')
    assert not prints("end\n", "one\nend\n")


def test_a_command_may_go_on_over_lines(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "```sh\n# a note\none \\\n  two   # isn't it\ncurl -d '{\n}'\ncat >x <<END\nit's\nEND\nlast\n```\n"
        "```console\n$ show\n1\n```\n"
    )
    assert [command.text for command in commands_of(page)] == [
        "one \\\n  two   # isn't it",
        "curl -d '{\n}'",
        "cat >x <<END\nit's\nEND",
        "last",
        "show",
    ]
