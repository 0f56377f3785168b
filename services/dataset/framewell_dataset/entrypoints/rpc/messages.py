"""Values of the service as messages."""

from framewell.dataset.v1 import dataset_pb2 as messages
from framewell.dataset.v1.rights_service_pb2 import Balance, UnmatchedRights
from framewell_dataset.domain.classes import Dataset, DatasetClass
from framewell_dataset.domain.ledger import HolderBalance
from framewell_dataset.domain.snapshots import StoredSnapshot
from framewell_dataset.ports.rights import Unmatched


def dataset_message(dataset: Dataset) -> messages.Dataset:
    return messages.Dataset(
        dataset_id=dataset.dataset_id,
        title=dataset.title,
        rules=dataset.rules,
        recipe=dataset.recipe,
        purpose=dataset.purpose,
    )


def class_message(named: DatasetClass) -> messages.DatasetClass:
    message = messages.DatasetClass(
        class_id=named.class_id,
        dataset_id=named.dataset_id,
        name=named.name,
        aliases=named.aliases,
        external_ids=named.external_ids,
        fictional=named.fictional,
        merged_into=named.merged_into,
        revision=named.revision,
        changed_by=named.changed_by,
    )
    if named.changed_at is not None:
        message.changed_at.FromDatetime(named.changed_at)
    return message


def snapshot_message(stored: StoredSnapshot) -> messages.Snapshot:
    message = messages.Snapshot(published=stored.published, withdrawn=stored.withdrawn)
    message.published_at.FromDatetime(stored.created_at)
    return message


def balance_message(balance: HolderBalance) -> Balance:
    return Balance(
        holder=balance.holder,
        currency=balance.currency,
        amount=format(balance.amount, "f"),
        uses=balance.uses,
        flat_amount=format(balance.flat, "f"),
        per_use_amount=format(balance.per_use, "f"),
    )


def unmatched_message(unmatched: Unmatched) -> UnmatchedRights:
    """Return statements that matched nothing as a message."""
    message = UnmatchedRights(subject=unmatched.subject, statements=unmatched.statements)
    message.since.FromDatetime(unmatched.since)
    return message
