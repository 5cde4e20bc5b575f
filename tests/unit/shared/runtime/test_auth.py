"""API keys: what a role may do, what a request shows, and when a key opens."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product

import pytest

from shared.ledger.catalogue import recorded
from shared.runtime.auth import ApiKey, Role, key_id_of, new_key, presented_token
from shared.runtime.errors import UnauthorizedError
from tests.support.builders import NOON, a_cause

READS, ACTS = {"GET", "HEAD"}, {"POST", "PUT", "PATCH", "DELETE"}
ADMIN_PATHS = ["/admin/listings", "/admin/listings/7/transition"]
MESSAGE_PATHS = ["/messages", "/messages/", "/messages/7"]
OTHER_PATHS = [
    "/admin",
    "/administrators",
    "/webhooks/scraper/job-complete",
    "/",
    "",
    "x/admin/listings",
    "/ADMIN/x",
    "/message",
    "/messages-of-others",
    "/Messages",
    "messages",
    "//messages",
]
# Who may do what below /admin/; nobody may do anything elsewhere, but for messages, by being who he is.
ALLOWED: dict[Role, set[str]] = {
    Role.VIEWER: READS,
    Role.OPERATOR: READS | ACTS,
    Role.ADMIN: READS | ACTS,
    Role.SERVICE: set(),
    Role.AGENT: set(),
}


def a_key(role: Role = Role.OPERATOR, *, sources: Sequence[str] = ()) -> ApiKey:
    return new_key("anna", role, sources=sources, at=NOON)[1]


@pytest.mark.parametrize("role", Role)
def test_a_role_may_do_below_admin_what_it_was_given_and_no_more(role: Role) -> None:
    key = a_key(role)
    for path, method in product(ADMIN_PATHS, READS | ACTS | {"OPTIONS", "TRACE", "get", ""}):
        assert key.may(method, path) == (method in ALLOWED[role]), (method, path)


@pytest.mark.parametrize("role", Role)
def test_no_role_may_do_anything_where_nothing_was_said(role: Role) -> None:
    assert not any(a_key(role).may(method, path) for method, path in product(READS | ACTS, OTHER_PATHS))


@pytest.mark.parametrize("role", Role)
def test_who_acts_may_post_messages_and_a_service_that_names_them(role: Role) -> None:
    methods = READS | ACTS | {"OPTIONS", "TRACE", "post", ""}
    for path, method in product(MESSAGE_PATHS, methods):
        acts = method in READS | ACTS
        assert a_key(role).may(method, path) == (acts and role in {Role.OPERATOR, Role.ADMIN}), (method, path)
        named = a_key(role, sources=["scraper", "messages"]).may(method, path)
        assert named == (acts and role in {Role.OPERATOR, Role.ADMIN, Role.SERVICE}), (method, path)


def test_a_service_that_may_post_messages_may_not_do_more() -> None:
    key = a_key(Role.SERVICE, sources=["messages", "admin"])
    assert not any(key.may(method, path) for method, path in product(READS | ACTS, [*ADMIN_PATHS, *OTHER_PATHS]))


@pytest.mark.parametrize("role", Role)
def test_a_service_speaks_for_the_sources_it_names_and_an_admin_for_all(role: Role) -> None:
    key = a_key(role, sources=["scraper"])
    assert key.speaks_for("scraper") == (role in {Role.SERVICE, Role.ADMIN})
    assert key.speaks_for("ebay") == (role is Role.ADMIN)


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": ["Bearer key"]},
        {"authorization": ["bearer key"]},
        {"authorization": ["BEARER key"]},
        {"x-api-key": ["key"]},
        {"x-api-key": ["key"], "authorization": []},
        {"x-api-key": ["key"], "accept": ["a", "b"]},
    ],
    ids=str,
)
def test_a_key_is_shown_in_one_of_two_headers(headers: dict[str, list[str]]) -> None:
    assert presented_token(headers) == "key"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": []},
        {"authorization": ["Bearer key", "Bearer key"]},
        {"authorization": ["Bearer key", "Basic key"]},
        {"authorization": ["Basic a2V5"]},
        {"authorization": ["key"]},
        {"authorization": [" Bearer key"]},
        {"authorization": ["Bearer\tkey"]},
        {"authorization": [""]},
        {"x-api-key": ["key", "key"]},
        {"x-api-key": ["key"], "authorization": ["Bearer key"]},
        {"cookie": ["key"]},
    ],
    ids=str,
)
def test_a_key_shown_not_at_all_or_more_than_once_lets_nobody_in(headers: dict[str, list[str]]) -> None:
    with pytest.raises(UnauthorizedError):
        presented_token(headers)


def test_a_key_says_which_it_is() -> None:
    token, key = new_key("anna", Role.VIEWER, at=NOON)
    assert key_id_of(token) == key.id


TOKEN = "swy_0123456789abcdef_" + "A" * 43


@pytest.mark.parametrize(
    "token",
    [
        "",
        "key",
        f" {TOKEN}",
        f"{TOKEN} ",
        f"{TOKEN}\n",
        TOKEN[:-1],
        f"{TOKEN}A",
        TOKEN.upper(),
        TOKEN.replace("swy", "sky"),
        TOKEN.replace("f_", "g_"),
        TOKEN.replace("A", "é", 1),
        TOKEN.replace("0", "\u0660"),
        "\ud800",
        "A" * 1024 * 1024,
    ],
    ids=lambda token: ascii(token)[:30],
)
def test_what_is_no_key_of_ours_is_told_apart_at_once(token: str) -> None:
    with pytest.raises(UnauthorizedError):
        key_id_of(token)


@pytest.mark.parametrize(("seconds", "opens"), [(-1, True), (0, False), (1, False), (10**8, False)])
def test_a_key_opens_until_it_expires(seconds: int, opens: bool) -> None:
    token, key = new_key("anna", Role.VIEWER, expires_at=NOON, at=NOON - timedelta(days=1))
    assert key.opens(token, at=NOON + timedelta(seconds=seconds)) == opens


def test_a_key_without_an_end_opens_in_ten_years() -> None:
    token, key = new_key("anna", Role.VIEWER, at=NOON)
    assert key.opens(token, at=NOON + timedelta(days=3_650))


def test_a_revoked_key_opens_nothing() -> None:
    token, key = new_key("anna", Role.ADMIN, at=NOON)
    assert not key.revoked(at=NOON).opens(token, at=NOON)


def test_a_key_opens_for_itself_and_for_no_other() -> None:
    token, key = new_key("anna", Role.ADMIN, at=NOON)
    other, _ = new_key("anna", Role.ADMIN, at=NOON)
    same_id = token[:21] + other[21:]
    assert key_id_of(same_id) == key.id
    assert [key.opens(shown, at=NOON) for shown in (token, other, same_id, token[:-1], "")] == [True, *[False] * 4]


def test_revoking_twice_is_revoking_once() -> None:
    revoked = a_key().revoked(at=NOON)
    assert revoked.revoked(at=NOON + timedelta(days=1)) is revoked


def test_a_key_is_nowhere_in_what_is_kept_or_told_of_it() -> None:
    token, key = new_key("anna", Role.SERVICE, sources=["scraper"], at=NOON)
    secret = token[-43:]
    assert secret not in repr(key) + key.secret_hash + str(key.facts)
    assert key.secret_hash not in repr(key) + str(key.facts)


@pytest.mark.parametrize("expires_at", [None, NOON + timedelta(days=30)])
def test_what_happens_to_a_key_can_be_recorded(expires_at: datetime | None) -> None:
    key = new_key("anna", Role.SERVICE, sources=["scraper"], expires_at=expires_at, at=NOON)[1].revoked(at=NOON)
    created, revoked = recorded("KEY", key.id, key.facts, after=0, cause=a_cause())
    assert (created.type, created.data["sources"], created.data["role"]) == ("key.created", ["scraper"], "service")
    assert (revoked.type, revoked.data) == ("key.revoked", {"key_id": key.id, "name": "anna"})


def test_no_two_keys_are_alike() -> None:
    made = [new_key("anna", Role.VIEWER, at=NOON) for _ in range(50)]
    assert len({token for token, _ in made}) == len({key.id for _, key in made}) == 50


def test_a_key_that_lost_its_hash_opens_for_nobody() -> None:
    token, key = new_key("anna", Role.ADMIN, at=NOON)
    assert not replace(key, secret_hash="").opens(token, at=NOON)
