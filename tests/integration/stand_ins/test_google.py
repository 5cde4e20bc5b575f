"""Google gives tokens for what a service account signed, and keeps an event under the id that was chosen for it."""

import time
from typing import Any

import httpx
import pytest

from tests.integration.stand_ins.providers import (
    an_assertion,
    an_event,
    ask_for_token,
    service_account,
    to_calendar,
)
from tests.stand_ins.client import StandInError, StandIns

EVENT = an_event()["id"]


def reason(answer: httpx.Response) -> tuple[int, str, str]:
    error = answer.json()["error"]
    assert (error["code"], error["errors"][0]["message"]) == (answer.status_code, error["message"])
    return answer.status_code, error["errors"][0]["domain"], error["errors"][0]["reason"]


def test_an_event_is_kept_under_its_id(stand_ins: StandIns, http: httpx.Client) -> None:
    made = to_calendar(http, stand_ins, json=an_event()).json()
    assert (made["id"], made["status"], made["summary"]) == (EVENT, "confirmed", "Kickoff")
    assert made["htmlLink"].startswith("https://www.google.com/calendar/event?eid=")
    assert to_calendar(http, stand_ins, "GET", f"/{EVENT}").json() == made
    assert stand_ins.calendar_events() == [made]
    assert stand_ins.calendar_events("another") == []
    assert stand_ins.violations() == []


def test_an_id_is_good_once_also_when_its_event_is_deleted(stand_ins: StandIns, http: httpx.Client) -> None:
    to_calendar(http, stand_ins, json=an_event())
    assert reason(to_calendar(http, stand_ins, json=an_event())) == (409, "global", "duplicate")
    assert to_calendar(http, stand_ins, "DELETE", f"/{EVENT}").status_code == 204
    assert reason(to_calendar(http, stand_ins, "DELETE", f"/{EVENT}")) == (410, "global", "deleted")
    assert reason(to_calendar(http, stand_ins, json=an_event())) == (409, "global", "duplicate")
    assert to_calendar(http, stand_ins, "GET", f"/{EVENT}").json()["status"] == "cancelled"
    assert stand_ins.violations() == []


def test_what_somebody_deleted_can_be_confirmed_again(stand_ins: StandIns, http: httpx.Client) -> None:
    made = to_calendar(http, stand_ins, json=an_event()).json()
    assert stand_ins.act("google", "cancel", id=EVENT)["status"] == "cancelled"
    changes = {"status": "confirmed", "extendedProperties": {"private": {"by": "us"}}}
    changed = to_calendar(http, stand_ins, "PATCH", f"/{EVENT}?sendUpdates=none", json=changes).json()
    assert (changed["status"], changed["summary"]) == ("confirmed", "Kickoff")
    assert changed["extendedProperties"]["private"] == {"event_id": "discord:1300000000000000042", "by": "us"}
    assert changed["etag"] != made["etag"]
    with pytest.raises(StandInError, match="no such event"):
        stand_ins.act("google", "cancel", id="another")


def test_put_replaces_all_of_an_event_but_who_it_is(stand_ins: StandIns, http: httpx.Client) -> None:
    made = to_calendar(http, stand_ins, json=an_event()).json()
    bare = {name: an_event()[name] for name in ("start", "end")}
    changed = to_calendar(http, stand_ins, "PUT", f"/{EVENT}", json=bare).json()
    assert "summary" not in changed
    assert [changed[name] for name in ("id", "created", "status")] == [EVENT, made["created"], "confirmed"]


