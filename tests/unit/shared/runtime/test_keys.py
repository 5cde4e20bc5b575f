"""Keys in the ledger, and the ring that knows them for half a minute."""

from datetime import datetime, timedelta

import pytest

from shared.ledger.ledger import Aggregate
from shared.ledger.memory import MemoryLedger
from shared.runtime.auth import ApiKey, Role, new_key
from shared.runtime.errors import ConflictError, NotFoundError, UnauthorizedError
from shared.runtime.keys import KeyRing, LedgerKeys
from tests.support.builders import NOON, a_cause

CAUSE = a_cause("key:root")


class CountingLedger(MemoryLedger):
    """Counts how often an aggregate was read."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = 0

    def get(self, kind: str, aggregate_id: str) -> Aggregate:
        self.reads += 1
        return super().get(kind, aggregate_id)


class Office:
    """Keys, a ring of them, and a clock that is turned by hand."""

    def __init__(self) -> None:
        self.now = NOON
        self.ledger = CountingLedger()
        self.keys = LedgerKeys(self.ledger)
        self.ring = KeyRing(self.keys, clock=lambda: self.now)

    def issue(self, role: Role = Role.OPERATOR, *, expires_at: datetime | None = None) -> str:
        token, key = new_key("anna", role, sources=["scraper"], expires_at=expires_at, at=self.now)
        self.keys.save(key, CAUSE)
        return token

    def revoke(self, key: ApiKey) -> None:
        self.keys.save(self.keys.get(key.id).revoked(at=self.now), CAUSE)

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def office() -> Office:
    return Office()


def test_a_key_is_read_as_it_was_saved(office: Office) -> None:
    token = office.issue(Role.SERVICE, expires_at=NOON + timedelta(days=1))
    key = office.ring.identify(token)
    assert (key.name, key.role, key.sources) == ("anna", Role.SERVICE, ("scraper",))
    assert (key.created_at, key.expires_at, key.revoked_at) == (NOON, NOON + timedelta(days=1), None)
    assert key.version == 1


def test_a_burst_of_requests_costs_one_read(office: Office) -> None:
    token = office.issue()
    for _ in range(30):
        office.ring.identify(token)
        office.wait(0.99)
    assert office.ledger.reads == 1


def test_a_key_is_looked_up_again_after_half_a_minute(office: Office) -> None:
    token = office.issue()
    for reads in (1, 2, 3):
        office.ring.identify(token)
        assert office.ledger.reads == reads
        office.wait(30)


def test_a_revoked_key_opens_nothing_within_a_minute_even_if_it_never_rests(office: Office) -> None:
    token = office.issue()
    office.revoke(office.ring.identify(token))
    refused_after = None
    for second in range(60):
        try:
            office.ring.identify(token)
        except UnauthorizedError:
            refused_after = second if refused_after is None else refused_after
        else:
            assert refused_after is None, "a revoked key must not open again"
        office.wait(1)
    assert refused_after is not None


def test_a_remembered_key_still_expires_to_the_second(office: Office) -> None:
    token = office.issue(expires_at=NOON + timedelta(seconds=10))
    office.ring.identify(token)
    office.wait(9)
    office.ring.identify(token)
    office.wait(1)
    with pytest.raises(UnauthorizedError):
        office.ring.identify(token)


def test_every_way_of_being_wrong_is_refused_in_the_same_words(office: Office) -> None:
    good = office.issue()
    revoked, expired = office.issue(), office.issue(expires_at=NOON)
    office.revoke(office.keys.get(revoked[4:20]))
    other_secret = good[:21] + office.issue()[21:]
    unknown, _ = new_key("nobody", Role.ADMIN, at=NOON)
    said = set()
    for token in (revoked, expired, other_secret, unknown, "", f"{good} ", good * 10_000):
        with pytest.raises(UnauthorizedError) as refusal:
            office.ring.identify(token)
        said.add(str(refusal.value))
    assert len(said) == 1


def test_a_wrong_secret_does_not_spoil_the_right_one(office: Office) -> None:
    good = office.issue()
    with pytest.raises(UnauthorizedError):
        office.ring.identify(good[:21] + office.issue()[21:])
    assert office.ring.identify(good).id == good[4:20]


@pytest.mark.parametrize("token", ["", "swy_", "Bearer", "A" * 1024 * 1024], ids=lambda token: token[:8])
def test_what_is_no_key_is_not_looked_up(office: Office, token: str) -> None:
    with pytest.raises(UnauthorizedError):
        office.ring.identify(token)
    assert office.ledger.reads == 0


def test_a_ring_knows_very_many_keys_and_does_not_remember_all_of_them(office: Office) -> None:
    tokens = [office.issue() for _ in range(1_100)]
    for _ in range(2):
        assert [office.ring.identify(token).id for token in tokens] == [token[4:20] for token in tokens]
    assert office.ledger.reads > len(tokens)


def test_keys_are_listed_newest_first(office: Office) -> None:
    issued = []
    for _ in range(3):
        issued.append(office.issue()[4:20])
        office.wait(1)
    assert [key.id for key in office.keys.all()] == issued[::-1]


def test_two_who_revoke_one_key_at_once_do_not_both_write(office: Office) -> None:
    key = office.keys.get(office.issue()[4:20])
    office.keys.save(key.revoked(at=NOON), CAUSE)
    with pytest.raises(ConflictError):
        office.keys.save(key.revoked(at=NOON + timedelta(seconds=1)), CAUSE)
    history = [event.type for event in office.ledger.history("KEY", key.id)]
    assert history == ["key.created", "key.revoked"]


def test_saving_a_key_to_which_nothing_happened_records_nothing(office: Office) -> None:
    key = office.keys.get(office.issue()[4:20])
    office.keys.save(key, CAUSE)
    assert office.keys.get(key.id).version == 1


def test_a_key_that_was_never_made_is_not_found(office: Office) -> None:
    with pytest.raises(NotFoundError):
        office.keys.get("0" * 16)
