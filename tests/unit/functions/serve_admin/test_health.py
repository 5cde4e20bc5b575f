"""Health: told truly, and asked for rarely."""

from datetime import timedelta

import pytest

from functions.serve_admin.health import HealthCheck
from tests.support.builders import NOON


class Part:
    """Something we stand on; counts how often it was asked whether it is there."""

    def __init__(self, *, there: bool = True) -> None:
        self.there = there
        self.asked = 0

    def __call__(self) -> bool:
        self.asked += 1
        return self.there


@pytest.mark.parametrize("database", [True, False])
@pytest.mark.parametrize("bus", [True, False])
def test_all_is_well_only_when_every_part_is_there(database: bool, bus: bool) -> None:
    health = HealthCheck(Part(there=database), Part(there=bus), clock=lambda: NOON)()
    assert health.status == ("healthy" if database and bus else "unhealthy")
    assert health.database == ("connected" if database else "unreachable")
    assert health.bus == ("connected" if bus else "unreachable")


def test_a_public_page_does_not_make_us_work_more_than_once_in_five_seconds() -> None:
    now, database, bus = [NOON], Part(), Part()
    check = HealthCheck(database, bus, clock=lambda: now[0])
    for _ in range(100):
        check()
        now[0] += timedelta(seconds=0.1)
    assert database.asked == bus.asked == 2


@pytest.mark.parametrize("before", [True, False])
def test_a_change_is_noticed_after_five_seconds(before: bool) -> None:
    now, database = [NOON], Part(there=before)
    check = HealthCheck(database, Part(), clock=lambda: now[0])
    first = check()
    database.there = not before
    assert check() == first
    now[0] += timedelta(seconds=5)
    assert check().status == ("unhealthy" if before else "healthy")
