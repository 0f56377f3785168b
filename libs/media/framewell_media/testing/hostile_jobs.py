"""Jobs that misbehave on purpose: what a file that took a child over could do."""
# ruff: noqa: ARG001 - every job has the same parameters, whether it looks at them or not

from __future__ import annotations

import ctypes
import json
import os
import time
from typing import NoReturn

from framewell_media.sandbox.registry import Answer, JobFiles, Parameters, media_job


@media_job("test.spin")
def spin(files: JobFiles, parameters: Parameters) -> NoReturn:
    """Use processor time without end."""
    while True:
        pass


@media_job("test.sleep")
def sleep(files: JobFiles, parameters: Parameters) -> Answer:
    """Sleep ten minutes, longer than any limit of the tests."""
    time.sleep(600)
    return {}


@media_job("test.segfault")
def segfault(files: JobFiles, parameters: Parameters) -> Answer:
    """Read address 0."""
    ctypes.string_at(0)
    return {}


@media_job("test.hoard")
def hoard(files: JobFiles, parameters: Parameters) -> Answer:
    """Ask for 64 GiB."""
    return {"blocks": len([bytearray(1 << 30) for _ in range(64)])}


@media_job("test.flood")
def flood(files: JobFiles, parameters: Parameters) -> Answer:
    """Answer with 32 MiB, more than a parent reads."""
    return {"noise": "x" * (32 << 20)}


@media_job("test.lie")
def lie(files: JobFiles, parameters: Parameters) -> Answer:
    """Write something that is no frame to every descriptor there is."""
    for number in range(3, 64):
        try:
            os.write(number, b"\x00\x00\x00\x05hello")
        except OSError:
            continue
    os._exit(0)


@media_job("test.fill")
def fill(files: JobFiles, parameters: Parameters) -> Answer:
    """Write more than the output limit."""
    for _ in range(1024):
        files.outputs[0].write(bytes(1 << 20))
    return {}


@media_job("test.bug")
def bug(files: JobFiles, parameters: Parameters) -> Answer:
    """Raise what no job should raise."""
    raise KeyError("nobody expected this")


@media_job("test.echo")
def echo(files: JobFiles, parameters: Parameters) -> Answer:
    """Copy input to output and return its length, the parameters and the process id."""
    data = b"".join(file.read() for file in files.inputs)
    for output in files.outputs:
        output.write(data)
    return {"bytes": len(data), "parameters": json.loads(json.dumps(dict(parameters))), "pid": os.getpid()}
