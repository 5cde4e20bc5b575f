"""POST /messages over HTTP: three shapes, what is answered, and what is refused as a whole."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from functions.receive_messages import app as receive_messages
from shared.ledger.memory import MemoryLedger
from shared.messages.rules_file import default_text, read_rules
from shared.messages.store import LedgerMessages
from shared.runtime.errors import DependencyError
from shared.sinks.names import NAMES
from tests.support.http_events import LambdaContext, api_event, as_operator, json_of
from tests.support.posted import a_raw


@pytest.fixture
def ledger(monkeypatch: pytest.MonkeyPatch) -> MemoryLedger:
    kept, known = MemoryLedger(), read_rules(default_text(), sinks=NAMES)
    monkeypatch.setattr(receive_messages, "messages", LedgerMessages(kept))
    monkeypatch.setattr(receive_messages, "rules", lambda: known)
    return kept


def post(body: Any, *, target: str = "/messages") -> dict[str, Any]:
    answer: dict[str, Any] = receive_messages.handler(as_operator("POST", target, body=body), LambdaContext())
    return answer


def recorded(ledger: MemoryLedger, *keys: str) -> list[int]:
    return [len(list(ledger.history("MESSAGE", key))) for key in keys]


@pytest.mark.parametrize(
    "body", [a_raw("1"), [a_raw("1")], {"messages": [a_raw("1")]}], ids=["one", "list", "messages"]
)
def test_a_message_may_come_in_three_shapes(ledger: MemoryLedger, body: Any) -> None:
    answer = post(body)
    said = json_of(answer)
    assert answer["statusCode"] == 202
    assert (said["dry_run"], said["recorded"], said["known"], said["refused"]) == (False, 1, 0, [])
    assert recorded(ledger, "1") == [1]


def test_the_answer_says_what_became_of_each(ledger: MemoryLedger) -> None:
    (view,) = json_of(post(a_raw("1", event_type="task.created", priority="high")))["messages"]
    assert (view["index"], view["id"], view["event_id"], view["type"]) == (0, "1", "message:1:1", "task.created")
    assert (view["tags"], view["known"]) == (["task", "urgent"], False)
    assert [rule["rule"] for rule in view["rules"]] == ["tag tasks", "tag what is urgent"]
    assert view["rules"][1] == {"rule": "tag what is urgent", "tags": ["urgent"], "why": "priority is high"}
    sent = {"sink": "notion", "route": "tasks and messages to Notion", "why": "type is task.created"}
    assert view["sinks"] == [sent]


def test_the_bad_ones_of_many_are_refused_by_index(ledger: MemoryLedger) -> None:
    answer = post([a_raw("1"), 7, a_raw("2"), a_raw("3", price=-1)])
    said = json_of(answer)
    assert answer["statusCode"] == 202
    assert [message["index"] for message in said["messages"]] == [0, 2]
    assert [refused["index"] for refused in said["refused"]] == [1, 3]
    assert all(refused["reason"] for refused in said["refused"])
    assert said["recorded"] == 2


def test_a_message_posted_again_is_known(ledger: MemoryLedger) -> None:
    post(a_raw("1"))
    said = json_of(post([a_raw("1"), a_raw("2"), a_raw("2")]))
    assert (said["recorded"], said["known"]) == (1, 2)
    assert [message["known"] for message in said["messages"]] == [True, False, True]
    assert recorded(ledger, "1", "2") == [1, 1]


@pytest.mark.parametrize("body", [{"content": ""}, {"id": "1"}, a_raw("1", price="much"), {}], ids=str)
def test_a_single_bad_message_is_refused_as_a_whole(ledger: MemoryLedger, body: Any) -> None:
    answer = post(body)
    assert answer["statusCode"] == 422
    assert ": " in json_of(answer)["detail"]


def test_a_single_message_under_the_id_of_another_is_refused(ledger: MemoryLedger) -> None:
    post(a_raw("1"))
    answer = post(a_raw("1", content="Buy glue"))
    assert (answer["statusCode"], json_of(answer)["detail"]) == (422, "id: this is the id of another message")


def test_a_list_of_one_bad_message_is_a_list(ledger: MemoryLedger) -> None:
    answer = post([{}])
    assert (answer["statusCode"], len(json_of(answer)["refused"])) == (202, 1)


@pytest.mark.parametrize(
    "body", ["hello", 7, 1.5, True, None, [], {"messages": []}, {"messages": None}, {"messages": {"id": "1"}}], ids=str
)
def test_what_is_no_message_and_no_list_of_some_is_refused(ledger: MemoryLedger, body: Any) -> None:
    answer = post(json.dumps(body))
    assert answer["statusCode"] == 422, answer


@pytest.mark.parametrize(("number", "status"), [(1_000, 202), (1_001, 422)])
def test_so_many_can_be_posted_at_once_and_no_more(ledger: MemoryLedger, number: int, status: int) -> None:
    assert post([a_raw(str(index)) for index in range(number)])["statusCode"] == status
    assert recorded(ledger, "0", str(number - 1)) == ([1, 1] if status == 202 else [0, 0])


@pytest.mark.parametrize("number", ["1e99999999999999999999", "9" * 5_000])
def test_a_number_beyond_reason_spoils_its_own_message_only(ledger: MemoryLedger, number: str) -> None:
    good = '{"id": "1", "content": "Kickoff"}'
    told = json_of(post(f'[{good}, {{"id": "2", "content": "x", "n": {number}}}]'))
    assert ([one["id"] for one in told["messages"]], [one["index"] for one in told["refused"]]) == (["1"], [1])


@pytest.mark.parametrize("body", ["", "{", "[NaN]", '{"id": "1"', "\ud800"], ids=repr)
def test_what_cannot_be_read_is_refused(ledger: MemoryLedger, body: str) -> None:
    answer = post(body)
    assert answer["statusCode"] in (400, 422)


def test_a_dry_run_shows_what_would_become_of_it_and_records_nothing(ledger: MemoryLedger) -> None:
    answer = post([a_raw("1"), {}], target="/messages?dry_run=true")
    said = json_of(answer)
    assert answer["statusCode"] == 200
    assert (said["dry_run"], said["recorded"], said["known"]) == (True, 0, 0)
    assert [sent["sink"] for sent in said["messages"][0]["sinks"]] == ["notion"]
    assert [refused["index"] for refused in said["refused"]] == [1]
    assert recorded(ledger, "1") == [0]


def test_a_dry_run_of_a_bad_message_says_what_is_wrong_with_it(ledger: MemoryLedger) -> None:
    assert post({}, target="/messages?dry_run=true")["statusCode"] == 422


@pytest.mark.parametrize("value", ["perhaps", "", "2"])
def test_whether_it_is_a_dry_run_has_to_be_clear(ledger: MemoryLedger, value: str) -> None:
    assert post(a_raw("1"), target=f"/messages?dry_run={value}")["statusCode"] == 422
    assert recorded(ledger, "1") == [0]


def test_nobody_is_let_in_whom_the_authorizer_was_not_asked_about(ledger: MemoryLedger) -> None:
    answer = receive_messages.handler(api_event("POST", "/messages", body=a_raw("1")), LambdaContext())
    assert (answer["statusCode"], recorded(ledger, "1")) == (401, [0])


def test_who_posted_it_stands_in_the_event(ledger: MemoryLedger) -> None:
    post(a_raw("1"))
    (event,) = ledger.history("MESSAGE", "1")
    assert event.actor == "key:0123456789abcdef"


def test_where_the_ledger_is_unwell_it_can_be_posted_again(
    ledger: MemoryLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Unwell(LedgerMessages):
        def known(self, _: Any) -> dict[str, str]:
            raise DependencyError("the ledger cannot answer now")

    monkeypatch.setattr(receive_messages, "messages", Unwell(ledger))
    assert post(a_raw("1"))["statusCode"] == 503


def counted(monkeypatch: pytest.MonkeyPatch, body: Any) -> Mapping[str, float]:
    counts: dict[str, float] = {}
    monkeypatch.setattr(receive_messages, "count", lambda name, number=1: counts.update({name: number}))
    post(body)
    return counts


def test_what_is_counted_is_what_is_answered(ledger: MemoryLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    post(a_raw("1"))
    counts = counted(monkeypatch, [a_raw("1"), a_raw("2"), a_raw("2"), {}])
    assert counts == {"MessagesRecorded": 1, "MessagesKnown": 2, "MessagesRefused": 1}
