"""The class that a name means: one that is there, or one that is still to be made."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from framewell.dataset.v1.catalogue_service_pb2 import ListClassesRequest
from framewell.dataset.v1.dataset_pb2 import DatasetClass
from framewell.gateway.v1.naming_pb2 import NamePersonRequest
from framewell_contracts.identity import derived_id
from framewell_contracts.sentences import say
from framewell_gateway.ports import Services, methods
from framewell_kit.outcomes import NotFound, Rejected
from framewell_kit.written_names import require_written

DATASET: Final = "people"

_PAGE: Final = 1000


@dataclass(frozen=True, slots=True)
class ClassOfName:
    """Finds a class by its id, or by its name or another spelling of it; one that was merged is the other."""

    services: Services

    async def __call__(self, request: NamePersonRequest, cluster_id: str) -> tuple[DatasetClass, bool]:
        """Return the class of the person, and whether it is there: one that is not is still to be made.

        Raises NotFound for no such class, Rejected for a name that is none, or for a name and a class.
        """
        require_one_name(request)
        dataset_id = request.dataset_id or DATASET
        if request.class_id:
            return await self.known(request.class_id, dataset_id), True
        name = " ".join(request.name.split())
        asked = ListClassesRequest(dataset_id=dataset_id, name=name, page_size=_PAGE)
        while True:
            page = await self.services.call(methods.LIST_CLASSES, asked)
            for one in page.classes:
                if name.casefold() in {each.casefold() for each in (one.name, *one.aliases)}:
                    known = one.merged_into or one.class_id
                    return (await self.known(known, dataset_id) if one.merged_into else one), True
            if not page.next_page_token:
                break
            asked.page_token = page.next_page_token
        new = DatasetClass(
            class_id=derived_id(cluster_id, "class", f"{dataset_id}/{name.casefold()}"),
            dataset_id=dataset_id,
            name=name,
        )
        return new, False

    async def each(self, class_ids: Sequence[str]) -> list[DatasetClass]:
        """Return those of the classes that there are."""
        asked = ListClassesRequest(class_ids=class_ids)
        return [*(await self.services.call(methods.LIST_CLASSES, asked)).classes]

    async def known(self, class_id: str, dataset_id: str) -> DatasetClass:
        """Return a class, or the one that it was merged into. Raises NotFound."""
        found = await self.each([class_id])
        if not found or found[0].dataset_id != dataset_id:
            raise NotFound(
                say(
                    "class_unknown.dataset",
                    "class {class_id} does not exist in dataset {dataset_id}",
                    class_id=class_id,
                    dataset_id=dataset_id,
                )
            )
        if found[0].merged_into:
            return await self.known(found[0].merged_into, dataset_id)
        return found[0]


def require_one_name(request: NamePersonRequest) -> None:
    """Raise Rejected unless somebody is named by a written name or by a class, and not by both."""
    if bool(request.name.strip()) == bool(request.class_id):
        raise Rejected(say("bad_name.both", "say who it is by `name` or by `class_id`, not by both"))
    require_written(request.name)
