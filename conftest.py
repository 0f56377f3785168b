"""What holds for every test of the tree: none of them is a timed one, and the slow ones come first."""

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no failure: neither an example that takes long nor a generator that does.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that last begin first: beside them a second worker has time for all the others."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)
