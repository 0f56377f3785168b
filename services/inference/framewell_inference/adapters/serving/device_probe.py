"""Where models would run on this machine, tried with a graph of one operator: for `framewell doctor`."""

from __future__ import annotations

from typing import Any

from framewell_inference.adapters.serving.devices import Devices, short
from framewell_inference.adapters.serving.one_operator import one_operator
from framewell_inference.adapters.serving.sessions import open_session
from framewell_inference.settings import InferenceSettings


def report() -> dict[str, Any]:
    """Return what is asked for, what the runtime has, what is used, and why it is another; plain values."""
    devices = Devices(InferenceSettings().device)
    opened = open_session(one_operator(), 1, devices)
    return {
        "asked": str(devices.asked),
        "available": [short(name) for name in devices.available],
        "used": short(opened.session.get_providers()[0]),
        "fallback": opened.fallback,
    }
