"""Who may post to a webhook: who signs for its source, or holds a key that speaks for it; each message once."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from functions.receive_webhooks.admission import WebhookAdmission
from shared.ledger.memory import MemoryLedger
from shared.runtime.auth import Role, new_key
from shared.runtime.errors import ConflictError, ForbiddenError, NotFoundError, UnauthorizedError
from shared.runtime.keys import KeyRing, LedgerKeys
from shared.runtime.request import Request
from shared.state.memory import MemoryState
from tests.support.builders import NOON, a_cause
from tests.support.http_events import signed_headers

CURRENT, PREVIOUS, STRANGE = b"current secret", b"previous secret", b"a stranger's secret"
PATH, BODY = "/webhooks/scraper/job-complete", '{"matches": []}'


class Door:
    """The admission of webhooks, with everything it stands on in memory."""

    def __init__(self) -> None:
        self.now = NOON
        self.secrets, self.cached = [CURRENT], [CURRENT]
        self.looked_afresh = 0
        self.keys = LedgerKeys(MemoryLedger())
        self.state = MemoryState(clock=self.clock)
        ring = KeyRing(self.keys, clock=self.clock)
        known = {"scraper": self.read_secrets, "ebay": self.read_secrets}
        self.admission = WebhookAdmission(known, key_ring=ring, state=self.state, clock=self.clock)

    def clock(self) -> datetime:
        return self.now

    def read_secrets(self, *, fresh: bool = False) -> list[bytes]:
        if fresh:
            self.looked_afresh += 1
            self.cached = self.secrets
        return self.cached

    def issue(self, role: Role, *sources: str) -> str:
        token, key = new_key("anna", role, sources=sources, at=self.now)
        self.keys.save(key, a_cause())
        return token

    def post(self, request: Request) -> str:
        """Let in, and dealt with."""
        actor = self.admission.admit(request)
        self.admission.remember(request)
        return actor


@pytest.fixture
def door() -> Door:
    return Door()


def a_request(headers: dict[str, str], *, body: str = BODY, path: str = PATH) -> Request:
    many = {name.lower(): [value] for name, value in headers.items()}
    return Request(method="POST", path=path, headers=many, trace_id="0" * 32, body=body.encode())


def signed(
    body: str = BODY, *, secret: bytes = CURRENT, at: datetime = NOON, path: str = PATH, message_id: str = "msg_1"
) -> Request:
    return a_request(signed_headers(body, secret, at=at, message_id=message_id), body=body, path=path)


def with_key(request: Request, token: str) -> Request:
    return replace(request, headers={**request.headers, "x-api-key": [token]})


def test_who_signs_with_the_secret_of_a_source_speaks_for_it(door: Door) -> None:
    assert door.admission.admit(signed()) == "webhook:scraper"
    assert door.admission.admit(signed(path="/webhooks/ebay/sold")) == "webhook:ebay"


@pytest.mark.parametrize(
    ("role", "sources", "let_in"),
    [
        (Role.ADMIN, [], True),
        (Role.SERVICE, ["scraper"], True),
        (Role.SERVICE, ["ebay", "scraper"], True),
        (Role.SERVICE, ["ebay"], False),
        (Role.SERVICE, [], False),
        (Role.OPERATOR, ["scraper"], False),
        (Role.VIEWER, ["scraper"], False),
        (Role.AGENT, ["scraper"], False),
    ],
)
@pytest.mark.parametrize("header", ["x-api-key", "authorization"])
def test_a_key_is_let_in_where_its_role_speaks_for_the_source(
    door: Door, role: Role, sources: list[str], let_in: bool, header: str
) -> None:
    token = door.issue(role, *sources)
    request = a_request({header: token if header == "x-api-key" else f"Bearer {token}"})
    if let_in:
        assert door.post(request) == "webhook:scraper"
        assert door.post(request) == "webhook:scraper", "a key may be used again"
    else:
        with pytest.raises(ForbiddenError):
            door.admission.admit(request)


@pytest.mark.parametrize(
    "headers", [{}, {"x-api-key": ""}, {"x-api-key": "swy_x"}, {"authorization": "Basic a2V5"}], ids=str
)
def test_nobody_comes_in_without_a_credential(door: Door, headers: dict[str, str]) -> None:
    with pytest.raises(UnauthorizedError):
        door.admission.admit(a_request(headers))


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_half_a_signature_is_not_made_whole_by_a_good_key(door: Door, name: str) -> None:
    token = door.issue(Role.ADMIN)
    with pytest.raises(UnauthorizedError):
        door.admission.admit(a_request({"x-api-key": token, name: "1"}))


def test_a_bad_signature_is_not_excused_by_a_good_key(door: Door) -> None:
    with pytest.raises(UnauthorizedError):
        door.admission.admit(with_key(signed(secret=STRANGE), door.issue(Role.ADMIN)))


def test_a_good_signature_does_not_need_the_key_beside_it(door: Door) -> None:
    assert door.admission.admit(with_key(signed(), "nonsense")) == "webhook:scraper"


@pytest.mark.parametrize("path", ["/webhooks/etsy/sold", "/webhooks/", "/webhooks", "/", "/webhooks//scraper"])
def test_a_source_that_nobody_knows_is_not_there(door: Door, path: str) -> None:
    with pytest.raises(NotFoundError):
        door.admission.admit(signed(path=path))


@pytest.mark.parametrize("seconds", [-301, 301, 10**6])
def test_a_message_out_of_its_time_is_refused(door: Door, seconds: int) -> None:
    door.now += timedelta(seconds=seconds)
    with pytest.raises(UnauthorizedError):
        door.admission.admit(signed())


@pytest.mark.parametrize("body", ["{}", f"{BODY}\n", ""])
def test_a_signature_over_another_body_is_refused(door: Door, body: str) -> None:
    headers = signed_headers(BODY, CURRENT, at=NOON)
    with pytest.raises(UnauthorizedError):
        door.admission.admit(a_request(headers, body=body))


def test_a_message_that_grew_old_while_it_was_dealt_with_is_remembered_all_the_same(door: Door) -> None:
    message = signed(at=NOON - timedelta(seconds=299))
    door.admission.admit(message)
    door.now += timedelta(seconds=2)
    door.admission.remember(message)
    door.now -= timedelta(seconds=2)
    with pytest.raises(UnauthorizedError):
        door.admission.admit(message)


def test_the_same_signature_is_not_let_in_again(door: Door) -> None:
    door.post(signed())
    with pytest.raises(UnauthorizedError):
        door.admission.admit(signed())


def test_a_signature_is_not_let_in_again_as_long_as_its_time_would_be_good(door: Door) -> None:
    door.now -= timedelta(seconds=300)
    door.post(signed())
    for _ in range(10):
        door.now += timedelta(seconds=60)
        with pytest.raises(UnauthorizedError):
            door.admission.admit(signed())


def test_a_sender_that_tries_again_signs_anew_and_is_let_in(door: Door) -> None:
    for _ in range(3):
        assert door.post(signed(at=door.now)) == "webhook:scraper"
        door.now += timedelta(seconds=400)


def test_an_older_signature_of_a_message_that_was_tried_again_is_refused(door: Door) -> None:
    door.post(signed(at=NOON + timedelta(seconds=5)))
    with pytest.raises(UnauthorizedError):
        door.admission.admit(signed(at=NOON))


@pytest.mark.parametrize("later", [0, 60])
def test_an_id_that_was_used_for_another_message_is_a_conflict(door: Door, later: int) -> None:
    door.post(signed())
    door.now += timedelta(seconds=later)
    with pytest.raises(ConflictError):
        door.admission.admit(signed('{"matches": [1]}', at=door.now))


def test_two_sources_may_use_one_id(door: Door) -> None:
    door.post(signed())
    assert door.post(signed(path="/webhooks/ebay/sold")) == "webhook:ebay"


def test_work_that_was_cut_off_is_let_in_once_more(door: Door) -> None:
    door.admission.admit(signed())
    assert door.post(signed()) == "webhook:scraper"


def test_a_refused_message_leaves_no_trace_that_would_keep_out_the_good_one(door: Door) -> None:
    with pytest.raises(UnauthorizedError):
        door.admission.admit(signed('{"forged": 1}', secret=STRANGE))
    assert door.post(signed()) == "webhook:scraper"


def test_a_secret_is_good_while_it_is_kept_and_a_new_one_as_soon_as_it_is_there(door: Door) -> None:
    door.secrets = door.cached = [PREVIOUS]
    door.post(signed(secret=PREVIOUS, message_id="msg_1"))
    door.secrets = [CURRENT, PREVIOUS]
    door.post(signed(secret=CURRENT, message_id="msg_2"))
    door.post(signed(secret=PREVIOUS, message_id="msg_3"))
    door.secrets = door.cached = [CURRENT]
    with pytest.raises(UnauthorizedError):
        door.admission.admit(signed(secret=PREVIOUS, message_id="msg_4"))


def test_a_good_signature_does_not_make_us_ask_for_the_secret_afresh(door: Door) -> None:
    door.post(signed())
    assert door.looked_afresh == 0
