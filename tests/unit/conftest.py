"""What holds for all unit tests."""

from hypothesis import settings

# For runs that measure: what only a lucky example or a fast machine reaches does not count.
settings.register_profile("measured", derandomize=True, database=None, deadline=None)
