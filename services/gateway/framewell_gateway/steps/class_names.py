"""Names of classes in sentences of services that know only their ids."""

from collections.abc import Collection

from framewell.dataset.v1.catalogue_service_pb2 import ListClassesRequest
from framewell_gateway.ports import Services, methods


async def with_class_names(services: Services, sentence: str, class_ids: Collection[str]) -> str:
    """Return a sentence with the names of these classes for their ids; an unknown id stays."""
    wanted = sorted({one for one in class_ids if one})
    if not wanted:
        return sentence
    found = await services.call(methods.LIST_CLASSES, ListClassesRequest(class_ids=wanted))
    for one in found.classes:
        sentence = sentence.replace(one.class_id, one.name)
    return sentence
