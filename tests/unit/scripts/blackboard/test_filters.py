"""From when to when, of which types, of whom."""

from datetime import UTC, datetime, timedelta

import pytest

from scripts.blackboard.filters import Filters

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def test_types_are_patterns() -> None:
    assert Filters(type="Code*").fits_type("CodeCommit")
    assert not Filters(type="Code*").fits_type("Design")
    assert not Filters(type="Code*").fits_type(None)
    assert Filters().fits_type(None)


@pytest.mark.parametrize("name", ["produced_by_role", "agent_name", "reviewer_role", "target_agent_role"])
def test_an_agent_is_found_wherever_it_is_named(name: str) -> None:
    assert Filters(agent="Writer").fits_agent({"data": {name: "Writer"}})
    assert not Filters(agent="Writer").fits_agent({"data": {name: "Editor"}})
    assert not Filters(agent="Writer").fits_agent({"data": {}})


def test_all_that_an_agent_does_and_is_asked_to_do_is_its_own_whatever_its_role() -> None:
    made = {"actor": "agent:Ann", "data": {"produced_by_role": "Writer"}}
    asked = {"actor": "timer", "data": {"invited": ["Ann", "Cleo"]}}
    assert [Filters(agent=name).fits_agent(made) for name in ("Ann", "Writer", "Cleo")] == [True, True, False]
    assert [Filters(agent=name).fits_agent(asked) for name in ("Ann", "Cleo", "Bob")] == [True, True, False]


def test_what_the_agents_of_a_role_do_and_are_asked_to_do_is_their_role_s() -> None:
    crew = [{"name": "Ann", "role": "Writer"}, {"name": "Bob", "role": "Writer"}, {"name": "Cleo", "role": "Editor"}]
    writers = Filters(agent="Writer").knowing(crew[:1]).knowing(crew[1:])
    for name, is_shown in (("Ann", True), ("Bob", True), ("Cleo", False)):
        assert writers.fits_agent({"actor": f"agent:{name}", "data": {}}) == is_shown
        assert writers.fits_agent({"actor": "arbiter", "data": {"agent_name": name}}) == is_shown
        assert writers.fits_agent({"actor": "arbiter", "data": {"invited": ["Dan", name]}}) == is_shown


def test_both_ends_are_within_the_time() -> None:
    within = Filters(since=NOW, until=NOW + timedelta(hours=1))
    assert [within.is_in_time(f"2026-11-20T{hour}:00:00.000000Z") for hour in (11, 12, 13)] == [False, True, True]
    assert not within.is_in_time("2026-11-20T13:00:00.000001Z")
