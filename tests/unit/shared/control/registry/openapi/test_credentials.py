"""Who has a credential that was good has to be let in still, whatever it is called."""

from collections.abc import Mapping
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.control.registry.openapi.drift import told
from tests.support.ends import little_work
from tests.unit.shared.control.registry.openapi.samples import NEW, NOTHING, OLD, changed, drift, said

SCHEMES = "components|securitySchemes|"
KEY: Final[Mapping[str, Any]] = {"type": "apiKey", "in": "header", "name": "x-api-key"}
BEARER: Final[Mapping[str, Any]] = {"type": "http", "scheme": "bearer"}
CODE: Final[Mapping[str, Any]] = {
    "authorizationUrl": "https://a.example/in",
    "tokenUrl": "https://a.example/token",
    "scopes": {"read": "Reads"},
}
OAUTH: Final[Mapping[str, Any]] = {"type": "oauth2", "flows": {"authorizationCode": CODE}}
OPEN_ID: Final[Mapping[str, Any]] = {
    "type": "openIdConnect",
    "openIdConnectUrl": "https://a.example/.well-known/openid-configuration",
}
ALL_THAT_NEED_IT = ("GET /v1/pets", "POST /v1/pets")
ANOTHER = {f"{one}: needs key now, which is not what it was": True for one in ALL_THAT_NEED_IT}


def with_key(scheme: Any) -> dict[str, Any]:
    return changed((f"{SCHEMES}key", scheme))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (KEY, BEARER),
        (KEY, {**KEY, "name": "x-key"}),
        (KEY, {**KEY, "in": "query"}),
        ({**KEY, "in": "query"}, {**KEY, "in": "query", "name": "X-API-Key"}),
        (BEARER, {"type": "http", "scheme": "basic"}),
        (BEARER, OAUTH),
        (BEARER, {"type": "mutualTLS"}),
        (OPEN_ID, {**OPEN_ID, "openIdConnectUrl": "https://b.example/"}),
        (OAUTH, {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "https://a.example/token"}}}),
        (OAUTH, {"type": "oauth2", "flows": {"authorizationCode": {**CODE, "tokenUrl": "https://b.example/token"}}}),
        (OAUTH, {"type": "oauth2", "flows": {"authorizationCode": {**CODE, "authorizationUrl": "https://b.example"}}}),
    ],
    ids=str,
)
def test_another_credential_under_the_same_name_locks_out_whoever_had_the_one_before(before: Any, after: Any) -> None:
    assert said(drift(with_key(before), with_key(after))) == ANOTHER


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (KEY, {**KEY, "description": "Ask us for one"}),
        (KEY, {**KEY, "name": "X-API-Key"}),
        (BEARER, {**BEARER, "scheme": "Bearer", "bearerFormat": "JWT"}),
        (OAUTH, {"type": "oauth2", "flows": {"authorizationCode": {**CODE, "scopes": {}}, "x-more": {}}}),
        (OAUTH, {"type": "oauth2", "flows": {"authorizationCode": {**CODE, "refreshUrl": "https://a.example/more"}}}),
        (OAUTH, {"type": "oauth2", "flows": {**OAUTH["flows"], "password": {"tokenUrl": "https://a.example/token"}}}),
    ],
    ids=str,
)
def test_what_is_sent_and_got_as_before_is_no_change(before: Any, after: Any) -> None:
    assert not drift(with_key(before), with_key(after)).is_any


@pytest.mark.parametrize("scheme", [KEY, BEARER, OAUTH, OPEN_ID], ids=str)
def test_another_name_for_the_same_credential_is_no_change(scheme: Any) -> None:
    after = changed((f"{SCHEMES}key", NOTHING), (f"{SCHEMES}token", scheme), ("security", [{"token": []}]))
    assert not drift(with_key(scheme), after).is_any


def test_of_two_that_are_sent_the_same_way_each_is_itself() -> None:
    """Whose key it is is not said, and who has the one need not have the other."""
    before = changed((f"{SCHEMES}admin", KEY))
    after = changed(("paths|/pets|get|security", [{"admin": []}]), of=before)
    for one in (before, NEW):
        assert said(drift(one, after)) == {"GET /v1/pets: needs admin now": True}
    assert not drift(NEW, before).is_any


def test_the_old_one_may_stay_under_a_new_name() -> None:
    after = changed((f"{SCHEMES}key", BEARER), (f"{SCHEMES}old", KEY), ("security", [{"key": []}, {"old": []}]))
    assert said(drift(NEW, after)) == {f"{one}: needs key or old now": False for one in ALL_THAT_NEED_IT}


def test_ways_in_are_in_no_order() -> None:
    ways: list[Any] = [{"key": []}, {"token": []}]
    before = changed((f"{SCHEMES}token", BEARER), ("security", ways))
    assert not drift(before, changed(("security", ways[::-1]), of=before)).is_any