def test_without_an_id_an_event_gets_one(stand_ins: StandIns, http: httpx.Client) -> None:
    body = {name: value for name, value in an_event().items() if name != "id"}
    ids = {to_calendar(http, stand_ins, json=body).json()["id"] for _ in range(2)}
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"id": "with-dashes"}, "invalid"),
        ({"id": "0123"}, "invalid"),
        ({"end": None}, "required"),
        ({"start": {"dateTime": "2026-11-20T10:00:00"}}, "required"),
        ({"start": {"dateTime": "10 o'clock"}}, "invalid"),
        ({"start": {"date": "2026-11-20"}}, "invalid"),
        ({"end": {"dateTime": "2026-11-20T09:00:00Z"}}, "timeRangeEmpty"),
        ({"sumary": "Kickoff"}, "badRequest"),
        ({"start": {"datetime": "2026-11-20T10:00:00Z", "dateTime": "2026-11-20T10:00:00Z"}}, "badRequest"),
        ({"status": "done"}, "invalid"),
    ],
)
def test_what_is_no_event_is_refused_and_remembered(
    stand_ins: StandIns, http: httpx.Client, changes: dict[str, Any], said: str
) -> None:
    answer = to_calendar(http, stand_ins, json=an_event(**changes))
    assert (answer.status_code, reason(answer)[2]) == (400, said)
    assert len(stand_ins.violations()) == 1
    assert stand_ins.calendar_events() == []


def test_a_service_account_may_not_invite_people(stand_ins: StandIns, http: httpx.Client) -> None:
    answer = to_calendar(http, stand_ins, json=an_event(attendees=[{"email": "guest@example.com"}]))
    assert reason(answer) == (403, "calendar", "forbiddenForServiceAccounts")
    assert len(stand_ins.violations()) == 1


def test_a_parameter_that_the_method_does_not_have_is_refused(stand_ins: StandIns, http: httpx.Client) -> None:
    assert to_calendar(http, stand_ins, rest="?sendUpdate=none", json=an_event()).status_code == 400
    assert len(stand_ins.violations()) == 1


def test_other_calendars_and_events_are_not_found(stand_ins: StandIns, http: httpx.Client) -> None:
    another = to_calendar(http, stand_ins, json=an_event(), calendar="another@group.calendar.google.com")
    assert reason(another) == (404, "global", "notFound")
    assert reason(to_calendar(http, stand_ins, "GET", "/abcde")) == (404, "global", "notFound")
    stand_ins.set("google", calendars=None)
    to_calendar(http, stand_ins, json=an_event(), calendar="another@group.calendar.google.com")
    assert len(stand_ins.calendar_events("another@group.calendar.google.com")) == 1


def test_a_signed_assertion_gives_a_token_that_is_good(stand_ins: StandIns, http: httpx.Client) -> None:
    stand_ins.set("google", service_account=service_account())
    said = ask_for_token(http, stand_ins, an_assertion()).json()
    assert (said["expires_in"], said["token_type"]) == (3_599, "Bearer")
    assert to_calendar(http, stand_ins, json=an_event(), token=said["access_token"]).status_code == 200
    assert stand_ins.state("google")["tokens_given"] == 1
    assert stand_ins.violations() == []


def test_the_address_that_was_asked_is_an_audience_too(stand_ins: StandIns, http: httpx.Client) -> None:
    assertion = an_assertion(aud=f"{stand_ins.addresses['google']}/token")
    assert ask_for_token(http, stand_ins, assertion).status_code == 200


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"iss": "another@project.iam.gserviceaccount.com"}, "invalid_grant"),
        ({"aud": "https://www.googleapis.com"}, "invalid_grant"),
        ({"scope": "https://www.googleapis.com/auth/drive"}, "invalid_scope"),
        ({"iat": int(time.time()) - 7_300, "exp": int(time.time()) - 3_700}, "invalid_grant"),
        ({"exp": int(time.time()) + 7_200}, "invalid_grant"),
        ({"iat": int(time.time()) + 86_400}, "invalid_grant"),
        ({"exp": None}, "invalid_grant"),
        ({"header": {"alg": "HS256"}}, "invalid_grant"),
    ],
)
def test_an_assertion_that_says_the_wrong_thing_gives_none(
    stand_ins: StandIns, http: httpx.Client, changes: dict[str, Any], error: str
) -> None:
    stand_ins.set("google", service_account=service_account())
    answer = ask_for_token(http, stand_ins, an_assertion(**changes))
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert len(stand_ins.violations()) == 1


