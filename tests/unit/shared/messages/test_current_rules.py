"""The rules as they are now: a change is seen soon, and what is wrong with new ones takes nobody's away."""

from collections.abc import Sequence

import pytest

from shared.messages.current_rules import LOOKED_AT_AFTER, CurrentRules
from shared.messages.routing import Rules
from shared.messages.rules_file import default_text, read_rules
from shared.runtime.errors import DependencyError
from shared.sinks.names import NAMES
from tests.unit.in_memory import HeldClock

SHIPPED = read_rules(default_text(), sinks=NAMES)
FIRST = "routes:\n  - name: first\n    when: {always: true}\n    to: notion\n"
SECOND = FIRST.replace("first", "second")
BROKEN = "routes: ["
SOON = LOOKED_AT_AFTER.total_seconds()


class Kept:
    """What is kept: a version and a text, or a store that is unwell. Counts who looks."""

    def __init__(self, text: str | None = None, version: int = 1) -> None:
        self.version, self.text, self.is_well, self.looks = version, text, True, 0
        self.clock = HeldClock()
        self.warnings: list[str] = []
        self.rules = CurrentRules(self.read, sinks=NAMES, clock=self.clock, warn=self.warnings.append)

    def read(self) -> tuple[int, str | None]:
        self.looks += 1
        if not self.is_well:
            raise DependencyError("the ledger cannot answer now")
        return self.version, self.text

    def put(self, text: str | None) -> None:
        self.version, self.text = self.version + 1, text

    def later(self) -> Rules:
        self.clock.put_on(seconds=SOON)
        return self.rules()


def names(rules: Rules) -> Sequence[str]:
    return [route.name for route in rules.routes]


def test_where_nobody_has_put_rules_in_place_those_are_that_are_shipped() -> None:
    assert Kept(version=0).rules() == SHIPPED


def test_the_rules_somebody_put_in_place_are_those() -> None:
    assert names(Kept(FIRST).rules()) == ["first"]


def test_a_change_is_seen_soon_and_not_before() -> None:
    kept = Kept(FIRST)
    kept.rules()
    kept.put(SECOND)
    kept.clock.put_on(seconds=SOON - 0.001)
    assert names(kept.rules()) == ["first"]
    kept.clock.put_on(seconds=0.001)
    assert names(kept.rules()) == ["second"]
    kept.put(None)
    assert kept.later() == SHIPPED


def test_they_are_not_looked_at_for_every_message_and_not_read_again_unchanged() -> None:
    kept = Kept(FIRST)
    known = kept.rules()
    assert all(kept.rules() is known for _ in range(100))
    assert kept.looks == 1
    assert kept.later() is known
    assert kept.looks == 2


def test_rules_that_cannot_be_read_leave_those_that_were_known() -> None:
    kept = Kept(FIRST)
    kept.rules()
    kept.put(BROKEN)
    assert names(kept.later()) == ["first"]
    kept.put(SECOND)
    assert names(kept.later()) == ["second"]


def test_where_none_were_known_and_they_cannot_be_read_those_are_that_are_shipped() -> None:
    assert Kept(BROKEN).rules() == SHIPPED


def test_where_the_store_is_unwell_the_rules_are_those_that_were_known() -> None:
    kept = Kept(FIRST)
    kept.rules()
    kept.is_well = False
    assert names(kept.later()) == ["first"]
    looks = kept.looks
    assert names(kept.rules()) == ["first"]
    assert kept.looks == looks
    kept.is_well = True
    kept.put(SECOND)
    assert names(kept.later()) == ["second"]


def test_where_the_store_is_unwell_from_the_start_there_are_none() -> None:
    kept = Kept(FIRST)
    kept.is_well = False
    with pytest.raises(DependencyError):
        kept.rules()
    kept.is_well = True
    assert names(kept.rules()) == ["first"]
