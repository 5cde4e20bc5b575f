"""How services stand in short: never better than somebody has seen."""

from datetime import timedelta

import pytest

from shared.control.registry.polling import poll_services
from shared.control.registry.registering import change_service
from shared.control.registry.standing import Standing, standing
from tests.support.builders import a_cause
from tests.support.registries import Instance, a_caller, said


@pytest.fixture
def here() -> Instance:
    """Where `docs` is well whenever it is asked."""
    here = Instance()
    here.net.answers("https://docs.example", said(200))
    return here


def stands(here: Instance) -> Standing:
    return standing(here.services.all(), seen=here.ports.seen, at=here.time())


def poll(here: Instance) -> None:
    poll_services(here.ports, a_cause("clock"), until=here.time() + timedelta(seconds=10))


def test_where_there_are_no_services_nobody_waits(here: Instance) -> None:
    assert stands(here) == Standing(statuses={}, unasked=timedelta(0))


def test_who_was_asked_is_what_it_said(here: Instance) -> None:
    here.register("docs")
    assert stands(here).statuses == {"docs": "unknown"}
    poll(here)
    assert stands(here) == Standing(statuses={"docs": "healthy"}, unasked=timedelta(0))


def test_how_long_nobody_has_looked_is_told_of_who_waits_longest(here: Instance) -> None:
    here.register("docs")
    here.time.pass_by(minutes=5)
    poll(here)
    here.register("new")
    here.time.pass_by(minutes=7)
    assert stands(here).unasked == timedelta(minutes=7)
    here.time.pass_by(days=3)
    assert stands(here).statuses["docs"] == "healthy"
    assert stands(here).unasked == timedelta(days=3, minutes=7)
    poll(here)
    assert stands(here).unasked == timedelta(0)


def test_who_has_not_renewed_its_lease_is_not_well_though_that_is_not_on_record_yet(here: Instance) -> None:
    here.register("docs", lease_seconds=60)
    poll(here)
    here.time.pass_by(seconds=61)
    assert stands(here).statuses == {"docs": "expired"}


def test_who_is_in_maintenance_is_not_waited_for(here: Instance) -> None:
    here.register("docs")
    change_service("docs", lambda it, at: it.maintained(True, origin="a", at=at), a_caller(), here.ports)
    here.time.pass_by(days=1)
    assert stands(here) == Standing(statuses={"docs": "maintenance"}, unasked=timedelta(0))
