"""A clock that can be put forward: time passes for all product code, and nobody waits."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, tzinfo

import pytest

from shared.runtime import clock


class Travel:
    def __init__(self) -> None:
        self.passed = timedelta(0)

    def go_on(self, time: timedelta) -> None:
        self.passed += time


@contextmanager
def travelling() -> Iterator[Travel]:
    """Inside, `system_clock` is as much later as was gone on. AWS and the circuits have clocks of their own."""
    travel = Travel()

    class Later(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + travel.passed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "datetime", Later)
        yield travel
