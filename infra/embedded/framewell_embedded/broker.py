"""Apache Kafka as one process: broker and controller (KRaft), on loopback, data in one folder."""

from __future__ import annotations

import base64
import subprocess
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Final

from framewell_embedded.errors import CannotStart
from framewell_embedded.jars import jars_folder
from framewell_embedded.java import Heap, find_java
from framewell_embedded.listeners import Listeners, PlainListeners
from framewell_embedded.ports import LOOPBACK, answers

_HEAP: Final = Heap(begins_with_megabytes=96, at_most_megabytes=512)
_TEMPLATE: Final = Path(__file__).parent / "resources" / "server.properties"


@dataclass(frozen=True, slots=True)
class Broker:
    """Where one broker lives. `prepare` once before every start; it changes nothing the second time."""

    folder: Path
    port: int
    controller_port: int
    listeners: Listeners = field(default_factory=PlainListeners)

    @property
    def bootstrap(self) -> str:
        """Return what clients connect to."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def _configuration(self) -> Path:
        return self.folder / "server.properties"

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def prepare(self) -> None:
        """Write the configuration for these ports and format an empty data folder."""
        self.folder.mkdir(parents=True, exist_ok=True)
        listening = self.listeners.properties(self.port, self.controller_port)
        self._configuration.write_text(
            Template(_TEMPLATE.read_text()).substitute(
                controller_port=self.controller_port,
                data=self._data.as_posix(),
                listeners="\n".join(f"{name}={value}" for name, value in listening.items()),
            )
        )
        if (self._data / "meta.properties").exists():
            return
        # In one argument: an id may begin with a dash.
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        formatted = subprocess.run(
            self._java(
                "kafka.tools.StorageTool", "format", "--standalone",
                f"--cluster-id={cluster}", "-c", str(self._configuration),
            ),
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if formatted.returncode:
            reason = (formatted.stderr or formatted.stdout).strip().splitlines() or ["no reason given"]
            raise CannotStart(
                f"The broker's folder {self._data} could not be formatted: {reason[-1]}. "
                f"Delete the folder if nothing in it is needed, or make room on the disk."
            )

    def command(self) -> tuple[str, ...]:
        """Return the command line that runs the broker in the foreground; SIGTERM ends it cleanly."""
        return self._java("kafka.Kafka", str(self._configuration))

    def ready(self) -> bool:
        """Return whether it accepts connections, which it does only after its logs are recovered."""
        return answers(self.port)

    def _java(self, *arguments: str) -> tuple[str, ...]:
        return find_java().command(heap=_HEAP, classpath=jars_folder(), arguments=arguments)
