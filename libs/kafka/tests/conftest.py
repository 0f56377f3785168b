"""What the suites of this package share."""

import pytest


@pytest.fixture(autouse=True)
def facts_of_any_content(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let protobuf facts pass whatever is in them: these tests send ingest.requested as any fact at all."""
    monkeypatch.setattr("framewell_contracts.foreign_events.check", lambda message: None)
    monkeypatch.setattr("framewell_contracts.cloudevents.problems_of", lambda message: ())
