"""What people write on a command line."""

from argparse import ArgumentTypeError
from datetime import UTC, datetime, timedelta

import pytest

from scripts.api.arguments import moment, number, said

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "ago"),
    [("30s", timedelta(seconds=30)), ("10m", timedelta(minutes=10)), ("1h", timedelta(hours=1)), ("7d", timedelta(7))],
)
def test_a_time_may_be_so_long_ago(text: str, ago: timedelta) -> None:
    assert moment(text, now=NOW) == NOW - ago


def test_a_time_may_be_written_out_and_is_utc_where_it_does_not_say() -> None:
    assert moment("2026-11-20T12:00:00Z") == moment("2026-11-20T13:00+01:00") == moment("2026-11-20T12:00") == NOW


@pytest.mark.parametrize("text", ["", "yesterday", "1y", "-1h", "1.5h", "99999999w", "999999w", "12:00"])
def test_anything_else_is_no_time(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="is no time; 10m, 2h or 7d for so long ago, or a time like"):
        moment(text, now=NOW)


def test_a_number_has_bounds() -> None:
    assert [number(1, 20)(text) for text in ("1", "20", "007")] == [1, 20, 7]
    for text in ("", "0", "21", "-1", "1.5", "1e1", "٣", "9" * 5_000):
        with pytest.raises(ArgumentTypeError, match="a whole number from 1 to 20 is needed"):
            number(1, 20)(text)


def test_something_has_to_be_said() -> None:
    assert said(" x ") == " x "
    with pytest.raises(ArgumentTypeError):
        said(" \n")
