"""Moments that callers tell."""

from datetime import UTC, datetime

import pytest

from shared.runtime.clock import in_utc
from shared.runtime.errors import InvalidInputError


def test_a_moment_is_the_same_wherever_it_was_told() -> None:
    told = in_utc(datetime.fromisoformat("2026-03-01T14:00:00+02:00"))
    assert (told, told.tzinfo) == (datetime(2026, 3, 1, 12, tzinfo=UTC), UTC)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_moment_that_there_is_not_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError):
        in_utc(datetime.fromisoformat(text))


def test_a_moment_without_an_offset_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="offset"):
        in_utc(datetime(2026, 3, 1, 12))  # noqa: DTZ001
