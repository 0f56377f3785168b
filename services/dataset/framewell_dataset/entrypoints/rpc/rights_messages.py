"""Changes of rights, refusals and contributors as messages."""

from framewell.dataset.v1 import rights_service_pb2 as messages
from framewell_contracts.sentences import wording_of
from framewell_dataset.domain.prices import PriceChanges
from framewell_dataset.domain.snapshots import SnapshotState
from framewell_dataset.entrypoints.rpc.messages import balance_message
from framewell_dataset.ports.rights_changes import Effect
from framewell_dataset.queries.follow_change import Fate, Replaced
from framewell_dataset.queries.list_contributors import Contributor
from framewell_dataset.queries.list_refusals import Moment, Refused


def money_messages(changes: PriceChanges) -> list[messages.MoneyEffect]:
    """Return what samples would cost otherwise."""
    return [
        messages.MoneyEffect(
            holder=one.holder,
            currency=one.currency,
            model=one.model,
            before=format(one.before, "f"),
            after=format(one.after, "f"),
            sample_count=one.samples,
        )
        for one in changes
    ]


def change_message(fate: Fate) -> messages.RightsChange:
    """Return a change with its counts."""
    change, counts = fate.change, fate.counts
    message = messages.RightsChange(
        change_id=change.change_id,
        subject=change.subject,
        actor=change.actor,
        applied=change.applied,
        statements=change.statements,
        asset_count=change.asset_count,
        samples_withdrawn=counts[Effect.WITHDRAWN],
        samples_withheld=counts[Effect.WITHHELD],
        samples_proposed=counts[Effect.PROPOSED],
        samples_repriced=counts[Effect.REPRICED],
        snapshot_count=len(change.snapshot_ids),
        title=fate.title,
    )
    message.received_at.FromDatetime(change.received_at)
    return message


def fate_message(fate: Fate) -> messages.GetRightsChangeResponse:
    """Return a change with the samples and snapshots that it concerned."""
    return messages.GetRightsChangeResponse(
        change=change_message(fate),
        samples=[
            messages.ChangedSample(sample_id=one.sample_id, asset_id=one.asset_id, effect=str(one.effect))
            for one in fate.samples
        ],
        snapshots=[_replaced(one) for one in fate.replaced],
    )


def _replaced(one: Replaced) -> messages.ReplacedSnapshot:
    message = messages.ReplacedSnapshot(
        snapshot_id=one.before.published.snapshot_id,
        number=one.before.published.number,
        withdrawn=one.before.withdrawn is not None,
        successor_id=one.successor_id,
    )
    message.published_at.FromDatetime(one.before.created_at)
    if one.successor is not None:
        message.successor_number = one.successor.published.number
        message.successor_published_at.FromDatetime(one.successor.created_at)
        message.successor_withdrawn = one.successor.state is SnapshotState.WITHDRAWN
    return message


def refusal_message(refused: Refused) -> messages.Refusal:
    """Return a group of refusals."""
    group = refused.group
    return messages.Refusal(
        kind=group.kind,
        purpose=group.purpose,
        sentence=group.sentence,
        wording=wording_of(group.sentence),
        count=group.count,
        moments=[_moment(one) for one in refused.moments],
    )


def _moment(moment: Moment) -> messages.RefusedMoment:
    place = moment.place
    message = messages.RefusedMoment(sample_id=place.sample_id, asset_id=place.asset_id, title=moment.title)
    if moment.at is not None:
        message.at.FromTimedelta(moment.at)
    return message


def contributor_message(one: Contributor) -> messages.Contributor:
    """Return a holder with what is theirs."""
    return messages.Contributor(
        holder=one.holder,
        statement_count=one.statements,
        asset_count=one.assets,
        sample_count=one.samples,
        balances=[balance_message(each) for each in one.balances],
    )
