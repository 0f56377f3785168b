"""The ledger as a table for programs that read CSV, and are not to run what stands in it."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC
from decimal import Context, Decimal, InvalidOperation
from typing import Final

from framewell.rights.v1.rights_pb2 import PayModel, Purpose
from framewell.usage.v1.usage_pb2 import UsageRecorded
from framewell_contracts.json_mapping import enum_word

HEAD: Final = (
    "used_at",
    "holder",
    "purpose",
    "used_in",
    "used_in_id",
    "sample_id",
    "asset_id",
    "pay_model",
    "quantity",
    "rate",
    "currency",
    "owed",
    "issuer",
    "statement_id",
    "revision",
)
BYTE_ORDER_MARK: Final = "\ufeff"
"""Before the first line: spreadsheets take a table without it for one in the code page of the machine."""
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_EXACT: Final = Context(prec=60)


def table_rows(entries: Iterable[UsageRecorded]) -> str:
    """Return lines of CSV (RFC 4180), one an entry."""
    return lines(_row(entry) for entry in entries)


def lines(rows: Iterable[Sequence[str]]) -> str:
    """Return rows as CSV; a text that a spreadsheet would run has an apostrophe before it (OWASP)."""
    written = io.StringIO()
    writer = csv.writer(written)
    for row in rows:
        writer.writerow([_harmless(text) for text in row])
    return written.getvalue()


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULAS) else text


def _row(entry: UsageRecorded) -> Sequence[str]:
    used_in = entry.WhichOneof("use") or ""
    rate = entry.rate
    return (
        entry.used_at.ToDatetime(tzinfo=UTC).isoformat(),
        entry.holder,
        enum_word(Purpose.DESCRIPTOR, entry.purpose),
        used_in.removesuffix("_id"),
        getattr(entry, used_in) if used_in else "",
        entry.sample_id,
        entry.asset_id,
        enum_word(PayModel.DESCRIPTOR, rate.model),
        entry.quantity,
        rate.amount,
        rate.currency,
        _owed(entry.quantity, rate.amount),
        entry.statement.issuer,
        entry.statement.statement_id,
        str(entry.statement.revision),
    )


def _owed(quantity: str, amount: str) -> str:
    try:
        return format(_EXACT.multiply(Decimal(quantity), Decimal(amount or "0")), "f")
    except InvalidOperation:
        return ""
