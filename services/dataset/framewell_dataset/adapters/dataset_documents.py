"""Datasets as documents."""

from dataclasses import dataclass

from framewell_contracts.sentences import say
from framewell_dataset.domain.classes import Dataset
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.outcomes import NotFound
from framewell_kit.paging import BY_ID, Page, PageRequest, find_page

DATASETS = "datasets"


@dataclass(frozen=True, slots=True)
class DatasetDocuments:
    """Collection `datasets`; a dataset's document counts its batches and snapshots."""

    documents: Documents

    async def prepare(self) -> None:
        await self.documents.ensure_index(DATASETS, ["rules"])

    async def add(self, dataset: Dataset) -> bool:
        return await self.documents.insert_once(
            DATASETS,
            {
                "_id": dataset.dataset_id,
                "title": dataset.title,
                "rules": list(dataset.rules),
                "recipe": dataset.recipe,
                "purpose": dataset.purpose,
                "batch": 1,
                "number": 0,
            },
        )

    async def get(self, dataset_id: str) -> Dataset | None:
        found = await self.documents.get(DATASETS, dataset_id)
        return None if found is None else _dataset(found)

    async def proposed_by(self, rule: str) -> list[Dataset]:
        found = await self.documents.find(DATASETS, {"rules": rule}, sort=[("_id", 1)])
        return [_dataset(document) for document in found]

    async def page(self, page: PageRequest) -> Page[Dataset]:
        return (await find_page(self.documents, DATASETS, {}, page, BY_ID)).map(_dataset)

    async def batch(self, dataset_id: str) -> int:
        return int((await self._existing(dataset_id))["batch"])

    async def close_batch(self, dataset_id: str, batch: int) -> bool:
        change = {"$set": {"batch": batch + 1}}
        return await self.documents.update(DATASETS, dataset_id, change, expect={"batch": batch}) is not None

    async def next_number(self, dataset_id: str) -> int:
        after = await self.documents.update(DATASETS, dataset_id, {"$inc": {"number": 1}})
        if after is None:
            raise _unknown(dataset_id)
        return int(after["number"])

    async def numbers(self, dataset_id: str) -> int:
        return int((await self._existing(dataset_id))["number"])

    async def _existing(self, dataset_id: str) -> Document:
        found = await self.documents.get(DATASETS, dataset_id)
        if found is None:
            raise _unknown(dataset_id)
        return found


def _unknown(dataset_id: str) -> NotFound:
    return NotFound(say("dataset_unknown", "dataset {dataset_id} does not exist", dataset_id=dataset_id))


def _dataset(document: Document) -> Dataset:
    return Dataset(
        dataset_id=document["_id"],
        title=document["title"],
        rules=tuple(document["rules"]),
        recipe=document["recipe"],
        purpose=document["purpose"],
    )
