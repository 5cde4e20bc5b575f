"""State in DynamoDB, by what is asked and answered: what was there before, and answers that were lost."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from shared.runtime.errors import DependencyError
from shared.state.store import DynamoState
from tests.support.builders import NOON

IN_TIME = str(int(NOON.timestamp()) + 60)
REFUSED = "ConditionalCheckFailedException"


@pytest.fixture
def stubbed() -> Iterator[tuple[DynamoState, Any]]:
    client = boto3.client("dynamodb")
    with Stubber(client) as stubber:
        yield DynamoState(client, "state", clock=lambda: NOON), stubber
        stubber.assert_no_pending_responses()


def item(text: str, expires_at: str = IN_TIME) -> dict[str, Any]:
    return {"Item": {"pk": {"S": "x"}, "value": {"S": text}, "expires_at": {"N": expires_at}}}


@pytest.mark.parametrize(
    ("text", "value"),
    [('{"body":"ab","timestamp":7}', {"body": "ab", "timestamp": 7}), ("seen", "seen"), ('"seen"', "seen")],
)
def test_what_was_written_as_plain_text_is_still_read(stubbed: Any, text: str, value: Any) -> None:
    state, stubber = stubbed
    stubber.add_response("get_item", item(text))
    assert state.get("x") == value


@pytest.mark.parametrize(("seconds", "value"), [(-1, None), (0, None), (1, "seen")])
def test_what_dynamodb_has_not_deleted_yet_is_not_there(stubbed: Any, seconds: int, value: Any) -> None:
    state, stubber = stubbed
    stubber.add_response("get_item", item("seen", str(int(NOON.timestamp()) + seconds)))
    assert state.get("x") == value


@pytest.mark.parametrize(("expected", "value"), [(None, 1), (1, 2), (1, None)])
def test_a_condition_that_does_not_hold_is_a_no(stubbed: Any, expected: Any, value: Any) -> None:
    state, stubber = stubbed
    call = "delete_item" if value is None else "put_item"
    stubber.add_client_error(call, REFUSED, response_meta={"RetryAttempts": 0})
    assert state.compare_and_set("x", expected, value, ttl=60) is False


@pytest.mark.parametrize(("expected", "value"), [(None, 1), (1, 2), (1, None)])
def test_a_no_to_a_second_try_may_come_of_our_first_and_is_not_believed(
    stubbed: Any, expected: Any, value: Any
) -> None:
    state, stubber = stubbed
    call = "delete_item" if value is None else "put_item"
    stubber.add_client_error(call, REFUSED, response_meta={"RetryAttempts": 1})
    with pytest.raises(DependencyError):
        state.compare_and_set("x", expected, value, ttl=60)


@pytest.mark.parametrize(
    ("code", "raised"), [("ThrottlingException", DependencyError), ("ValidationException", ClientError)]
)
@pytest.mark.parametrize("call", ["get_item", "put_item", "delete_item"])
def test_an_unwell_table_is_told_from_a_call_that_is_wrong(
    stubbed: Any, call: str, code: str, raised: type[Exception]
) -> None:
    state, stubber = stubbed
    stubber.add_client_error(call, code)
    with pytest.raises(raised):
        {"get_item": state.get, "put_item": lambda key: state.put(key, 1, ttl=1), "delete_item": state.delete}[call](
            "x"
        )


def test_dynamodb_sweeps_by_itself(stubbed: Any) -> None:
    state, _ = stubbed
    assert state.cleanup_expired() == 0
