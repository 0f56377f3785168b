"""What holds for every test of the tree: none of them is a timed one."""

from hypothesis import HealthCheck, settings

# A busy machine is no failure: neither an example that takes long nor a generator that does.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")
