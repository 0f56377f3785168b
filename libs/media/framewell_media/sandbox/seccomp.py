"""The seccomp filter as classic BPF: an allow-list whose default answer is EPERM."""

from __future__ import annotations

import errno
import struct
from typing import Final

from framewell_media.sandbox.syscalls import Architecture

# linux/bpf_common.h: BPF_LD|BPF_W|BPF_ABS, BPF_JMP|BPF_JEQ|BPF_K, |BPF_JSET, |BPF_JGE, BPF_RET|BPF_K
_LOAD: Final = 0x20
_EQUAL: Final = 0x15
_HAS_BITS: Final = 0x45
_AT_LEAST: Final = 0x35
_RETURN: Final = 0x06

# linux/seccomp.h
_ALLOW: Final = 0x7FFF0000
_KILL_PROCESS: Final = 0x80000000
_ERRNO: Final = 0x00050000
_REFUSE: Final = _ERRNO | errno.EPERM
_UNKNOWN_CALL: Final = _ERRNO | errno.ENOSYS

# Offsets into struct seccomp_data; the low half of an argument on a little-endian machine.
_NUMBER: Final = 0
_ARCHITECTURE: Final = 4
_ARGUMENTS: Final = 16

CLONE_THREAD: Final = 0x00010000
AT_EMPTY_PATH: Final = 0x1000


def filter_program(machine: Architecture, own_pid: int) -> bytes:
    """Return the filter for one process as BPF instructions; `own_pid` is the only process it may signal."""
    program = [
        _statement(_LOAD, _ARCHITECTURE),
        _jump(_EQUAL, machine.audit_arch, 1, 0),
        _statement(_RETURN, _KILL_PROCESS),
        _statement(_LOAD, _NUMBER),
    ]
    if machine.foreign_abi_bit is not None:
        program += [_jump(_AT_LEAST, machine.foreign_abi_bit, 0, 1), _statement(_RETURN, _KILL_PROCESS)]
    for number in machine.allowed.values():
        program += [_jump(_EQUAL, number, 0, 1), _statement(_RETURN, _ALLOW)]
    program += [_jump(_EQUAL, machine.clone3, 0, 1), _statement(_RETURN, _UNKNOWN_CALL)]
    program += _allow_if(machine.clone, _argument(0), _HAS_BITS, CLONE_THREAD)
    program += _allow_if(machine.newfstatat, _argument(3), _HAS_BITS, AT_EMPTY_PATH)
    program += _allow_if(machine.tgkill, _argument(0), _EQUAL, own_pid)
    program.append(_statement(_RETURN, _REFUSE))
    return b"".join(program)


def _allow_if(number: int, argument_offset: int, comparison: int, value: int) -> list[bytes]:
    return [
        _jump(_EQUAL, number, 0, 4),
        _statement(_LOAD, argument_offset),
        _jump(comparison, value, 0, 1),
        _statement(_RETURN, _ALLOW),
        _statement(_RETURN, _REFUSE),
    ]


def _argument(index: int) -> int:
    return _ARGUMENTS + 8 * index


def _statement(code: int, value: int) -> bytes:
    return struct.pack("=HBBI", code, 0, 0, value)


def _jump(code: int, value: int, if_true: int, if_false: int) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
