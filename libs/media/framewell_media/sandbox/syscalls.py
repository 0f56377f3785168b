"""The system calls a decoding child may make, by number, for the architectures the mesh runs on.

Numbers from the kernel's own tables: arch/x86/entry/syscalls/syscall_64.tbl and
include/uapi/asm-generic/unistd.h (aarch64). No call that opens, names, connects, executes or forks
is in the list; descriptors are opened before the lock.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Architecture:
    """What a seccomp filter needs to know of a machine."""

    audit_arch: int
    allowed: Mapping[str, int]
    """Calls answered by the kernel, whatever their arguments."""
    newfstatat: int
    """Allowed only with AT_EMPTY_PATH, which is how glibc asks about an open descriptor."""
    clone: int
    """Allowed only with CLONE_THREAD: a thread, never a process."""
    clone3: int
    """Answered ENOSYS: its flags lie in memory, so a filter cannot see them; glibc falls back to clone."""
    tgkill: int
    """Allowed only towards the process itself (abort)."""
    foreign_abi_bit: int | None
    """Numbers from here on belong to another calling convention (x32) and kill the process."""


X86_64: Final = Architecture(
    audit_arch=0xC000003E,
    allowed={
        "read": 0, "write": 1, "close": 3, "fstat": 5, "poll": 7, "lseek": 8, "mmap": 9, "mprotect": 10,
        "munmap": 11, "brk": 12, "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigreturn": 15,
        "pread64": 17, "pwrite64": 18, "readv": 19, "writev": 20, "sched_yield": 24, "mremap": 25,
        "madvise": 28, "dup": 32, "getpid": 39, "exit": 60, "uname": 63, "fcntl": 72, "fsync": 74,
        "fdatasync": 75, "ftruncate": 77, "gettimeofday": 96, "getrusage": 98, "sysinfo": 99,
        "getuid": 102, "getgid": 104, "geteuid": 107, "getegid": 108, "sigaltstack": 131, "gettid": 186,
        "futex": 202, "sched_getaffinity": 204, "restart_syscall": 219, "fadvise64": 221,
        "clock_gettime": 228, "clock_nanosleep": 230, "exit_group": 231, "ppoll": 271,
        "set_robust_list": 273, "getrandom": 318, "membarrier": 324, "rseq": 334,
    },
    newfstatat=262,
    clone=56,
    clone3=435,
    tgkill=234,
    foreign_abi_bit=0x40000000,
)  # fmt: skip

AARCH64: Final = Architecture(
    audit_arch=0xC00000B7,
    allowed={
        "dup": 23, "fcntl": 25, "ftruncate": 46, "close": 57, "lseek": 62, "read": 63, "write": 64,
        "readv": 65, "writev": 66, "pread64": 67, "pwrite64": 68, "ppoll": 73, "fstat": 80, "fsync": 82,
        "fdatasync": 83, "exit": 93, "exit_group": 94, "futex": 98, "set_robust_list": 99,
        "clock_gettime": 113, "clock_nanosleep": 115, "sched_getaffinity": 123, "sched_yield": 124,
        "restart_syscall": 128, "sigaltstack": 132, "rt_sigaction": 134, "rt_sigprocmask": 135,
        "rt_sigreturn": 139, "uname": 160, "getrusage": 165, "gettimeofday": 169, "getpid": 172,
        "getuid": 174, "geteuid": 175, "getgid": 176, "getegid": 177, "gettid": 178, "sysinfo": 179,
        "brk": 214, "munmap": 215, "mremap": 216, "mmap": 222, "fadvise64": 223, "mprotect": 226,
        "madvise": 233, "getrandom": 278, "membarrier": 283, "rseq": 293,
    },
    newfstatat=79,
    clone=220,
    clone3=435,
    tgkill=131,
    foreign_abi_bit=None,
)  # fmt: skip

_BY_MACHINE: Final = {"x86_64": X86_64, "amd64": X86_64, "aarch64": AARCH64, "arm64": AARCH64}


def this_architecture() -> Architecture | None:
    """Return the table of the running machine, or None where there is no filter for its architecture."""
    return _BY_MACHINE.get(platform.machine().lower())
