"""Names of classes for what services say by ids alone."""

import asyncio
from collections.abc import Collection, Mapping
from typing import Final

from framewell.dataset.v1.catalogue_service_pb2 import ListClassesRequest
from framewell_contracts.sentences import Sentence
from framewell_gateway.ports import Services, methods

_AT_ONCE: Final = 200


async def class_names(services: Services, class_ids: Collection[str]) -> Mapping[str, str]:
    """Return the names of those of these classes that have one, by id. Raises what dataset raises, Away."""
    wanted = sorted({one for one in class_ids if one})
    asked = [
        services.call(
            methods.LIST_CLASSES,
            ListClassesRequest(class_ids=wanted[start : start + _AT_ONCE], page_size=1000),
        )
        for start in range(0, len(wanted), _AT_ONCE)
    ]
    pages = await asyncio.gather(*asked)
    return {one.class_id: one.name for page in pages for one in page.classes if one.name}


async def with_class_names(services: Services, sentence: str, class_ids: Collection[str]) -> str:
    """Return a sentence, worded as before, with the names of these classes; an unknown id stays."""
    names = await class_names(services, class_ids)

    def named(text: str) -> str:
        for class_id, name in names.items():
            text = text.replace(class_id, name)
        return text

    return sentence.mapped(named) if isinstance(sentence, Sentence) else named(sentence)
