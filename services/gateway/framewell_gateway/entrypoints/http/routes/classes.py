"""Classes: whom or what samples show, and their names."""

from functools import partial
from typing import Final

from framewell_gateway.entrypoints.http import routing
from framewell_gateway.ports import methods

calls = partial(routing.calls, tag="training data")

ROUTES: Final = (
    calls(
        "GET /classes", "listClasses", methods.LIST_CLASSES, "List classes with their names",
        answer={
            "classes": [
                {
                    "class_id": "0b9f6a52", "dataset_id": "people", "name": "Jörg Müßigbrodt",
                    "aliases": [], "external_ids": {"gnd": "118540238"}, "fictional": False,
                    "merged_into": "",
                }
            ],
            "next_page_token": "", "total_size": 1,
        },
    ),
)  # fmt: skip
