"""The servers begin with the heap they need at rest, whatever memory the machine has."""

from pathlib import Path

from framewell_embedded.broker import Broker
from framewell_embedded.database import Database


def test_a_server_begins_with_a_small_heap_that_may_grow(tmp_path: Path) -> None:
    for server, begins_with, at_most in ((Broker(tmp_path, 1, 2), 96, 512), (Database(tmp_path, 1), 32, 256)):
        heap = [argument for argument in server.command() if argument.startswith(("-Xms", "-Xmx"))]
        assert heap == [f"-Xms{begins_with}m", f"-Xmx{at_most}m"]
