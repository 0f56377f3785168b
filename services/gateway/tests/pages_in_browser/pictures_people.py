"""Pictures of People: with a name, without one, and what a model changed."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any, Final

from playwright.sync_api import Page

from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell.recognition.v1.recognition_pb2 import RecognitionUpdated
from pages_in_browser import curating, unknowns

After = Callable[[Page], None]


def _archive(house: Any) -> None:
    desk = curating.Curating(house)
    for number, alias in enumerate(("J. Müßigbrodt", "", "Kerstin H.", "", "")):
        if alias:
            desk.classes[f"class-{number}"].aliases.append(alias)
    unknown = unknowns.Unknowns(house, curating.ASSETS)
    unknown.add(9)
    unknown.switched("1.3", class_1=(4, 12), class_2=(0, 21))
    unknown.switched("1.4", class_0=(0, 37), class_1=(12, 9))
    unknown.of_class["class-0"] = [unknown.appearance(0, turn) for turn in range(11)]


def named(house: Any, _: Any) -> tuple[str, After]:
    """Show everybody with a name."""
    _archive(house)
    return "/people", lambda _: None


def unknown_people(house: Any, _: Any) -> tuple[str, After]:
    """Show an unknown person while a name is typed."""
    _archive(house)

    def write(page: Page) -> None:
        page.locator("[data-cluster]").wait_for()
        page.keyboard.press("n")
        page.keyboard.type("Ada")
        page.locator(".people-touches").wait_for()

    return "/people?list=unknown", write


def named_lately(house: Any, _: Any) -> tuple[str, After]:
    """Show what the next model made of a name."""
    _archive(house)
    versions = (f"1.{number}" for number in count(5))  # the same fact again would be no event

    def name(page: Page) -> None:
        version = next(versions)
        page.locator("[data-cluster]").wait_for()
        page.keyboard.press("n")
        page.keyboard.type("Jörg Müßigbrodt")
        page.keyboard.press("Enter")
        page.locator(".people-lately").wait_for()
        unknown = unknowns.Unknowns(house, curating.ASSETS)
        unknown.add(9)
        unknown.of_class["class-0"] = [unknown.appearance(0, turn) for turn in range(11)]
        unknown.switched(version, class_0=(37, 41))
        house.happened(RecognitionUpdated(model=ModelVersion(name="identity/people", version=version)))
        page.locator(".people-lately .people-after").wait_for()

    return "/people?list=unknown", name


def changed(house: Any, _: Any) -> tuple[str, After]:
    """Show before and after."""
    _archive(house)
    return "/people?list=changed", lambda _: None


def person(house: Any, _: Any) -> tuple[str, After]:
    """Show one person."""
    _archive(house)
    return "/people/class-0", lambda _: None


def merge(house: Any, _: Any) -> tuple[str, After]:
    """Show which of two people becomes part of the other."""
    _archive(house)

    def pick(page: Page) -> None:
        page.locator(".people-facts").wait_for()
        page.keyboard.press("m")
        page.keyboard.type("ada")
        page.get_by_role("option").first.click()
        page.locator(".people-way").wait_for()

    return "/people/class-0", pick


def rename(house: Any, _: Any) -> tuple[str, After]:
    """Show the names of a person in the form that changes them."""
    _archive(house)

    def open_form(page: Page) -> None:
        page.locator(".people-facts").wait_for()
        page.keyboard.press("n")
        page.get_by_role("dialog").wait_for()

    return "/people/class-0", open_form


def _nobody(house: Any) -> None:
    desk = curating.Curating(house)
    desk.classes.clear()
    unknowns.Unknowns(house, curating.ASSETS)


def _empty(path: str) -> Callable[[Any, Any], tuple[str, After]]:
    def scene(house: Any, _: Any) -> tuple[str, After]:
        _nobody(house)
        return path, lambda _: None

    return scene


def called_by_nobody(house: Any, _: Any) -> tuple[str, After]:
    """Show a search that finds nobody."""
    _archive(house)
    return "/people?q=Wachtmeister", lambda page: page.locator(".state").wait_for()


def split(house: Any, _: Any) -> tuple[str, After]:
    """Show two faces that are somebody else, before they are taken out, and what was decided before."""
    _archive(house)
    inference = house.mesh.inference
    one, other = inference.answer("ListClusters", unknowns.api.ListClustersRequest()).clusters[:2]
    inference.answer(
        "DistinguishClusters",
        unknowns.api.DistinguishClustersRequest(cluster_id=one.cluster_id, other_cluster_id=other.cluster_id),
    )

    def choose(page: Page) -> None:
        boxes = page.locator(".people-faces .checkbox")
        boxes.nth(1).click()
        boxes.nth(3).click()

    return "/people?list=unknown", choose


def merged(house: Any, _: Any) -> tuple[str, After]:
    """Show somebody in whom another one went up, and what takes a change of names back."""
    _archive(house)
    desk = house.mesh.dataset.answer.__self__
    desk.classes["class-1"].merged_into = "class-0"
    desk.classes["class-0"].samples.withheld = 2
    desk.classes["class-0"].external_ids["gnd"] = "118540238"

    def save(page: Page) -> None:
        page.locator(".people-facts").wait_for()
        page.keyboard.press("n")
        page.get_by_role("dialog").locator(".button-main").click()
        page.locator(".status-said .button").wait_for()

    return "/people/class-0", save


def away(house: Any, _: Any) -> tuple[str, After]:
    """Show that inference is away."""
    unknowns.Unknowns(house, curating.ASSETS)
    house.mesh.inference.answer = house.mesh.inference.answer.__self__._inference
    house.mesh.inference.away = True
    return "/people?list=unknown", lambda page: page.get_by_role("alert").wait_for()


SCENES: Final = {
    "people": named,
    "people-unknown": unknown_people,
    "people-named-lately": named_lately,
    "people-changed": changed,
    "people-person": person,
    "people-merge": merge,
    "people-rename": rename,
    "people-empty": _empty("/people"),
    "people-unknown-empty": _empty("/people?list=unknown"),
    "people-changed-empty": _empty("/people?list=changed"),
    "people-nobody": called_by_nobody,
    "people-split": split,
    "people-merged": merged,
    "people-away": away,
}
