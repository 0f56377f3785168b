"""Money owed, in exact decimals. One entry per use and sample (and statement), never counted twice."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Context, Decimal, InvalidOperation

from framewell.rights.v1.rights_pb2 import (
    PAY_MODEL_FLAT,
    PAY_MODEL_UNSPECIFIED,
    RightsDecision,
    RightsStatement,
)
from framewell.usage.v1.usage_pb2 import UsageRecorded
from framewell_contracts.identity import derived_id
from framewell_dataset.domain.rights import statement_id
from framewell_dataset.domain.samples import Sample
from framewell_kit.facts import Fact

EXACT = Context(prec=60)
"""Sums and products are exact up to 60 digits; no rounding happens before somebody pays."""


class BadAmount(ValueError):
    """A quantity or an amount is no decimal number."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One use as the ledger keeps it."""

    entry_id: str
    usage: UsageRecorded
    owed: Decimal


@dataclass(frozen=True, slots=True)
class HolderBalance:
    """What a holder is owed in one currency."""

    holder: str
    currency: str
    amount: Decimal
    uses: int


def entry(usage: UsageRecorded) -> Entry:
    """The ledger's entry for a use. Raises BadAmount where the fact carries no exact numbers."""
    quantity, amount = _decimal(usage.quantity, "quantity"), _decimal(usage.rate.amount or "0", "rate")
    return Entry(
        entry_id=f"{usage.use_id}/{usage.sample_id}/{usage.statement}",
        usage=usage,
        owed=EXACT.multiply(quantity, amount),
    )


def balances(entries: Iterable[Entry]) -> list[HolderBalance]:
    """The sums per holder and currency, by holder."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    uses: dict[tuple[str, str], int] = defaultdict(int)
    for each in entries:
        key = each.usage.holder, each.usage.rate.currency
        sums[key] = EXACT.add(sums[key], each.owed)
        uses[key] += 1
    return [HolderBalance(*key, sums[key], uses[key]) for key in sorted(sums)]


def paid(decision: RightsDecision) -> list[RightsStatement]:
    """The grounds of a permission that cost something."""
    return [
        ground
        for ground in decision.grounds
        if decision.allowed and ground.HasField("payment") and ground.payment.model != PAY_MODEL_UNSPECIFIED
    ]


def flat_usage(snapshot_id: str, sample: Sample, at: datetime) -> list[Fact]:
    """What publishing a sample in a snapshot costs: flat pay; pay per use is recorded by each run."""
    facts = []
    for ground in paid(sample.passport.rights):
        if ground.payment.model != PAY_MODEL_FLAT:
            continue
        usage = UsageRecorded(
            holder=ground.holder or ground.issuer,
            use_id=f"snapshot:{snapshot_id}",
            sample_id=sample.sample_id,
            asset_id=sample.asset_id,
            purpose=sample.purpose,
            quantity="1",
            rate=ground.payment,
            statement=statement_name(ground),
        )
        usage.used_at.FromDatetime(at)
        about = f"{sample.sample_id}/{usage.statement}"
        id_ = derived_id(usage.use_id, "framewell.usage.recorded", about)
        facts.append(Fact(usage, id=id_, subject=sample.asset_id))
    return facts


def statement_name(statement: RightsStatement) -> str:
    """`<issuer>/<statement id>@<revision>`."""
    return f"{statement.issuer}/{statement_id(statement)}@{statement.revision}"


def _decimal(text: str, what: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise BadAmount(f"{what} {text!r} is no decimal number") from error
    if not number.is_finite():
        raise BadAmount(f"{what} {text!r} is no finite number")
    return number
