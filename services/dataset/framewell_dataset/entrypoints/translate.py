"""Values of the service as messages, and pages as they are asked for."""

from typing import Protocol

from framewell.dataset.v1 import dataset_service_pb2 as messages
from framewell_dataset.domain.classes import Dataset, DatasetClass
from framewell_dataset.domain.ledger import HolderBalance
from framewell_dataset.domain.snapshots import KeptSnapshot
from framewell_dataset.ports import Page

PAGE = 100
MOST_PAGE = 1000


class AskedPage(Protocol):
    """A request for a page."""

    @property
    def page_size(self) -> int: ...
    @property
    def page_token(self) -> str: ...


def page_of(request: AskedPage) -> Page:
    """At most a thousand, a hundred where nothing is said."""
    size = request.page_size if request.page_size > 0 else PAGE
    return Page(min(size, MOST_PAGE), request.page_token)


def dataset_message(dataset: Dataset) -> messages.Dataset:
    return messages.Dataset(
        dataset_id=dataset.dataset_id,
        title=dataset.title,
        rules=dataset.rules,
        recipe=dataset.recipe,
        purpose=dataset.purpose,
    )


def class_message(named: DatasetClass) -> messages.DatasetClass:
    return messages.DatasetClass(
        class_id=named.class_id,
        dataset_id=named.dataset_id,
        name=named.name,
        aliases=named.aliases,
        external_ids=named.external_ids,
        fictional=named.fictional,
        merged_into=named.merged_into,
    )


def snapshot_message(kept: KeptSnapshot) -> messages.Snapshot:
    message = messages.Snapshot(published=kept.published, withdrawn=kept.withdrawn)
    message.published_at.FromDatetime(kept.created_at)
    return message


def balance_message(balance: HolderBalance) -> messages.Balance:
    return messages.Balance(
        holder=balance.holder,
        currency=balance.currency,
        amount=format(balance.amount, "f"),
        uses=balance.uses,
    )
