"""Where state is kept: where somebody says, or else at the first address there is."""

from itertools import product
from typing import Any

import pytest

from shared.state.choosing import Backend, choose

NAMES = ("redis_url", "database_url", "table")
ALL = dict(zip(NAMES, ("redis://host", "postgresql://host/db", "state"), strict=True))
IN_ORDER = [Backend.REDIS, Backend.POSTGRES, Backend.DYNAMODB, Backend.MEMORY]


def known(*there: bool) -> dict[str, Any]:
    return {name: ALL[name] if is_there else "" for name, is_there in zip(NAMES, there, strict=True)}


@pytest.mark.parametrize("there", list(product([True, False], repeat=3)))
def test_the_first_address_there_is_decides_and_without_any_it_is_memory(there: tuple[bool, bool, bool]) -> None:
    assert choose("", **known(*there)) == IN_ORDER[[*there, True].index(True)]


@pytest.mark.parametrize("wanted", IN_ORDER)
def test_who_is_asked_for_is_taken_whoever_else_there_is(wanted: Backend) -> None:
    assert choose(str(wanted), **ALL) == wanted


def test_memory_needs_no_address() -> None:
    assert choose("memory", **known(False, False, False)) == Backend.MEMORY


@pytest.mark.parametrize(("wanted", "missing"), list(zip(IN_ORDER[:3], NAMES, strict=True)))
def test_who_is_asked_for_and_has_no_address_is_no_reason_to_take_another(wanted: Backend, missing: str) -> None:
    with pytest.raises(ValueError, match=f"{wanted}.* is empty"):
        choose(str(wanted), **ALL | {missing: ""})


@pytest.mark.parametrize("wanted", ["Redis", "sqlite", " redis"])
def test_a_place_that_nobody_knows_is_refused(wanted: str) -> None:
    with pytest.raises(ValueError, match="redis, postgres, dynamodb, memory"):
        choose(wanted, **ALL)
