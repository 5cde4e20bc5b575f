"""Other settings for a while: what the template tells a function is the environment, read once by a process."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from shared.runtime.settings import Settings, settings


@contextmanager
def told(**known: str) -> Iterator[None]:
    """Inside, product code is told this, by the names of Settings; what was built before stays as it was told then."""
    assert set(known) <= set(Settings.__slots__), f"there are no such settings: {set(known) - set(Settings.__slots__)}"
    try:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in known.items():
                patch.setenv(name.upper(), value)
            settings.cache_clear()
            yield
    finally:
        settings.cache_clear()
