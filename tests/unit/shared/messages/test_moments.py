"""Times as people and programs write them."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.messages.moments import read_moment
from shared.messages.texts import RefusedError

THREE = datetime(2026, 11, 20, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "said",
    [
        "2026-11-20T15:00:00Z",
        "2026-11-20t15:00:00z",
        "2026-11-20 15:00",
        " 2026-11-20T15:00:00.000 ",
        "2026-11-20T17:00:00+02:00",
        "2026-11-20T10:00-0500",
        "2026-11-20 16:00 +01",
        "20261120T150000Z",
        "2026-11-20T15",
        "2026-11-20T15:00:00,000000000Z",
        1795186800,
        1795186800.0,
        Decimal(1795186800),
        "1795186800",
        "1795186800.000",
        1795186800000,
        "1795186800000",
    ],
)
def test_many_spellings_mean_one_moment(said: Any) -> None:
    assert read_moment(said) == THREE
    assert read_moment(said).tzinfo is UTC


@pytest.mark.parametrize("day", ["2026-11-20", "20261120", " 2026-11-20 "])
def test_a_day_is_no_moment(day: str) -> None:
    with pytest.raises(RefusedError, match="needs a time"):
        read_moment(day)


@pytest.mark.parametrize(
    "bad",
    [
        "tomorrow 9am",
        "",
        "15:00",
        "2026-13-01T00:00Z",
        "2026-02-30T00:00Z",
        "2026-11-20T24:00Z",
        "2026-11-20T15:00:60Z",
        "2026-11-20T15:00+25:00",
        "2026-11-20T15:00 Europe/London",
        "\uff12\uff10\uff12\uff16-11-20T15:00Z",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:30+01:00",
        "9999-12-31T23:59Z",
        "0001-01-01T00:00+14:00",
        "-1",
        -1,
        10**15,
        10**400,
        float("nan"),
        float("inf"),
        Decimal("sNaN"),
        Decimal("1e999999999"),
        True,
        None,
        [],
        {},
        THREE,
    ],
)
def test_what_is_no_moment_is_refused(bad: Any) -> None:
    with pytest.raises(RefusedError):
        read_moment(bad)


def test_the_bounds_are_moments() -> None:
    assert read_moment(0) == read_moment("1970-01-01T00:00Z") == datetime(1970, 1, 1, tzinfo=UTC)
    assert read_moment("9998-12-31T23:59:59.999999Z").year == 9998
    assert read_moment(10**11 - 1).year == 5138
    assert read_moment(10**11) == datetime(1973, 3, 3, 9, 46, 40, tzinfo=UTC)


@given(
    st.datetimes(datetime(1971, 1, 1), datetime(9998, 1, 1)),  # noqa: DTZ001 - the offset comes beside it
    st.integers(-14 * 60, 14 * 60),
)
def test_any_offset_comes_out_in_utc(local: datetime, minutes: int) -> None:
    moment = local.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert read_moment(moment.isoformat()) == moment
