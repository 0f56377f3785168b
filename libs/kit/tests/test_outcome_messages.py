"""Outcomes as facts say them."""

import pytest

from framewell_kit.call_cause import call_cause
from framewell_kit.outcome_messages import done, failed, is_done
from framewell_kit.telemetry import handling
from framewell_kit.testing.streams import a_cause


def test_work_is_done_or_given_up_with_a_reason() -> None:
    assert is_done(done())
    given_up = failed("damaged", "The file ends in the middle of a picture.")
    assert not is_done(given_up)
    assert (given_up.failed.code, given_up.failed.detail[:8]) == ("damaged", "The file")


def test_a_call_has_a_cause_and_nothing_else_has() -> None:
    cause = a_cause()
    with handling(cause, "/framewell.ingest.v1.IngestService/Submit"):
        assert call_cause() is cause
    with pytest.raises(RuntimeError, match="outside the server"):
        call_cause()
