"""Money owed, in exact decimals. One entry per use and sample (and statement), never counted twice."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Context, Decimal, InvalidOperation

from framewell.rights.v1.rights_pb2 import (
    PAY_MODEL_FLAT,
    PAY_MODEL_UNSPECIFIED,
    RightsDecision,
    RightsStatement,
    StatementRef,
)
from framewell.usage.v1.usage_pb2 import UsageRecorded
from framewell_contracts.identity import derived_id
from framewell_contracts.spelling import normalised
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
    flat: Decimal = Decimal(0)
    """The part of it that is owed once per sample and snapshot."""

    @property
    def per_use(self) -> Decimal:
        """Return the part of it that is owed per sample and run."""
        return EXACT.subtract(self.amount, self.flat)


def entry(usage: UsageRecorded) -> Entry:
    """Return the ledger's entry for a use. Raises BadAmount where the fact carries no exact numbers."""
    quantity, amount = _decimal(usage.quantity, "quantity"), _decimal(usage.rate.amount or "0", "rate")
    return Entry(
        entry_id=f"{use_name(usage)}/{usage.sample_id}/{statement_name(usage.statement)}",
        usage=usage,
        owed=EXACT.multiply(quantity, amount),
    )


def use_name(usage: UsageRecorded) -> str:
    """Return `snapshot:<id>` or `run:<id>`; empty where the fact names no use."""
    kind = usage.WhichOneof("use")
    return f"{kind.removesuffix('_id')}:{getattr(usage, kind)}" if kind else ""


def statement_ref(statement: RightsStatement) -> StatementRef:
    """Return the reference to a statement at its revision."""
    return StatementRef(
        issuer=statement.issuer, statement_id=statement_id(statement), revision=statement.revision
    )


def statement_name(ref: StatementRef) -> str:
    """Return `<issuer>/<statement id>@<revision>`."""
    return f"{ref.issuer}/{ref.statement_id}@{ref.revision}"


class Balances:
    """Adds up entries, one after another."""

    def __init__(self) -> None:
        self._sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        self._flat: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        self._uses: dict[tuple[str, str], int] = defaultdict(int)
        self._spellings: dict[str, str] = {}

    def add(self, each: Entry) -> None:
        """Count one entry."""
        name = normalised(each.usage.holder)
        spelt = self._spellings.get(name, each.usage.holder)
        self._spellings[name] = min(spelt, each.usage.holder)
        key = name, each.usage.rate.currency
        self._sums[key] = EXACT.add(self._sums[key], each.owed)
        self._uses[key] += 1
        if each.usage.rate.model == PAY_MODEL_FLAT:
            self._flat[key] = EXACT.add(self._flat[key], each.owed)

    def balances(self) -> list[HolderBalance]:
        """Return the sums per holder, however spelt, and currency; by holder."""
        return [
            HolderBalance(
                self._spellings[name],
                currency,
                owed,
                self._uses[name, currency],
                self._flat[name, currency],
            )
            for (name, currency), owed in sorted(self._sums.items())
        ]


def paid(decision: RightsDecision) -> list[RightsStatement]:
    """Return the grounds of a permission that cost something."""
    return [
        ground
        for ground in decision.grounds
        if decision.allowed and ground.HasField("payment") and ground.payment.model != PAY_MODEL_UNSPECIFIED
    ]


def flat_uses(snapshot_id: str, sample: Sample, at: datetime) -> list[UsageRecorded]:
    """Return what publishing a sample in a snapshot costs: flat pay; each run records pay per use."""
    uses = []
    for ground in paid(sample.provenance.rights):
        if ground.payment.model != PAY_MODEL_FLAT:
            continue
        usage = UsageRecorded(
            holder=ground.holder or ground.issuer,
            snapshot_id=snapshot_id,
            sample_id=sample.sample_id,
            asset_id=sample.asset_id,
            purpose=sample.purpose,
            quantity="1",
            rate=ground.payment,
            statement=statement_ref(ground),
        )
        usage.used_at.FromDatetime(at)
        uses.append(usage)
    return uses


def usage_fact(usage: UsageRecorded) -> Fact:
    """Return a use as a fact; its id follows from the use, the sample and the statement."""
    discriminator = f"{usage.sample_id}/{statement_name(usage.statement)}"
    event_id = derived_id(use_name(usage), "framewell.usage.recorded", discriminator)
    return Fact(usage, id=event_id, subject=usage.asset_id)


def _decimal(text: str, what: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise BadAmount(f"{what} {text!r} is no decimal number") from error
    if not number.is_finite():
        raise BadAmount(f"{what} {text!r} is no finite number")
    return number
