"""How bad events are: every type of the catalogue has a level, and the words of the table are words of types."""

from typing import Any

import pytest

from shared.control.proxies.levels import LEVEL_OF_FIELD, LEVEL_OF_WORD, Level, last_word, level_of
from shared.ledger.catalogue import CATALOGUE
from tests.support.proxied import happened


@pytest.mark.parametrize(
    ("event_type", "level"),
    [
        ("delivery.failed", Level.ERROR),
        ("listing.operation_failed", Level.ERROR),
        ("deploy.refused", Level.ERROR),
        ("saga.parked", Level.ERROR),
        ("saga.step_failed", Level.ERROR),
        ("saga.step_retried", Level.WARN),
        ("deploy.delayed", Level.WARN),
        ("deploy.lost", Level.WARN),
        ("scraper.job.overdue", Level.WARN),
        ("listing.deadline_passed", Level.WARN),
        ("claim.grant_lost", Level.WARN),
        ("listing.state.sold", Level.INFO),
        ("message.created", Level.INFO),
        ("failed.created", Level.INFO),
        ("x", Level.INFO),
    ],
)
def test_the_last_word_of_a_type_says_how_bad_it_is(event_type: str, level: Level) -> None:
    assert level_of(happened(event_type)) is level


@pytest.mark.parametrize(
    ("event_type", "said", "level"),
    [
        ("command.invoked", {"outcome": "failed"}, Level.ERROR),
        ("command.invoked", {"outcome": "refused"}, Level.INFO),
        ("digest.taken", {"level": "critical"}, Level.ERROR),
        ("digest.taken", {"level": "degraded"}, Level.WARN),
        ("digest.taken", {"level": "healthy"}, Level.INFO),
        ("service.health_changed", {"to": "unhealthy"}, Level.ERROR),
        ("service.health_changed", {"to": "healthy"}, Level.INFO),
        ("service.health_changed", {}, Level.INFO),
    ],
)
def test_of_some_types_it_is_what_they_say_that_counts(event_type: str, said: dict[str, Any], level: Level) -> None:
    assert level_of(happened(event_type, **said)) is level


def test_what_tells_of_failure_is_never_info() -> None:
    for name in CATALOGUE:
        if last_word(name) in ("failed", "lost", "parked", "refused", "unhealthy", "overdue"):
            assert level_of(happened(name)) is not Level.INFO, name


def test_the_table_is_in_the_order_of_its_words_within_each_level() -> None:
    rows = [(level is Level.WARN, word) for word, level in LEVEL_OF_WORD.items()]
    assert rows == sorted(rows)
    assert not {last_word(name) for name in LEVEL_OF_FIELD} & LEVEL_OF_WORD.keys()
