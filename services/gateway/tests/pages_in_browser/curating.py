"""The dataset service as far as curators meet it: samples that are claimed and decided about, classes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from playwright.sync_api import Page, expect

from framewell.dataset.v1 import catalogue_service_pb2 as catalogue
from framewell.dataset.v1 import rights_service_pb2 as rights
from framewell.dataset.v1.dataset_pb2 import ClassSamples, DatasetClass
from framewell.media.v1.media_pb2 import Moment
from framewell.media.v1.media_service_pb2 import GetFrameRequest, GetFrameResponse
from framewell_kit.outcomes import Conflict, NotFound
from pages_in_browser import drawn_people, reviewing

ASSETS, NAMES, WORDS, allowed = reviewing.ASSETS, reviewing.NAMES, reviewing.WORDS, reviewing.allowed


@dataclass
class Curating(reviewing.Reviewing):
    """Answers for dataset, and draws the pictures that transcode and dataset would give."""

    def __post_init__(self) -> None:
        mesh = self.house.mesh
        self._dataset, self._transcode = mesh.dataset.answer, mesh.transcode.answer
        mesh.dataset.answer, mesh.transcode.answer = self.answer, self.frame
        for number, name in enumerate(NAMES):
            self.add_class(f"class-{number}", name)

    def add_class(self, class_id: str, name: str, accepted: int = 3) -> DatasetClass:
        """Keep a class, with an accepted sample to show where it has any."""
        number = len(self.classes)
        made = DatasetClass(class_id=class_id, dataset_id="people", name=name, revision=1, changed_by="anna")
        made.changed_at.FromDatetime(datetime(2026, 11, 29, 19, number % 60, tzinfo=UTC))
        made.samples.CopyFrom(ClassSamples(accepted=accepted, proposed=1))
        if accepted:
            key = self.picture(f"of-{class_id}", number)
            made.samples.sample_id = f"of-{class_id}"
            made.samples.path = f"/v1/samples/of-{class_id}/objects/{key}"
        self.classes[class_id] = made
        return made

    def answer(self, method: str, request: Any) -> Any:
        """Answer as the service does."""
        self.before(method)
        handler = getattr(self, f"_{method}", None)
        answer = self._dataset(method, request) if handler is None else handler(request)
        self.after(method)
        return answer

    def frame(self, method: str, request: Any) -> Any:
        """Answer GetFrame with a drawn picture; whatever else as before."""
        if method != "GetFrame":
            return self._transcode(method, request)
        assert isinstance(request, GetFrameRequest)
        who = request.frame // 100 % len(NAMES)
        whole = drawn_people.frame(who, NAMES[who], "Reporterin, Kanal Eins")
        content = drawn_people.part(whole, request.crop, request.width)
        key = f"ab/{who:x}{len(content):063x}.jpg"
        return GetFrameResponse(jpeg=content, moment=Moment(frame=request.frame), key=key)

    def _ListClasses(self, request: Any) -> Any:  # noqa: N802
        found = [
            one
            for one in self.classes.values()
            if request.name.casefold() in one.name.casefold()
            and not (request.standing and one.merged_into)
            and (not request.class_ids or one.class_id in request.class_ids)
        ]
        found.sort(key=lambda one: one.name)
        if request.order_by == "changed":
            found.sort(key=lambda one: one.changed_at.ToDatetime(), reverse=True)
        start = int(request.page_token or 0)
        end = start + (request.page_size or 1000)
        return catalogue.ListClassesResponse(
            classes=found[start:end],
            total_size=len(found),
            next_page_token=str(end) if end < len(found) else "",
        )

    def _GetClass(self, request: Any) -> Any:  # noqa: N802
        if request.class_id not in self.classes:
            raise NotFound(f"class {request.class_id} does not exist, or was forgotten")
        merged = [one for one in self.classes.values() if one.merged_into == request.class_id]
        return catalogue.GetClassResponse(dataset_class=self.classes[request.class_id], merged=merged)

    def _RenameClass(self, request: Any) -> Any:  # noqa: N802
        one = self.classes[request.class_id]
        if request.HasField("expected_revision") and request.expected_revision != one.revision:
            raise Conflict(
                f"class {one.class_id} is at revision {one.revision}: bert changed it meanwhile",
                code="class_changed",
            )
        one.name, one.revision = request.name, one.revision + 1
        del one.aliases[:]
        one.aliases.extend(request.aliases)
        one.external_ids.clear()
        one.external_ids.update(request.external_ids)
        return catalogue.RenameClassResponse(dataset_class=one)

    def _MergeClasses(self, request: Any) -> Any:  # noqa: N802
        gone, stays = self.classes[request.from_class_id], self.classes[request.into_class_id]
        gone.merged_into = stays.class_id
        stays.aliases.append(gone.name)
        return catalogue.MergeClassesResponse(dataset_class=stays, samples_moved=gone.samples.accepted)

    def _UndoMerge(self, request: Any) -> Any:  # noqa: N802
        gone = self.classes[request.class_id]
        stays = self.classes[gone.merged_into]
        gone.merged_into = ""
        stays.aliases.remove(gone.name)
        return catalogue.UndoMergeResponse(dataset_class=gone, rest=stays, samples_moved=3)

    def _GetRights(self, request: Any) -> Any:  # noqa: N802
        return rights.GetRightsResponse(decisions=[allowed()])

    def _CreateClass(self, request: Any) -> Any:  # noqa: N802
        made = self.add_class(f"class-{len(self.classes)}", request.dataset_class.name, 0)
        return catalogue.CreateClassResponse(dataset_class=made)


def wait_for(page: Page, sample_id: str) -> None:
    """Wait until a sample is shown and painted: a key before that is about nothing."""
    expect(page.locator("[data-sample]")).to_have_attribute("data-sample", sample_id)
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 20)))")
