"""DynamoDB streams of MiniStack, put right where they differ from AWS in what we rely on."""

from collections import Counter
from collections.abc import Callable
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
    attempts: Counter[str] = Counter()

    def execute_function(function: Any, event: Any) -> dict[str, Any]:
        result = execute(function, event)
        mapping = _mapping_of(function, event)
        failed = _failed_records(result, event["Records"]) if mapping else []
        if mapping is None or not failed:
            return result
        attempts[_sequence(failed[0])] += 1
        given_up: list[Any] = []
        if 0 <= mapping.get("MaximumRetryAttempts", -1) < attempts.pop(_sequence(failed[0]), 0):
            given_up = failed[:1] if mapping.get("BisectBatchOnFunctionError") else failed
            arn = mapping["EventSourceArn"]
            lambda_svc._send_ddb_stream_failure_record(
                mapping, function, given_up, arn, result, "RetryAttemptsExhausted"
            )
        _go_to(mapping, failed[0], skip=len(given_up))
        return result | {"error": True}  # so that MiniStack leaves the position alone

    lambda_svc._execute_function = execute_function
