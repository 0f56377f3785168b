"""What accepted samples cost before a change of rights and after it, in exact decimals."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

from framewell.rights.v1.rights_pb2 import PayModel
from framewell_dataset.domain.ledger import EXACT, paid
from framewell_dataset.domain.samples import Sample, State

Price: TypeAlias = "tuple[str, str, PayModel.ValueType]"
"""Holder, currency, and what is counted."""


@dataclass(frozen=True, slots=True)
class PriceChange:
    """What a holder would be owed for the next use of these samples, now and then."""

    holder: str
    currency: str
    model: "PayModel.ValueType"
    before: Decimal
    after: Decimal
    samples: int


@dataclass(slots=True)
class PriceChanges:
    """Adds up what accepted samples cost, one after another."""

    _sums: dict[Price, list[Decimal]] = field(
        default_factory=lambda: defaultdict(lambda: [Decimal(), Decimal()])
    )
    _samples: dict[Price, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, before: Sample, after: Sample) -> None:
        """Count a sample; what is not accepted costs nothing."""
        prices = _prices(before), _prices(after)
        for price in {*prices[0], *prices[1]}:
            amounts = [each.get(price, Decimal()) for each in prices]
            if amounts[0] == amounts[1]:
                continue
            self._samples[price] += 1
            for at, amount in enumerate(amounts):
                self._sums[price][at] = EXACT.add(self._sums[price][at], amount)

    def __iter__(self) -> Iterator[PriceChange]:
        """Yield the changes by holder, currency and way of paying."""
        for price in sorted(self._sums):
            before, after = self._sums[price]
            yield PriceChange(*price, before, after, self._samples[price])


def _prices(sample: Sample) -> dict[Price, Decimal]:
    found: dict[Price, Decimal] = defaultdict(Decimal)
    if sample.state is State.ACCEPTED:
        for ground in paid(sample.provenance.rights):
            price = ground.holder or ground.issuer, ground.payment.currency, ground.payment.model
            found[price] = EXACT.add(found[price], _amount(ground.payment.amount))
    return found


def _amount(text: str) -> Decimal:
    """Return an amount; one that is no number, as events of old may hold, is owed to nobody."""
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return Decimal()
    return amount if amount.is_finite() else Decimal()
