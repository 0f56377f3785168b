"""Datasets, classes with their names, and the do-not-learn list as documents."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from framewell_dataset.domain.classes import Dataset, DatasetClass
from framewell_kit.documents.protocol import Document, Documents

DATASETS = "datasets"
CLASSES = "classes"
NEVER_LEARN = "never_learn"
SECRETS = "secrets"
SALT = "name_salt"


@dataclass(frozen=True, slots=True)
class CatalogueDocuments:
    """Collections `datasets`, `classes` (the only one with names), `never_learn` and `secrets`."""

    documents: Documents

    async def prepare(self) -> None:
        await self.documents.ensure_index(CLASSES, ["dataset_id"])

    async def add_dataset(self, dataset: Dataset) -> bool:
        return await self.documents.insert_once(
            DATASETS,
            {
                "_id": dataset.dataset_id,
                "title": dataset.title,
                "rules": list(dataset.rules),
                "recipe": dataset.recipe,
                "purpose": dataset.purpose,
                "turn": 1,
                "number": 0,
            },
        )

    async def dataset(self, dataset_id: str) -> Dataset | None:
        found = await self.documents.get(DATASETS, dataset_id)
        return None if found is None else _dataset(found)

    async def datasets(self) -> list[Dataset]:
        return [_dataset(found) for found in await self.documents.find(DATASETS, {}, sort=[("_id", 1)])]

    async def add_class(self, added: DatasetClass) -> bool:
        return await self.documents.insert_once(CLASSES, {"_id": added.class_id, **_fields(added)})

    async def get_class(self, class_id: str) -> DatasetClass | None:
        found = await self.documents.get(CLASSES, class_id)
        return None if found is None else _class(found)

    async def classes(self, dataset_id: str = "", class_ids: Sequence[str] = ()) -> list[DatasetClass]:
        query: dict[str, Any] = {"dataset_id": dataset_id} if dataset_id else {}
        if class_ids:
            query["_id"] = {"$in": list(class_ids)}
        found = await self.documents.find(CLASSES, query, sort=[("name", 1), ("_id", 1)])
        return [_class(document) for document in found]

    async def change_class(self, before: DatasetClass, after: DatasetClass) -> bool:
        expect = {"revision": before.revision}
        change = {"$set": _fields(after)}
        return await self.documents.update(CLASSES, before.class_id, change, expect=expect) is not None

    async def forget_class(self, class_id: str) -> bool:
        return await self.documents.delete(CLASSES, class_id)

    async def never_learn(self, name_hashes: Sequence[str], class_id: str) -> None:
        for name_hash in name_hashes:
            await self.documents.insert_once(NEVER_LEARN, {"_id": name_hash, "class_id": class_id})

    async def is_never_learned(self, name_hash: str) -> bool:
        return await self.documents.get(NEVER_LEARN, name_hash) is not None

    async def salt(self) -> bytes:
        kept = await self.documents.get(SECRETS, SALT)
        if kept is None:
            await self.documents.insert_once(SECRETS, {"_id": SALT, "salt": secrets.token_bytes(32)})
            kept = await self.documents.get(SECRETS, SALT)
        if kept is None:
            raise RuntimeError("the document store lost the salt it was given")
        return bytes(kept["salt"])


def _dataset(document: Document) -> Dataset:
    return Dataset(
        dataset_id=document["_id"],
        title=document["title"],
        rules=tuple(document["rules"]),
        recipe=document["recipe"],
        purpose=document["purpose"],
    )


def _fields(named: DatasetClass) -> Document:
    return {
        "dataset_id": named.dataset_id,
        "name": named.name,
        "aliases": list(named.aliases),
        "external_ids": [[scheme, value] for scheme, value in named.external_ids.items()],
        "fictional": named.fictional,
        "merged_into": named.merged_into,
        "revision": named.revision,
    }


def _class(document: Document) -> DatasetClass:
    return DatasetClass(
        class_id=document["_id"],
        dataset_id=document["dataset_id"],
        name=document["name"],
        aliases=tuple(document["aliases"]),
        external_ids=dict(document["external_ids"]),
        fictional=document["fictional"],
        merged_into=document["merged_into"],
        revision=document["revision"],
    )
