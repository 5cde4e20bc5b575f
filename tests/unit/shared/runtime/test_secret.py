"""A secret that is rotated while we hold it: looked at afresh when refused, and not more than once a minute."""

from datetime import timedelta

from shared.runtime.secret import Secret
from tests.support.builders import NOON


class Vault:
    """Holds a secret behind a cache; counts how often somebody looked past it."""

    def __init__(self) -> None:
        self.now = NOON
        self.current = self._cached = "old"
        self.looked = 0
        self.secret = Secret(self._read, clock=lambda: self.now)

    def _read(self, fresh: bool) -> str:
        if fresh:
            self.looked += 1
            self._cached = self.current
        return self._cached

    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)


def test_a_secret_is_read_through_the_cache_as_often_as_it_is_needed() -> None:
    vault = Vault()
    assert [vault.secret() for _ in range(100)] == ["old"] * 100
    assert vault.looked == 0


def test_a_rotated_secret_is_found_when_the_old_one_was_refused() -> None:
    vault = Vault()
    vault.current = "new"
    assert [vault.secret(), vault.secret(fresh=True), vault.secret()] == ["old", "new", "new"]


def test_who_sends_bad_signatures_cannot_make_us_look_more_than_once_a_minute() -> None:
    vault = Vault()
    for _ in range(120):
        vault.secret(fresh=True)
        vault.wait(1)
    assert vault.looked == 2


def test_a_second_rotation_is_found_after_a_minute() -> None:
    vault = Vault()
    vault.secret(fresh=True)
    vault.current = "new"
    assert vault.secret(fresh=True) == "old"
    vault.wait(60)
    assert vault.secret(fresh=True) == "new"
