"""Trying again: at once the first time, then behind pauses that grow and end."""

from shared.runtime.attempts import attempts


def pauses_of(number: int) -> list[float]:
    paused: list[float] = []
    assert list(attempts(number, pause=paused.append)) == list(range(number))
    return paused


def test_the_first_attempt_is_made_at_once() -> None:
    assert pauses_of(1) == []


def test_there_is_a_pause_before_each_further_attempt_and_none_after_the_last() -> None:
    assert len(pauses_of(20)) == 19


def test_pauses_are_short_differ_and_come_to_a_few_seconds_at_most() -> None:
    paused = pauses_of(20)
    assert len(set(paused)) == len(paused)
    assert all(0 <= pause <= 0.25 for pause in paused)
    assert sum(paused) < 5
