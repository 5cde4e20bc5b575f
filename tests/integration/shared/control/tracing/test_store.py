"""The promises of the traces, kept alike by those in memory and those in DynamoDB; and writing while it is unwell."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import boto3
import pytest
from moto import mock_aws

from shared.control.tracing.items import KEPT, moment_key, service_item, span_item
from shared.control.tracing.store import BATCH, ROUNDS, DynamoTraces
from shared.control.tracing.traces import Part, Traces
from shared.runtime.errors import DependencyError
from shared.runtime.span import Kind, Span
from tests.support.builders import NOON
from tests.support.in_process import client, make_table
from tests.support.local_stack import LocalAws
from tests.support.pauses import no_pause
from tests.support.traces import BEGAN, TRACE, MemoryTraces, a_span, an_entry, failed
from tests.support.unwell import unwell

TODAY = NOON.date()
DAY_MS = 86_400_000.0


@pytest.fixture(scope="session")
def _local(aws: LocalAws) -> Iterator[tuple[Any, str]]:
    local = boto3.client("dynamodb", endpoint_url=aws.endpoint_url)
    table = f"traces-{uuid4().hex}"
    make_table(local, "TraceTable", table)
    yield local, table
    local.delete_table(TableName=table)


@pytest.fixture(params=["memory", "in process", "local AWS"])
def traces(request: pytest.FixtureRequest) -> Iterator[Traces]:
    match request.param:
        case "memory":
            yield MemoryTraces()
        case "in process":
            with mock_aws():
                make_table(client("dynamodb"), "TraceTable", "traces")
                yield DynamoTraces(client("dynamodb"), "traces", pause=no_pause)
        case _:
            yield DynamoTraces(*request.getfixturevalue("_local"), pause=no_pause)


def own(*spans: Span) -> list[Span]:
    """Of a trace, and of services, that no other test speaks of."""
    ours, us = uuid4().hex, uuid4().hex[:8]
    for span in spans:
        span.trace_id, span.service = ours, f"{span.service}-{us}"
        if "peer" in span.attributes:
            span.attributes["peer"] = f"{span.attributes['peer']}-{us}"
    return list(spans)


def listed(
    traces: Traces, service: str | None, *, day: date = TODAY, before: str = "~", hours: float = 24
) -> list[str]:
    part = Part(service=service or "", day=day, since=NOON - timedelta(hours=hours), before=before)
    return [span.name for span in traces.listed(part)]


def test_a_span_is_found_again_as_it_was_however_often_it_is_written(traces: Traces) -> None:
    call = a_span("POST notion", "work", at=2, took=1.5, kind=Kind.CALL, attributes={"peer": "notion", "share": 0.5})
    work = an_entry("work", took=5, events={"e1": "listing.created"}, cut=7, is_sampled=False)
    spans = own(work, a_span("commit", "work", at=1), failed(call))
    for _ in range(3):
        traces.write(spans)
    assert list(traces.of_trace(spans[0].trace_id)) == spans


def test_more_spans_than_go_into_one_batch_are_all_there_in_order_of_time(traces: Traces) -> None:
    spans = own(*(an_entry(f"{number:03}", at=number) for number in range(2 * BATCH + 7)))
    traces.write(list(reversed(spans)))
    assert [span.name for span in traces.of_trace(spans[0].trace_id)] == [span.name for span in spans]


def test_the_same_span_twice_in_a_batch_is_there_once(traces: Traces) -> None:
    (span,) = own(an_entry("a"))
    traces.write([span, span])
    assert list(traces.of_trace(span.trace_id)) == [span]


def test_of_a_trace_that_is_not_there_nothing_is_found(traces: Traces) -> None:
    assert list(traces.of_trace("f" * 32)) == []


def test_a_service_s_entries_and_the_calls_to_one_are_listed_newest_first(traces: Traces) -> None:
    call = a_span("call", "one", at=3, kind=Kind.CALL, attributes={"peer": "notion"})
    spans = own(an_entry("one", at=1), an_entry("two", at=2), a_span("part", "one", at=1.5), call)
    traces.write(spans)
    assert listed(traces, spans[0].listed_as) == ["two", "one"]
    assert listed(traces, spans[3].listed_as) == ["call"]
    assert {spans[0].listed_as, spans[3].listed_as} <= set(traces.services(TODAY))


def test_days_are_apart(traces: Traces) -> None:
    spans = own(an_entry("today"), an_entry("yesterday", at=-DAY_MS))
    traces.write(spans)
    yesterday = TODAY - timedelta(days=1)
    assert listed(traces, spans[0].listed_as) == ["today"]
    assert listed(traces, spans[0].listed_as, day=yesterday, hours=48) == ["yesterday"]
    assert spans[0].listed_as in set(traces.services(yesterday))


def test_a_list_has_a_beginning_and_an_end(traces: Traces) -> None:
    spans = own(*(an_entry(f"{hours}", at=-hours * 3_600_000) for hours in range(4)))
    traces.write(spans)
    name = spans[0].listed_as
    assert listed(traces, name, hours=2) == ["0", "1", "2"]
    assert listed(traces, name, before=moment_key(NOON)) == ["1", "2", "3"]
    assert listed(traces, name, before=moment_key(NOON - timedelta(hours=30))) == []


def test_everything_is_forgotten_after_a_week_and_the_names_of_services_not_before_it() -> None:
    span = an_entry("a")
    week = int(KEPT.total_seconds())
    assert span_item(span)["expires_at"] == {"N": str(BEGAN // 1_000_000 + week)}
    assert int(service_item("a", span.start)["expires_at"]["N"]) >= BEGAN // 1_000_000 + week
    assert service_item("a", span.start) == service_item("a", span.start + 1)


class Busy:
    """DynamoDB that takes so many items of each batch; notes how many batches there were."""

    def __init__(self, takes: int) -> None:
        self.takes, self.batches = takes, 0
        self.written: list[Any] = []

    def batch_write_item(self, *, RequestItems: dict[str, list[Any]]) -> dict[str, Any]:  # noqa: N803
        ((table, items),) = RequestItems.items()
        assert 1 <= len(items) <= BATCH
        self.batches += 1
        self.written += items[: self.takes]
        rest = items[self.takes :]
        return {"UnprocessedItems": {table: rest} if rest else {}}


def busy(takes: int) -> tuple[Busy, DynamoTraces, list[float]]:
    table, pauses = Busy(takes), list[float]()
    fake: Any = table
    return table, DynamoTraces(fake, "traces", pause=pauses.append), pauses


def test_what_dynamodb_leaves_out_is_written_after_a_pause() -> None:
    table, traces, pauses = busy(takes=10)
    traces.write([an_entry(f"{number}") for number in range(24)])
    assert (len(table.written), table.batches, len(pauses)) == (25, 3, 2)  # with the name of the service
    assert pauses == sorted(pauses)


def test_what_dynamodb_goes_on_leaving_out_fails() -> None:
    table, traces, _ = busy(takes=0)
    with pytest.raises(DependencyError, match="goes on leaving spans unwritten"):
        traces.write([an_entry("a")])
    assert table.batches == ROUNDS


def test_the_name_of_a_service_is_written_once_by_each_process() -> None:
    table, traces, _ = busy(takes=BATCH)
    for number in range(5):
        traces.write([an_entry(f"{number}")])
    assert len(table.written) == 5 + 1


def test_a_name_that_could_not_be_written_is_written_with_the_next() -> None:
    table, traces, _ = busy(takes=0)
    with pytest.raises(DependencyError):
        traces.write([an_entry("a")])
    table.takes = BATCH
    traces.write([an_entry("a")])
    assert len(table.written) == 2


def test_a_table_that_cannot_be_reached_is_unwell() -> None:
    with mock_aws():
        make_table(client("dynamodb"), "TraceTable", "traces")
        traces = DynamoTraces(client("dynamodb"), "traces", pause=no_pause)
        with unwell(client("dynamodb"), "BatchWriteItem"), pytest.raises(DependencyError):
            traces.write([an_entry("a")])
        with unwell(client("dynamodb"), "Query"), pytest.raises(DependencyError):
            list(traces.of_trace(TRACE))
