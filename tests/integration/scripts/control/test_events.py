"""`switchyard events` and `switchyard replay`, as people see them."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from scripts.api.place import Place
from tests.integration.scripts.control.api import KEY, TRACE, Api, problem
from tests.integration.scripts.control.conftest import Run

RUN = "0123456789abcdef0123456789abcdef"
HISTORY, REPLAY = "GET /infrastructure/events/history", "POST /infrastructure/events/replay"


def event(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"listing:a:{number}",
        "type": "listing.created",
        "time": f"2026-11-30T12:00:{number:02}.000000Z",
        "actor": "webhook:scraper",
        "trace_id": TRACE,
        "data": {"price": "5.00", "title": "A camera", "notes": None, "tags": []},
    } | more


def page(*events: dict[str, Any], following: str | None = None) -> dict[str, Any]:
    return {"events": list(events), "count": len(events), "next_cursor": following}


class Stopping:
    """Ctrl-C, where somebody has waited so often."""

    def __init__(self, after: int) -> None:
        self.waited: list[float] = []
        self._after = after

    def __call__(self, seconds: float) -> None:
        self.waited.append(seconds)
        if len(self.waited) == self._after:
            raise KeyboardInterrupt


def test_events_are_listed_by_what_is_asked_for_over_short_pages(run: Run, api: Api) -> None:
    api.says(HISTORY, page(event(3), following="a"), page(following="b"), page(event(2), following="c"))
    done = run(
        *(
            "events",
            "list",
            "--type",
            "listing",
            "--subject",
            "listing:a",
            "--correlation-id",
            "c",
            "--trace-id",
            TRACE,
        ),
        *("--actor", "webhook:scraper", "--since", "2026-11-01T00:00Z", "--until", "2026-12-01T00:00+01:00"),
        *("--order", "asc", "--include-cleared", "--limit", "2"),
    )
    assert done.stdout.splitlines()[1:] == [
        f"2026-11-30 12:00:0{number}  listing.created  listing:a:{number}  webhook:scraper  {TRACE}"
        "  price=5.00 title=A camera notes=- tags=-"
        for number in (3, 2)
    ]
    assert done.stderr == "there is more: --cursor c\n"
    asked = {
        "event_type": "listing",
        "subject": "listing:a",
        "correlation_id": "c",
        "trace_id": TRACE,
        "actor": "webhook:scraper",
        "include_cleared": "true",
        "since": "2026-11-01T00:00:00.000000Z",
        "until": "2026-11-30T23:00:00.000000Z",
        "order": "asc",
    }
    assert api.queries() == [
        asked | {"limit": "2"},
        asked | {"limit": "1", "cursor": "a"},
        asked | {"limit": "1", "cursor": "b"},
    ]


def test_several_pages_of_events_are_one_document(run: Run, api: Api) -> None:
    api.says(HISTORY, page(event(2), following="a"), page(event(1)))
    assert json.loads(run("events", "list", "--json").stdout) == page(event(2), event(1))


def test_a_list_that_does_not_go_on_ends(run: Run, api: Api) -> None:
    api.says(HISTORY, page(event(2), following="a"), page(following="a"))
    assert len(run("events", "list").stdout.splitlines()) == 2


def test_what_happens_is_shown_as_it_happens_each_once(run: Run, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    pause = Stopping(after=3)
    monkeypatch.setattr("time.sleep", pause)
    api.says(
        HISTORY,
        page(event(1), event(2), following="a"),
        page(event(3)),
        page(event(1), event(2), event(3), event(30)),
        page(event(30), event(25)),
    )
    done = run("events", "tail", "--type", "listing", "--since", "2026-11-30T12:00:00Z", "--interval", "0.5")
    assert (done.returncode, done.stderr) == (0, "\n")
    assert [line.split()[3] for line in done.stdout.splitlines()] == [f"listing:a:{n}" for n in (1, 2, 3, 30, 25)]
    assert done.stdout.splitlines()[0] == (
        "2026-11-30 12:00:01  listing.created listing:a:1 by webhook:scraper price=5.00 title=A camera"
    )
    assert pause.waited == [0.5, 0.5, 0.5]
    assert [query.get("cursor") for query in api.queries()] == [None, "a", None, None]
    assert [query["since"][17:19] for query in api.queries()] == ["00", "00", "00", "20"]
    assert {query["order"] for query in api.queries()} == {"asc"}


def test_for_programs_what_happens_is_an_object_a_line(run: Run, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", Stopping(after=1))
    nasty = event(2, data={"title": "\u2028\u202e\n\x1b"})
    api.says(HISTORY, page(event(1), nasty))
    done = run("events", "tail", "--json")
    assert [json.loads(line) for line in done.stdout.splitlines()] == [event(1), nasty]
    assert all(line.isprintable() for line in done.stdout.splitlines())


def test_without_a_word_it_begins_now(run: Run, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", Stopping(after=1))
    before = datetime.now(UTC)
    api.says(HISTORY, page())
    assert run("events", "tail").stdout == ""
    assert before <= datetime.fromisoformat(api.queries()[0]["since"]) <= datetime.now(UTC)


def test_a_short_failure_does_not_end_it_and_a_refusal_does(run: Run, api: Api, pauses: list[float]) -> None:
    api.says(HISTORY, (503, {"detail": "later"}), page(event(1)), problem(403, "not any more"))
    done = run("events", "tail")
    assert (done.returncode, done.stderr) == (4, f"switchyard: 403 not any more [trace {TRACE}]\n")
    assert len(done.stdout.splitlines()) == 1
    assert len(pauses) == 2


def test_events_are_cleared_from_view_by_an_admin_who_means_it(
    run: Run, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def place_of(options: Any, *, with_role: str, needs_key: bool) -> Place:
        assert (with_role, needs_key) == ("admin", True)
        return Place(url=api.url, key=KEY)

    monkeypatch.setattr("scripts.control.command.place_of", place_of)
    hidden = {"event_type": "listing", "correlation_id": None, "before": "2026-11-01T00:00:00Z"}
    api.says("POST /infrastructure/events/clear", {"hidden": hidden, "cleared_by": "key:a"})
    done = run(
        *("events", "clear", "--before", "2026-11-01T00:00Z", "--type", "listing", "--correlation-id", "c"),
        *("--reason", "a test", "--confirm"),
    )
    assert done.stdout == "hidden: listing before 2026-11-01 00:00:00; --include-cleared shows it\n"
    assert api.bodies() == [
        {
            "event_type": "listing",
            "correlation_id": "c",
            "before": "2026-11-01T00:00:00.000000Z",
            "reason": "a test",
            "confirm": "clear",
        }
    ]


def test_a_dry_run_of_a_replay_counts(run: Run, api: Api) -> None:
    api.says(REPLAY, {"would_replay": 12, "by_type": {"listing.created": 10, "listing.state.sold": 2}, "is_all": False})
    done = run(
        *("replay", "--type", "listing.created", "--type", "listing.state", "--subject", "a", "--correlation-id", "c"),
        *("--trace-id", TRACE, "--actor", "timer", "--since", "2026-11-01T00:00Z", "--until", "2026-12-01T00:00Z"),
        *("--to", "notion", "--name", "again", "--rate", "5", "--limit", "100", "--include-cleared", "--dry-run"),
    )
    assert done.stdout.splitlines() == [
        "12 events would be sent",
        "       10  listing.created",
        "        2  listing.state.sold",
    ]
    assert done.stderr == "there may be more\n"
    assert api.bodies() == [
        {
            "event_types": ["listing.created", "listing.state"],
            "subject": "a",
            "correlation_id": "c",
            "trace_id": TRACE,
            "actor": "timer",
            "include_cleared": True,
            "start_time": "2026-11-01T00:00:00.000000Z",
            "end_time": "2026-12-01T00:00:00.000000Z",
            "to": "notion",
            "name": "again",
            "rate": 5,
            "limit": 100,
            "dry_run": True,
        }
    ]


def test_a_replay_is_a_run_that_may_be_waited_for_and_stopped(run: Run, api: Api, pauses: list[float]) -> None:
    api.says(REPLAY, (202, {"status": "started", "run_id": RUN, "workflow": "replay", "replayed_events": []}))
    assert run("replay", "--type", "listing").stdout == f"replay is started: run {RUN}\n"
    api.says(f"GET /workflows/runs/{RUN}", {"status": "compensated", "steps": [], "cancel_reason": "enough"})
    assert run("replay", "--type", "listing", "--wait").returncode == 1
    api.says(f"POST /workflows/runs/{RUN}/cancel", (202, {"run_id": RUN, "status": "compensating"}))
    assert run("replay", "--cancel", RUN).stdout == f"run {RUN} is compensating\n"


def test_an_answer_without_a_run_is_told(run: Run, api: Api) -> None:
    api.says(REPLAY, (202, {"status": "started"}))
    done = run("replay", "--type", "listing")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "switchyard: the answer names no run; is this address Switchyard's API?\n"
