"""Checks of the machine: tools, memory, disk, descriptors, ports."""

from __future__ import annotations

import os
import platform
import re
import resource
import shutil
import subprocess
from typing import Final

from framewell_cli.mesh.doctor.check import Check
from framewell_cli.mesh.folder import STATE_VARIABLE, MeshFolder
from framewell_cli.mesh.locking import is_held
from framewell_cli.mesh.ports import BASE_VARIABLE, Ports
from framewell_cli.mesh.process_table import ProcessTable
from framewell_embedded.errors import CannotStart
from framewell_embedded.java import find_java
from framewell_embedded.ports import is_free

_OLDEST_NODE: Final = 20
_MESH_MEGABYTES: Final = 4096
"""What the idle mesh takes, with room for one chunk in each service."""
_LEAST_DISK_BYTES: Final = 2 << 30
_GOOD_DISK_BYTES: Final = 10 << 30
_GOOD_DESCRIPTORS: Final = 4096


def python() -> Check:
    """Report the Python this command runs on; older ones cannot even be installed on."""
    return Check("Python", "ok", platform.python_version())


def java() -> Check:
    """Check Java: broker and database run on it."""
    try:
        found = find_java()
    except CannotStart as error:
        what, _, advice = str(error).partition(". ")
        return Check("Java", "problem", what + ".", advice)
    return Check("Java", "ok", f"{found.version} ({found.executable})")


def maven() -> Check:
    """Check Maven, which fetches the jars at set-up and is not needed afterwards."""
    advice = "Needed by 'make setup' alone; Debian, Ubuntu: apt-get install maven"
    return _tool("Maven", ["mvn", "--version"], r"Apache Maven ([\d.]+)", advice)


def node() -> Check:
    """Check Node, which fetches buf and model packages at set-up, and builds the console."""
    advice = f"Install Node {_OLDEST_NODE} or newer: 'make setup' needs it."
    found = _tool("Node", ["node", "--version"], r"v(\d+\S*)", advice)
    if found.state == "ok" and int(found.found.split(".")[0]) < _OLDEST_NODE:
        return Check("Node", "note", found.found, advice)
    return found


def _tool(name: str, command: list[str], version: str, advice: str) -> Check:
    if shutil.which(command[0]) is None:
        return Check(name, "note", "not found", advice)
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(version, answer.stdout)
    return Check(name, "ok", found[1]) if found else Check(name, "note", "gives no version", advice)


def memory() -> Check:
    """Check free memory against what the mesh takes; a mesh that runs has its share already."""
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    total = pages * size / 2**20
    available = _available_megabytes() or total
    found = f"{available / 1024:.1f} of {total / 1024:.1f} GB free"
    if available >= _MESH_MEGABYTES:
        return Check("memory", "ok", found)
    return Check(
        "memory",
        "note",
        found,
        f"The mesh takes about {_MESH_MEGABYTES / 1024:.0f} GB: close other programs.",
    )


def _available_megabytes() -> float | None:
    try:
        with open("/proc/meminfo", encoding="ascii") as lines:  # noqa: PTH123 - not a file on a disk
            found = re.search(r"MemAvailable:\s+(\d+) kB", lines.read())
    except OSError:
        return None
    return int(found[1]) / 1024 if found else None


def disk(folder: MeshFolder) -> Check:
    """Check the room where events, documents and objects are kept."""
    place = next(parent for parent in (folder.state, *folder.state.parents) if parent.exists())
    if not os.access(place, os.W_OK | os.X_OK):
        advice = f"Change to a folder of your own, or name one: {STATE_VARIABLE}=/path framewell up"
        return Check("disk", "problem", f"{place} may not be written", advice)
    free = shutil.disk_usage(place).free
    found = f"{free / 1e9:.1f} GB free at {place}"
    if free >= _GOOD_DISK_BYTES:
        return Check("disk", "ok", found)
    advice = f"Make room, or keep the mesh on another disk: {STATE_VARIABLE}=/path framewell up"
    return Check("disk", "problem" if free < _LEAST_DISK_BYTES else "note", found, advice)


def descriptors() -> Check:
    """Open files: the broker holds some for each partition."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= _GOOD_DESCRIPTORS:
        return Check("open files", "ok", f"{soft} allowed" if soft >= 0 else "unlimited")
    advice = f"Run 'ulimit -n {_GOOD_DESCRIPTORS}' before 'framewell up'."
    return Check("open files", "note", f"{soft} allowed", advice)


def ports(folder: MeshFolder, wanted: Ports) -> Check:
    """Check every port of the mesh: free, this mesh's own, or taken by another program.

    Those of the mesh that runs in the folder count, whatever the environment says; else those wanted.
    """
    table = ProcessTable.read(folder) if is_held(folder.lock) else None
    ours = {port for entry in table.entries for port in entry.ports} if table else set()
    wanted = Ports(table.port_base) if table else wanted
    taken = [(name, port) for name, port in wanted if port not in ours and not is_free(port)]
    spread = f"{wanted.base} to {max(port for _, port in wanted)}"
    if not taken:
        return Check("ports", "ok", f"{spread}: {'used by the mesh of this folder' if ours else 'free'}")
    return Check(
        "ports",
        "problem",
        f"taken by other programs: {', '.join(f'{port} ({name})' for name, port in taken)}",
        "Stop them (another mesh: 'framewell down' in its folder), or choose other ports: "
        f"{BASE_VARIABLE}={wanted.base + 100} framewell up",
    )
