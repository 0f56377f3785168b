"""One broker with TLS, logins and ACLs for all tests of security."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from framewell_kit.testing.secured import SecuredBroker, secured_broker


@pytest.fixture(scope="session")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredBroker]:
    """The broker; every test brings users and topics of its own."""
    with secured_broker(tmp_path_factory.mktemp("secured")) as broker:
        yield broker
