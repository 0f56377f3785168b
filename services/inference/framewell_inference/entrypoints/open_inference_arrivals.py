"""Requests have to arrive in time: a call that is opened and sends nothing does not keep its thread."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import grpc

from framewell_inference.domain.tensors import InvalidInputError
from framewell_inference.ports.calls import CallEndedError

T = TypeVar("T")

SECONDS: Final = 30.0
"""How long the one request of a call may take from the call's opening: 64 MiB at 20 Mbit/s."""


@dataclass(slots=True, eq=False)
class _Awaited:
    due: float
    cancel: Callable[[], Any]
    over: bool = False


@dataclass(slots=True)
class Arrivals:
    """Cancels calls whose request is not there after `seconds`: one thread for all of them."""

    seconds: float = SECONDS
    _calls: deque[_Awaited] = field(default_factory=deque)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _thread: threading.Thread | None = None

    def first(self, requests: Iterator[T], context: Any) -> T:
        """Return the request of a call.

        Raises InvalidInputError for a call that ends without one, CallEndedError when it does not come.
        """
        awaited = _Awaited(time.monotonic() + self.seconds, context.cancel)
        self._add(awaited)
        try:
            return next(requests)
        except StopIteration:
            raise InvalidInputError("a call without a request") from None
        except grpc.RpcError as error:
            raise CallEndedError("the request did not arrive") from error
        finally:
            awaited.over = True

    def _add(self, awaited: _Awaited) -> None:
        with self._changed:
            self._calls.append(awaited)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="oip-arrivals", daemon=True)
                self._thread.start()
            if len(self._calls) == 1:
                self._changed.notify()

    def _work(self) -> None:
        while True:
            with self._changed:
                while self._calls and self._calls[0].over:
                    self._calls.popleft()
                left = self._calls[0].due - time.monotonic() if self._calls else None
                if left is None or left > 0:
                    # At most a second, so that calls that are over do not pile up behind one that is not.
                    self._changed.wait(left and min(left, 1.0))
                    continue
                late = self._calls.popleft()
            late.cancel()