def test_its_roles_are_asked_for_by_whatever_name_it_has() -> None:
    before = changed((f"{SCHEMES}key", OAUTH), ("security", [{"key": ["read"]}]))
    named = changed((f"{SCHEMES}key", NOTHING), (f"{SCHEMES}oauth", OAUTH), of=before)
    assert not drift(before, changed(("security", [{"oauth": ["read"]}]), of=named)).is_any
    assert said(drift(before, changed(("security", [{"oauth": ["write"]}]), of=named))) == {
        f"{one}: needs oauth (write) now": True for one in ALL_THAT_NEED_IT
    }


def test_what_a_credential_refers_to_is_what_it_is() -> None:
    before = changed((f"{SCHEMES}key", {"$ref": f"#/{SCHEMES.replace('|', '/')}all"}), (f"{SCHEMES}all", KEY))
    assert not drift(NEW, before).is_any
    assert said(drift(before, changed((f"{SCHEMES}all", BEARER), of=before))) == ANOTHER


@pytest.mark.parametrize("scheme", [NOTHING, None, 7, [], {}, {"type": 7}, {"type": ["apiKey"]}], ids=str)
def test_where_it_is_not_said_what_it_is_it_goes_by_its_name(scheme: Any) -> None:
    unknown = with_key(scheme)
    assert not drift(unknown, unknown).is_any
    assert not drift(NEW, unknown).is_any
    assert not drift(unknown, NEW).is_any
    other = changed(("security", [{"other": []}]), of=unknown)
    assert said(drift(unknown, other)) == {f"{one}: needs other now": True for one in ALL_THAT_NEED_IT}


def old(scheme: Mapping[str, Any]) -> dict[str, Any]:
    return changed(("securityDefinitions|key", dict(scheme)), of=OLD)


OLD_OAUTH: Final[Mapping[str, Any]] = {"type": "oauth2", "flow": "accessCode", **CODE}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (KEY, {**KEY, "name": "x-key"}),
        (KEY, {"type": "basic"}),
        (OLD_OAUTH, {**OLD_OAUTH, "flow": "implicit"}),
        (OLD_OAUTH, {**OLD_OAUTH, "tokenUrl": "https://b.example/token"}),
    ],
    ids=str,
)
def test_the_same_goes_for_the_old_version(before: Any, after: Any) -> None:
    assert not drift(old(before), old({**before, "description": "One"})).is_any
    assert said(drift(old(before), old(after))) == ANOTHER


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (KEY, KEY),
        ({"type": "basic"}, {"type": "http", "scheme": "basic"}),
        (OLD_OAUTH, OAUTH),
        (
            {"type": "oauth2", "flow": "application", "tokenUrl": "https://a.example"},
            {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "https://a.example"}}},
        ),
    ],
    ids=str,
)
def test_a_credential_said_in_another_version_is_the_same(before: Any, after: Any) -> None:
    assert not drift(old(before), with_key(after)).is_any
    assert not drift(with_key(after), old(before)).is_any


MANY = range(20_000)


def test_many_of_them_at_many_operations_take_no_time() -> None:
    """Each refers to one that is large, or is one that only one operation knows."""

    def large(place: str) -> dict[str, Any]:
        link = {"$ref": "#/components/securitySchemes/all"}
        schemes = {f"s{n}": link if n % 2 else {**KEY, "name": f"{place}{n}"} for n in MANY}
        paths: dict[str, Any] = {f"/a{n}": {"get": {"security": [{f"s{n}": []}], "responses": {}}} for n in MANY}
        everyone = {**KEY, "name": "A" * 1_000_000}
        return {"openapi": "3.0.0", "paths": paths, "components": {"securitySchemes": {**schemes, "all": everyone}}}

    with little_work(20):
        found = drift(large("x"), large("y"))
    assert told(found)["breaking_count"] == len(MANY) / 2


JUNK = st.recursive(
    st.none() | st.integers() | st.sampled_from(["apiKey", "oauth2", "http", "basic", "header", "implicit"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["type", "in", "name", "scheme", "flow", "flows", "tokenUrl", "implicit"]), inner
        )
    ),
    max_leaves=10,
)


@given(JUNK, JUNK)
def test_whatever_stands_where_a_credential_should_be_it_is_compared(before: Any, after: Any) -> None:
    for one, other in ((with_key(before), with_key(after)), (old({"type": before}), with_key(after))):
        for found in (drift(one, other), drift(other, one)):
            assert said(found) in ({}, ANOTHER)
    for place in ("components", "components|securitySchemes"):
        assert not drift(NEW, changed((place, before), of={**NEW, "paths": {}})).changed
