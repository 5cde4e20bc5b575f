"""DynamoDB streams of MiniStack, put right where they differ from AWS in what we rely on."""

from collections import Counter
from collections.abc import Callable
from itertools import dropwhile
from typing import Any

from ministack.services import dynamodb, lambda_svc


def keep_streams() -> None:
    """A stream outlives a restart. MiniStack keeps the readers' positions and not the records, so that after a
    restart it passes over as many new records as there were old ones.
    """
    save: Callable[[], dict[str, Any]] = dynamodb.get_state
    load: Callable[[Any], None] = dynamodb.load_persisted_state

    def get_state() -> dict[str, Any]:
        return save() | {"records": dynamodb._stream_records, "trimmed": dynamodb._stream_trimmed}

    def load_persisted_state(state: Any) -> None:
        load(state)
        dynamodb._stream_records.update(state.get("records", {}))
        dynamodb._stream_trimmed.update(state.get("trimmed", {}))

    dynamodb.get_state = get_state
    dynamodb.load_persisted_state = load_persisted_state


def bound_retries() -> None:
    """A reader may say which records failed, and is given them again as often as `MaximumRetryAttempts` says; then
    they go to the on-failure destination. MiniStack takes partial failures for successes and never gives up.

    A batch to be bisected is cut down to the failed record at once and not by halves.
    """
    execute: Callable[[Any, Any], dict[str, Any]] = lambda_svc._execute_function
    failures: Counter[str] = Counter()

    def execute_function(function: Any, event: Any) -> dict[str, Any]:
        result = execute(function, event)
        mapping = _mapping(function, event)
        failed = _failed_records(result, event["Records"]) if mapping else []
        if mapping is None or not failed:
            return result
        failures[_number(failed[0])] += 1
        given_up: list[Any] = []
        if 0 <= mapping.get("MaximumRetryAttempts", -1) < failures[_number(failed[0])]:
            given_up = failed[:1] if mapping.get("BisectBatchOnFunctionError") else failed
            lambda_svc._send_ddb_stream_failure_record(
                mapping, function, given_up, mapping["EventSourceArn"], result, "RetryAttemptsExhausted"
            )
        _resume(mapping, failed[len(given_up) :], after=given_up)
        return result | {"error": True}  # so that MiniStack leaves the position where it is now

    lambda_svc._execute_function = execute_function


def _mapping(function: Any, event: Any) -> dict[str, Any] | None:
    """The event source mapping that called; nothing where somebody else did."""
    records = event.get("Records") if isinstance(event, dict) else None
    if not records or records[0].get("eventSource") != "aws:dynamodb":
        return None
    name = (function.get("config") or function)["FunctionName"]
    source = records[0].get("eventSourceARN")
    for mapping in lambda_svc._esms.values():
        if (mapping["FunctionName"], mapping["EventSourceArn"]) == (name, source):
            found: dict[str, Any] = mapping
            return found
    return None


def _failed_records(result: dict[str, Any], records: list[Any]) -> list[Any]:
    """Those from the first failed one on: order is kept, so the later ones have to come again too."""
    body = result.get("body")
    if result.get("error") or not isinstance(body, dict):
        return records if result.get("error") else []
    numbers = {failure.get("itemIdentifier") for failure in body.get("batchItemFailures") or []}
    if not numbers:
        return []
    return list(dropwhile(lambda record: _number(record) not in numbers, records)) or records


def _resume(mapping: dict[str, Any], remaining: list[Any], *, after: list[Any]) -> None:
    """Let the mapping go on at the first record that remains, or after the last that was given up."""
    table = mapping["EventSourceArn"].split("/")[1]
    numbers = [_number(record) for record in dynamodb.stream_live_records(table)]
    index = numbers.index(_number(remaining[0])) if remaining else numbers.index(_number(after[-1])) + 1
    position = dynamodb.stream_start_position(table) + index
    with lambda_svc._dynamodb_stream_positions_lock:
        lambda_svc._dynamodb_stream_positions[mapping["UUID"]] = position


def _number(record: Any) -> str:
    return str(record["dynamodb"]["SequenceNumber"])
