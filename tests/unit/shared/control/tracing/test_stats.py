"""What spans of a service add up to, of those that were looked at; and pages of them."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.control.tracing.listing import MOST_LOOKED_AT, Page, Wanted, page_of_spans
from shared.control.tracing.stats import MOST_SERVICES, MOST_SPANS, Stats, days_between, quantile, stats_of
from shared.runtime.errors import InvalidInputError
from shared.runtime.span import Kind, Span
from tests.support.builders import NOON
from tests.support.traces import MemoryTraces, a_span, an_entry, failed

HOUR = timedelta(hours=1)
DAY_MS = 86_400_000.0


def looked(*spans: Span, since: datetime = NOON - HOUR, until: datetime = NOON + HOUR) -> Stats:
    return stats_of(MemoryTraces(*spans), since=since, until=until)


def test_a_service_is_counted_with_what_went_wrong_and_how_long_it_took() -> None:
    spans = [an_entry(f"{number}", at=number, took=number, service="serve_admin") for number in range(1, 101)]
    spans[3] = failed(spans[3])
    (one,) = looked(*spans).services.values()
    assert (one.spans, one.errors, one.sampled, one.is_all) == (100, 1, 100, True)
    assert (one.error_rate, one.p50_ms, one.p95_ms) == (0.01, 50.0, 95.0)


def test_what_is_kept_for_its_error_alone_does_not_count_for_how_often_and_how_long() -> None:
    sampled = [an_entry(f"s{number}", at=number, took=10) for number in range(4)]
    kept = [failed(an_entry(f"e{number}", at=number, took=9_000, is_sampled=False)) for number in range(6)]
    (one,) = looked(*sampled, *kept).services.values()
    assert (one.spans, one.errors, one.sampled, one.error_rate, one.p95_ms) == (10, 6, 4, 0.0, 10.0)


def test_where_none_is_sampled_nothing_is_said_of_how_often_and_how_long() -> None:
    (one,) = looked(failed(an_entry("e", took=9, is_sampled=False))).services.values()
    assert (one.errors, one.error_rate, one.p50_ms, one.p95_ms) == (1, None, None, None)


def test_services_are_functions_and_what_they_ask_and_not_their_parts() -> None:
    call = a_span("POST notion", "handle", kind=Kind.CALL, attributes={"peer": "notion"}, took=30)
    stats = looked(an_entry("handle", service="deliver_events"), call, a_span("commit", "handle"))
    assert sorted(stats.services) == ["deliver_events", "notion"]
    assert (stats.traces, stats.is_all) == (1, True)


def test_only_what_began_in_the_time_asked_for_counts_over_days() -> None:
    spans = [an_entry(f"{days}", at=-days * DAY_MS) for days in range(5)]
    stats = looked(*spans, since=NOON - timedelta(days=2), until=NOON + HOUR)
    assert stats.services["a_function"].spans == 3
    assert looked(*spans, since=NOON + HOUR, until=NOON + 2 * HOUR).services == {}


def test_much_is_not_read_to_its_end_and_that_is_said() -> None:
    spans = [an_entry(f"{number}", at=number) for number in range(1_000)]
    traces = MemoryTraces(*spans)
    stats = stats_of(traces, since=NOON - HOUR, until=NOON + HOUR)
    (one,) = stats.services.values()
    assert (one.spans, one.is_all, stats.is_all) == (500, False, False)
    assert traces.read <= 502


def test_of_too_many_services_some_are_left_out_and_that_is_said() -> None:
    spans = [an_entry(f"{number}", service=f"service {number:03}") for number in range(MOST_SERVICES + 1)]
    stats = looked(*spans)
    assert (len(stats.services), stats.is_all) == (MOST_SERVICES, False)
    assert MOST_SERVICES * 50 <= MOST_SPANS


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=60), st.floats(0.01, 1))
def test_a_quantile_is_one_of_the_values_and_so_large_a_share_does_not_exceed_it(
    values: list[float], share: float
) -> None:
    found = quantile(sorted(values), share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-9
    assert sum(value < found for value in values) < share * len(values) + 1e-9


def test_days_are_those_of_utc_the_newest_first() -> None:
    begins = datetime.fromisoformat("2026-02-27T23:30:00-02:00")
    assert list(days_between(begins, NOON)) == [date(2026, 3, 1), date(2026, 2, 28)]
    assert list(days_between(NOON, NOON - timedelta(days=1))) == []


def a_page(traces: MemoryTraces, *, errors: bool = False, limit: int = 10, cursor: str | None = None) -> Page:
    wanted = Wanted(service="a_function", errors=errors, since=NOON - 5 * HOUR * 24, limit=limit, cursor=cursor)
    return page_of_spans(wanted, traces=traces, secret=lambda: b"secret", at=NOON + HOUR)


def test_page_by_page_each_is_shown_once_newest_first_over_days() -> None:
    traces = MemoryTraces(*(an_entry(f"{number:02}", at=-number * DAY_MS / 10) for number in range(25)))
    shown: list[str] = []
    cursor, pages = None, 0
    while pages == 0 or cursor:
        page = a_page(traces, cursor=cursor)
        shown += [span.name for span in page.spans]
        cursor, pages = page.next_cursor, pages + 1
    assert (shown, pages) == ([f"{number:02}" for number in range(25)], 3)


def test_only_what_had_an_error_in_it_where_that_is_wanted() -> None:
    spans = [an_entry(f"{number}", at=number) for number in range(9)]
    spans[4].has_error = True
    page = a_page(MemoryTraces(*spans), errors=True)
    assert ([span.name for span in page.spans], page.looked_at, page.next_cursor) == (["4"], 9, None)


def test_who_looks_for_what_there_hardly_is_gets_an_empty_page_and_goes_on() -> None:
    spans = [an_entry(f"{number}", at=number) for number in range(MOST_LOOKED_AT + 5)]
    spans[0].has_error = True
    traces = MemoryTraces(*spans)
    first = a_page(traces, errors=True)
    assert (first.spans, first.looked_at) == ([], MOST_LOOKED_AT)
    second = a_page(traces, errors=True, cursor=first.next_cursor)
    assert ([span.name for span in second.spans], second.next_cursor) == (["0"], None)


def test_a_page_that_just_holds_all_is_the_last() -> None:
    traces = MemoryTraces(*(an_entry(f"{number}", at=number) for number in range(10)))
    assert a_page(traces).next_cursor is None


def test_a_cursor_of_another_list_is_refused() -> None:
    traces = MemoryTraces(*(an_entry(f"{number}", at=number) for number in range(20)))
    cursor = a_page(traces).next_cursor
    with pytest.raises(InvalidInputError):
        a_page(traces, errors=True, cursor=cursor)
