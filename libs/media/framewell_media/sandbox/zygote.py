"""The zygote: a process of one thread that imports everything once and forks a child per job.

Started as `python -m framewell_media.sandbox.zygote --control FD --preload MODULE…` before secrets are
in the parent's memory, with an almost empty environment. It ends, and its children with it, when
the parent closes the control socket, however the parent ended.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import os
import pkgutil
import selectors
import signal
import socket
from dataclasses import dataclass
from typing import Any

import av
import PIL.Image

from framewell_media.sandbox.child import run_child
from framewell_media.sandbox.wire import receive_request


@dataclass(frozen=True, slots=True)
class _Child:
    pid: int
    handle: int
    """A pidfd: readable when the child ended, and never another process of the same number."""
    status_pipe: int


class Zygote:
    """Forks children on request, stops them on request, and reports how each one ended."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._selector = selectors.DefaultSelector()
        self._selector.register(control, selectors.EVENT_READ)
        self._children: dict[str, _Child] = {}

    def serve(self) -> None:
        """Serve until the parent is gone, then kill what still runs."""
        try:
            while True:
                for key, _events in self._selector.select():
                    if key.data is not None:
                        self._reap(key.data)
                    elif not self._take_request():
                        return
        finally:
            for child in self._children.values():
                signal.pidfd_send_signal(child.handle, signal.SIGKILL)

    def _take_request(self) -> bool:
        received = receive_request(self._control)
        if received is None:
            return False
        request, descriptors = received
        if request["do"] == "kill":
            child = self._children.get(request["id"])
            if child is not None:
                signal.pidfd_send_signal(child.handle, signal.SIGKILL)
        elif request["do"] == "run":
            self._fork(request, descriptors)
        return True

    def _fork(self, request: dict[str, Any], descriptors: list[int]) -> None:
        answer_pipe, status_pipe, *files = descriptors
        inputs, outputs = files[: request["inputs"]], files[request["inputs"] :]
        zygote, pid = os.getpid(), os.fork()
        if pid == 0:
            run_child(zygote, request, answer_pipe, inputs, outputs)
        for number in (answer_pipe, *files):
            os.close(number)
        child = _Child(pid, os.pidfd_open(pid), status_pipe)
        self._children[request["id"]] = child
        self._selector.register(child.handle, selectors.EVENT_READ, data=request["id"])

    def _reap(self, job_id: str) -> None:
        child = self._children.pop(job_id)
        self._selector.unregister(child.handle)
        _pid, status = os.waitpid(child.pid, 0)
        os.close(child.handle)
        ending = {"exit_code": os.waitstatus_to_exitcode(status)}
        try:
            os.write(child.status_pipe, json.dumps(ending).encode())
        except BrokenPipeError:
            pass  # the parent no longer waits for this job
        finally:
            os.close(child.status_pipe)


def preload(modules: list[str]) -> None:
    """Import what children will need: after the lock nothing can be imported any more.

    PyAV and Pillow import lazily, so all their modules are imported here. A preloaded module with a
    function `warm_up` is asked to run its jobs once on media it makes itself.
    """
    for module in pkgutil.walk_packages(av.__path__, "av."):
        if not module.name.startswith("av.__main__"):
            importlib.import_module(module.name)
    PIL.Image.init()
    av.logging.set_level(None)
    for name in modules:
        warm_up = getattr(importlib.import_module(name), "warm_up", None)
        if warm_up is not None:
            warm_up()


def main() -> None:
    """Run the zygote process until its parent is gone."""
    arguments = argparse.ArgumentParser(prog="framewell-media-zygote")
    arguments.add_argument("--control", type=int, required=True)
    arguments.add_argument("--preload", nargs="*", default=[])
    options = arguments.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    control = socket.socket(fileno=options.control)
    preload(options.preload)
    gc.collect()
    gc.freeze()  # keeps children from copying pages only because a collection touched them
    control.send(b'{"ready": true}')
    Zygote(control).serve()


if __name__ == "__main__":
    main()