def test_a_signature_is_looked_at_where_the_account_is_known(stand_ins: StandIns, http: httpx.Client) -> None:
    begun, _, signature = an_assertion().rpartition(".")
    forged = f"{begun}.{'A' * 10}{signature[10:]}"
    assert ask_for_token(http, stand_ins, forged).status_code == 200
    stand_ins.set("google", service_account=service_account())
    answer = ask_for_token(http, stand_ins, forged)
    assert answer.json() == {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
    for nonsense in ("a.b", "a.b.c", f"{begun}.=", "W10.W10.W10"):
        assert ask_for_token(http, stand_ins, nonsense).json()["error"] == "invalid_grant"


def test_another_grant_or_no_assertion_gives_no_token(stand_ins: StandIns, http: httpx.Client) -> None:
    refresh = ask_for_token(http, stand_ins, an_assertion(), grant_type="refresh_token")
    assert refresh.json()["error"] == "unsupported_grant_type"
    assert ask_for_token(http, stand_ins, "").json()["error"] == "invalid_request"
    assert http.post(f"{stand_ins.addresses['google']}/token", json={}).status_code == 400
    assert len(stand_ins.violations()) == 3


def test_a_grant_may_be_withdrawn(stand_ins: StandIns, http: httpx.Client) -> None:
    stand_ins.set("google", refuse_grants="invalid_grant")
    assert ask_for_token(http, stand_ins, an_assertion()).json()["error"] == "invalid_grant"
    assert stand_ins.violations() == []


def test_a_token_that_has_expired_is_refused_and_another_is_given(stand_ins: StandIns, http: httpx.Client) -> None:
    tokens = [ask_for_token(http, stand_ins, an_assertion()).json()["access_token"] for _ in range(2)]
    stand_ins.set("google", refuse_tokens=1)
    first = to_calendar(http, stand_ins, json=an_event(), token=tokens[0])
    assert reason(first) == (401, "global", "authError")
    assert to_calendar(http, stand_ins, "GET", f"/{EVENT}", token=tokens[0]).status_code == 401
    assert to_calendar(http, stand_ins, json=an_event(), token=tokens[1]).status_code == 200
    assert stand_ins.act("google", "expire") == {"expired": 2}
    assert to_calendar(http, stand_ins, "GET", f"/{EVENT}", token=tokens[1]).status_code == 401
    assert stand_ins.violations() == []


def test_the_token_that_needs_no_grant_can_be_refused_too(stand_ins: StandIns, http: httpx.Client) -> None:
    stand_ins.set("google", refuse_tokens=1)
    assert to_calendar(http, stand_ins, json=an_event()).status_code == 401
    assert to_calendar(http, stand_ins, json=an_event()).status_code == 200


def test_a_token_may_live_no_time_at_all(stand_ins: StandIns, http: httpx.Client) -> None:
    stand_ins.set("google", expires_in=0)
    token = ask_for_token(http, stand_ins, an_assertion()).json()["access_token"]
    assert to_calendar(http, stand_ins, json=an_event(), token=token).status_code == 401


def test_a_token_that_nobody_gave_is_a_violation(stand_ins: StandIns, http: httpx.Client) -> None:
    assert to_calendar(http, stand_ins, json=an_event(), token="another").status_code == 401
    assert len(stand_ins.violations()) == 1


@pytest.mark.parametrize(
    ("status", "said", "domain"),
    [
        (403, "rateLimitExceeded", "usageLimits"),
        (403, "quotaExceeded", "usageLimits"),
        (403, "forbidden", "global"),
        (429, "rateLimitExceeded", "usageLimits"),
    ],
)
def test_limits_are_in_googles_words(
    stand_ins: StandIns, http: httpx.Client, status: int, said: str, domain: str
) -> None:
    stand_ins.set("google", reason=said, faults={"fail": {"status": status, "next": 1}})
    assert reason(to_calendar(http, stand_ins, json=an_event())) == (status, domain, said)
    assert to_calendar(http, stand_ins, json=an_event()).status_code == 200


def test_tokens_are_look_ups_and_what_may_fail_is_the_event(stand_ins: StandIns, http: httpx.Client) -> None:
    def statuses() -> tuple[int, int]:
        token = ask_for_token(http, stand_ins, an_assertion())
        return to_calendar(http, stand_ins, json=an_event()).status_code, token.status_code

    stand_ins.set("google", faults={"fail": {"status": 500, "probability": 1.0, "after_work": True}})
    assert statuses() == (500, 200)
    stand_ins.set("google", faults={"look_ups": "only"})
    assert statuses() == (409, 500)
