"""Dates and times as people write them in options."""

from datetime import UTC, datetime

from framewell_cli.errors import UsageProblem


def rest_time(text: str) -> str:
    """Return a date or a time as REST spells it; a date is its beginning, and without a zone it is in UTC.

    Raises UsageProblem for what is neither.
    """
    if not text:
        return ""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageProblem(
            f"{text!r} is no date and no time: write 2019-01-31 or 2019-01-31T18:00:00+01:00"
        ) from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
