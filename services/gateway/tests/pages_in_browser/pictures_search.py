"""Pictures of the search page: before anything is typed, and with what was found."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from playwright.sync_api import Page

from framewell.dataset.v1.catalogue_service_pb2 import ListClassesResponse
from framewell.inference.v1.search_service_pb2 import SearchMomentsResponse
from framewell.media.v1.media_service_pb2 import GetFrameResponse, GetTimelineResponse

After = Callable[[Page], None]

LINES: Final = (
    "Das Hochwasser am Rhein geht langsam zurück.",
    "Nach dem Hochwasser: Aufräumen in Köln",
    "Hochwasser: Wie gut sind die Deiche?",
    "Und dann kam das Hochwasser.",
)


def beside(name: str) -> ModuleType:
    """Return a module of this folder."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


drawn, asked = beside("drawn_people"), beside("test_search")


def found(house: Any, _: Any) -> tuple[str, After]:
    """Show what a word was read and said in."""
    moments = [asked.moment(number, line) for number, line in enumerate(LINES)]
    house.mesh.inference.answers["SearchMoments"] = SearchMomentsResponse(moments=moments)
    house.mesh.dataset.answers["ListClasses"] = ListClassesResponse()
    house.mesh.transcode.answers |= {
        "GetTimeline": GetTimelineResponse(timeline=asked.CLOCK),
        "GetFrame": GetFrameResponse(jpeg=drawn.frame(1, size=(320, 180)), key="ab/abcd.jpg"),
    }
    return "/search?q=hochwasser", lambda page: page.get_by_text(LINES[0]).wait_for()


def nothing_typed(_: Any, __: Any) -> tuple[str, After]:
    """Show how one may search."""
    return "/search", lambda _: None


SCENES: Final = {"search": found, "search-empty": nothing_typed}
