"""The Java that the broker and the database run on."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from framewell_embedded.errors import CannotStart

OLDEST_JAVA: Final = 17
"""Kafka 4 brokers need 17."""


@dataclass(frozen=True, slots=True)
class Heap:
    """How large a heap begins and may become.

    Java begins with a 64th of the machine's memory and fills it before it looks for garbage: 368 MB on one
    with 24 GB, of which 60 are in use.
    """

    begins_with_megabytes: int
    at_most_megabytes: int


@dataclass(frozen=True, slots=True)
class Java:
    """One Java runtime."""

    executable: Path
    version: int

    def command(self, *, heap: Heap, classpath: Path, arguments: tuple[str, ...]) -> tuple[str, ...]:
        """Return the command line of a small server that shares its cores with the whole mesh.

        Bounded heap that begins small, the collector that costs least when idle, no statistics for other
        programs to read (they are written twenty times a second), and the first compiler alone: it halves
        the processor time of start and work on two cores, for a peak rate that nothing here asks for.
        """
        return (
            str(self.executable),
            f"-Xms{heap.begins_with_megabytes}m",
            f"-Xmx{heap.at_most_megabytes}m",
            "-XX:+UseSerialGC",
            "-XX:-UsePerfData",
            "-XX:TieredStopAtLevel=1",
            "-XX:+ExitOnOutOfMemoryError",
            "-Djava.awt.headless=true",
            "-Dfile.encoding=UTF-8",
            f"-Dlog4j2.configurationFile={Path(__file__).parent / 'resources' / 'log4j2.properties'}",
            "-cp",
            str(classpath / "*"),
            *arguments,
        )


@cache
def find_java() -> Java:
    """Return the Java of JAVA_HOME, else of the PATH. Raise CannotStart where it is missing or too old."""
    home = os.environ.get("JAVA_HOME")
    found = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if not found or not Path(found).exists():
        where = (
            f"JAVA_HOME points to {home}, which has no bin/java" if home else "there is no java on the PATH"
        )
        raise CannotStart(
            f"The broker and the database need Java {OLDEST_JAVA} or newer, and {where}. "
            f"Install it (Debian, Ubuntu: apt-get install openjdk-17-jdk-headless) or set JAVA_HOME."
        )
    answer = subprocess.run([found, "-version"], capture_output=True, text=True, check=False)
    version = re.search(r'version "(\d+)', answer.stderr + answer.stdout)
    if version is None or int(version[1]) < OLDEST_JAVA:
        what = f"version {version[1]}" if version else "no working Java"
        raise CannotStart(
            f"The broker and the database need Java {OLDEST_JAVA} or newer; {found} is {what}. "
            f"Install a newer one or set JAVA_HOME."
        )
    modules = subprocess.run([found, "--list-modules"], capture_output=True, text=True, check=False).stdout
    if "jdk.compiler" not in modules:
        raise CannotStart(
            f"The database is started from source, and {found} is a runtime without a compiler. "
            f"Install the JDK of the same version (Debian, Ubuntu: apt-get install openjdk-17-jdk-headless)."
        )
    return Java(Path(found), int(version[1]))
