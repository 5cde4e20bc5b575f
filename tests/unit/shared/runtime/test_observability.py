"""Traces and metrics: which thread a request belongs to, and what a call leaves behind."""

import gc
import io
import json
from typing import Any

import pytest

from shared.runtime.observability import count, logger, milliseconds, observed, trace_id_from
from tests.support.http_events import LambdaContext

W3C, AMAZON = "0af7651916cd43dd8448eb211c80319c", "5759e988bd862e3fe1be46a994272793"
TRACEPARENT = f"00-{W3C}-b7ad6b7169203331-01"
ROOT = f"Root=1-{AMAZON[:8]}-{AMAZON[8:]}"


@pytest.mark.parametrize(
    ("headers", "trace_id"),
    [
        ({"traceparent": TRACEPARENT}, W3C),
        ({"traceparent": f"01{TRACEPARENT[2:]}"}, W3C),
        ({"traceparent": TRACEPARENT, "x-amzn-trace-id": ROOT}, W3C),
        ({"traceparent": f"cc{TRACEPARENT[2:]}-more-to-come"}, W3C),
        ({"x-amzn-trace-id": ROOT}, AMAZON),
        ({"x-amzn-trace-id": f"{ROOT};Parent=53995c3f42cd8ad8;Sampled=1"}, AMAZON),
        ({"x-amzn-trace-id": f"Self=1-67891234-12456789abcdef012345678;{ROOT}"}, AMAZON),
        ({"traceparent": "00-junk", "x-amzn-trace-id": ROOT}, AMAZON),
        ({"traceparent": f"00-{'0' * 32}-b7ad6b7169203331-01", "x-amzn-trace-id": ROOT}, AMAZON),
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_callers_trace_goes_on(headers: dict[str, str], trace_id: str) -> None:
    assert trace_id_from(headers) == trace_id


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"traceparent": ""},
        {"traceparent": W3C},
        {"traceparent": TRACEPARENT.upper()},
        {"traceparent": f"00-{'0' * 32}-b7ad6b7169203331-01"},
        {"traceparent": f"00-{W3C[:-1]}-b7ad6b7169203331-01"},
        {"traceparent": f"00-{W3C}0-b7ad6b7169203331-01"},
        {"traceparent": f"00-{W3C}-b7ad6b7169203331"},
        {"traceparent": f"00-{W3C[:-1]}\n-b7ad6b7169203331-01"},
        {"traceparent": f"{TRACEPARENT}\n"},
        {"traceparent": f"{TRACEPARENT}-more"},
        {"traceparent": f"ff{TRACEPARENT[2:]}"},
        {"traceparent": f"00-{W3C}-{'0' * 16}-01"},
        {"traceparent": "0" * 1_000_000},
        {"x-amzn-trace-id": f"Root=1-{'0' * 8}-{'0' * 24}"},
        {"x-amzn-trace-id": "Root=1-5759e988"},
        {"x-amzn-trace-id": f"Root=2-{AMAZON[:8]}-{AMAZON[8:]}"},
        {"x-amzn-trace-id": f"{ROOT}0"},
        {"x-amzn-trace-id": "é"},
    ],
    ids=lambda headers: str(headers)[:60],
)
def test_without_a_trace_that_can_be_read_a_new_one_begins(headers: dict[str, str]) -> None:
    made = {trace_id_from(headers) for _ in range(3)}
    assert len(made) == 3
    assert all(len(one) == 32 and int(one, 16) for one in made)
    assert not made & {W3C, AMAZON}


def told(output: str) -> dict[str, Any]:
    """The metrics in what a call wrote, by name."""
    lines = [json.loads(line) for line in output.splitlines() if '"_aws"' in line]
    return {name: value for line in lines for name, value in line.items() if isinstance(value, list)}


def test_what_a_call_counted_is_written_at_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    @observed
    def handler(event: dict[str, int], context: object) -> str:
        count("ListingsCreated", event["created"])
        count("ListingsSkipped", 0)
        milliseconds("RelayLag", 12.5)
        return "done"

    assert handler({"created": 3}, LambdaContext()) == "done"
    metrics = told(capsys.readouterr().out)
    assert (metrics["ListingsCreated"], metrics["RelayLag"]) == ([3.0], [12.5])
    assert "ListingsSkipped" not in metrics


def test_every_call_says_in_which_stage_it_counted(capsys: pytest.CaptureFixture[str]) -> None:
    @observed
    def handler(event: object, context: object) -> None:
        count("EventsRelayed")

    for _ in range(2):
        handler({}, LambdaContext())
        (line,) = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
        assert line["stage"] == "local"
        assert "stage" in line["_aws"]["CloudWatchMetrics"][0]["Dimensions"][0]


def test_what_one_call_says_in_each_line_is_forgotten_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    @observed
    def handler(event: dict[str, str], context: object) -> None:
        logger.append_keys(**event)
        logger.info("done")

    monkeypatch.setattr(logger.registered_handler, "stream", log := io.StringIO())
    handler({"key_id": "anna's"}, LambdaContext())
    handler({}, LambdaContext())
    assert ["key_id" in json.loads(line) for line in log.getvalue().splitlines()] == [True, False]


def test_a_function_that_is_loaded_collects_its_garbage_again() -> None:
    gc.disable()
    observed(lambda event, context: None)
    assert gc.isenabled()


def test_what_a_failed_call_counted_is_written_too(capsys: pytest.CaptureFixture[str]) -> None:
    @observed
    def handler(event: object, context: object) -> None:
        count("EventsHeldBack", 7)
        raise ValueError("the bus is down")

    with pytest.raises(ValueError, match="the bus is down"):
        handler({}, LambdaContext())
    assert told(capsys.readouterr().out)["EventsHeldBack"] == [7.0]
