"""What holds for every test of the tree: none of them is a timed one, and the slow ones come first."""

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no failure: neither an example that takes long nor a generator that does.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that last begin first, stories before all: beside them other workers have time for the rest."""
    places = {item.path: 2 for item in items}
    for place, mark in ((1, "slow"), (0, "story")):
        places |= {item.path: place for item in items if item.get_closest_marker(mark)}
    items.sort(key=lambda item: places[item.path])
