"""The layers a child puts around itself before it looks at the first byte of a foreign file.

Required: resource limits, no_new_privs, and a seccomp filter without any call that opens a file
or makes a socket. Reported, and used where the machine allows: namespaces (a container's own
profile usually refuses them), an empty capability set, Landlock without a single rule.
Must run in a process of one thread that was forked for this job and nothing else.
"""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from framewell_media.sandbox.seccomp import filter_program
from framewell_media.sandbox.syscalls import this_architecture

REQUIRED_LAYERS: Final = ("limits", "no_new_privs", "seccomp")
IN_FORCE: Final = "in force"

# sys/prctl.h, linux/capability.h, linux/sched.h
_PR_SET_PDEATHSIG: Final = 1
_PR_SET_SECCOMP: Final = 22
_PR_CAPBSET_DROP: Final = 24
_PR_SET_NO_NEW_PRIVS: Final = 38
_SECCOMP_MODE_FILTER: Final = 2
_CAPABILITY_VERSION_3: Final = 0x20080522
_CLONE_NEWUTS: Final = 0x04000000
_CLONE_NEWIPC: Final = 0x08000000
_CLONE_NEWUSER: Final = 0x10000000
_CLONE_NEWNET: Final = 0x40000000

# linux/landlock.h; the three calls have the same numbers on every architecture.
_LANDLOCK_CREATE_RULESET: Final = 444
_LANDLOCK_RESTRICT_SELF: Final = 446
_LANDLOCK_QUERY_ABI: Final = 1


@dataclass(frozen=True, slots=True)
class Limits:
    """What one job may use. The wall clock is the parent's, everything else the kernel's."""

    memory_bytes: int = 1 << 30
    cpu_seconds: int = 60
    wall_seconds: float = 120.0
    output_bytes: int = 1 << 30
    """The largest file it may write."""
    open_files: int = 64


@dataclass(frozen=True, slots=True)
class SandboxReport:
    """Layer by layer: `in force`, or why not."""

    layers: dict[str, str]

    def missing(self) -> tuple[str, ...]:
        """Return the required layers that are not in force."""
        return tuple(name for name in REQUIRED_LAYERS if not self.layers.get(name, "").startswith(IN_FORCE))

    @property
    def sufficient(self) -> bool:
        """Return whether hostile bytes may be read behind these layers."""
        return not self.missing()


_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(parent: int) -> None:
    """Ask the kernel to kill this process when its parent ends. Raises OSError where it has ended already."""
    _check(_libc.prctl(_PR_SET_PDEATHSIG, 9, 0, 0, 0))
    if os.getppid() != parent:
        raise ProcessLookupError(errno.ESRCH, "the parent ended before it could be asked for", str(parent))


def lock_down(limits: Limits) -> SandboxReport:
    """Apply every layer that this machine offers, for good, and return which are in force."""
    steps: tuple[tuple[str, Callable[[], str]], ...] = (
        ("limits", lambda: _limit_resources(limits)),
        ("namespaces", _leave_namespaces),
        ("no_new_privs", _refuse_new_privileges),
        ("capabilities", _drop_capabilities),
        ("landlock", _landlock_everything),
        ("seccomp", _filter_system_calls),
    )
    return SandboxReport({name: _attempt(step) for name, step in steps})


def _attempt(step: Callable[[], str]) -> str:
    try:
        detail = step()
    except OSError as error:
        return f"unavailable: {errno.errorcode.get(error.errno or 0, str(error))}"
    return f"{IN_FORCE}{detail and ': ' + detail}"


def _limit_resources(limits: Limits) -> str:
    wanted = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: limits.open_files,
        resource.RLIMIT_FSIZE: limits.output_bytes,
        resource.RLIMIT_DATA: limits.memory_bytes,
        # RLIMIT_DATA does not see shared mappings; three times as much leaves room for the libraries.
        resource.RLIMIT_AS: 3 * limits.memory_bytes,
    }
    for kind, value in wanted.items():
        resource.setrlimit(kind, (value, value))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))
    return ""


def _leave_namespaces() -> str:
    flags = _CLONE_NEWNET | _CLONE_NEWIPC | _CLONE_NEWUTS
    if os.geteuid() != 0:
        flags |= _CLONE_NEWUSER
    _check(_libc.unshare(flags))
    return "network, ipc, uts"


def _refuse_new_privileges() -> str:
    _check(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    return ""


def _drop_capabilities() -> str:
    for capability in range(64):
        if _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) < 0:
            break  # past the last one the kernel knows, or without CAP_SETPCAP: then there is none to drop
    header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
    _check(_libc.capset(header, bytes(24)))
    return ""


def _landlock_everything() -> str:
    """Handle every right the running kernel knows and grant none."""
    abi = _check(_libc.syscall(_LANDLOCK_CREATE_RULESET, None, 0, _LANDLOCK_QUERY_ABI))
    file_rights = (1 << 13) - 1
    for since, bit in ((2, 13), (3, 14), (5, 15)):
        if abi >= since:
            file_rights |= 1 << bit
    network_rights = 0b11 if abi >= 4 else 0
    scopes = 0b11 if abi >= 6 else 0
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    attributes = struct.pack("=QQQ", file_rights, network_rights, scopes)[:size]
    ruleset = _check(_libc.syscall(_LANDLOCK_CREATE_RULESET, attributes, size, 0))
    try:
        _check(_libc.syscall(_LANDLOCK_RESTRICT_SELF, ruleset, 0))
    finally:
        os.close(ruleset)
    return f"abi {abi}"


def _filter_system_calls() -> str:
    machine = this_architecture()
    if machine is None:
        raise OSError(errno.ENOSYS, "no system call table for this architecture")
    code = filter_program(machine, os.getpid())
    buffer = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("@HP", len(code) // 8, ctypes.addressof(buffer))
    _check(_libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, program, 0, 0))
    try:
        os.close(os.open("/dev/null", os.O_RDONLY))
    except PermissionError:
        return ""  # the proof is in the refusal, not in the return value of prctl
    raise OSError(errno.EINVAL, "the filter was accepted but does not refuse")


def _check(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
