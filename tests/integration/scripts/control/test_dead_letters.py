"""`switchyard dead-letters`, as people see it."""

import io
from typing import Any

import pytest

from tests.integration.scripts.control.api import Api
from tests.integration.scripts.control.conftest import Run

RUN = "0123456789abcdef0123456789abcdef"
RETRY, DISCARD = "POST /infrastructure/dlq/retry", "POST /infrastructure/dlq/discard"


class Person(io.StringIO):
    """Who sits at the terminal."""

    def isatty(self) -> bool:
        return True


def test_what_lies_where_is_shown_with_its_causes(run: Run, api: Api) -> None:
    causes = [{"cause": "it is away", "count": 3}, {"cause": "it timed out", "count": 1}]
    notion = {"queue": "NotionDeadLetters", "source": "NotionQueue", "messages": 150, "oldest_seconds": 7_300}
    empty = {"queue": "ClaimDeadLetters", "source": "ClaimQueue", "messages": 0, "causes": []}
    relay: dict[str, Any] = {
        "queue": "RelayFailureQueue",
        "source": None,
        "messages": None,
        "causes": [],
        "is_sample": False,
    }
    api.says(
        "GET /infrastructure/dlq/stats",
        {"total": 150, "queues": [notion | {"causes": causes, "is_sample": True}, empty, relay]},
    )
    done = run("dead-letters", "stats")
    assert done.stdout.splitlines() == [
        "queue              letters          oldest  goes back to  causes",
        "NotionDeadLetters  150              2 h     NotionQueue   3 it is away, 1 it timed out, …",
        "RelayFailureQueue  cannot be asked  -       -             -",
    ]
    assert done.stderr == "queues with nothing in them: 1\n"
    api.says("GET /infrastructure/dlq/stats", {"total": 0, "queues": [empty] * 17})
    assert run("dead-letters", "stats").stdout == "nothing lies in any of 17 queues\n"


def test_letters_are_listed_by_what_is_asked_for(run: Run, api: Api) -> None:
    letter = {
        "letter_id": "abc",
        "queue": "NotionDeadLetters",
        "cause": "it is away",
        "sent_at": "2026-11-30T12:00:00Z",
        "receive_count": 6,
        "event_type": "listing.state.sold",
        "why_not": None,
        "body": {"a": 1},
    }
    api.says("GET /infrastructure/dlq/letters", {"letters": [letter], "is_all": False})
    done = run(
        *("dead-letters", "list", "--queue", "NotionDeadLetters", "--cause", "it is away", "--type", "listing.state"),
        *("--letter", "abc", "--limit", "20"),
    )
    assert done.stdout.splitlines()[1] == (
        "abc     NotionDeadLetters  2026-11-30 12:00:00  6      listing.state.sold  it is away  -"
    )
    assert done.stderr == "there may be more\n"
    assert api.queries() == [
        {
            "queue": "NotionDeadLetters",
            "letter_id": "abc",
            "cause": "it is away",
            "event_type": "listing.state",
            "limit": "20",
        }
    ]


@pytest.mark.parametrize(
    ("typed", "body"),
    [
        ("--queue Q --letter abc", {"queue": "Q", "letter_id": "abc"}),
        ("--cause away --limit 10", {"cause": "away", "limit": 10}),
        ("--type listing --rate 5", {"event_type": "listing", "rate": 5}),
        ("--all", {}),
    ],
)
def test_letters_are_tried_again_at_once_where_they_are_few(
    run: Run, api: Api, typed: str, body: dict[str, Any]
) -> None:
    api.says(RETRY, {"retried_events": 1, "total_events": 3, "not_accepted": 0, "refused": [], "is_all": True})
    done = run("dead-letters", "retry", *typed.split())
    assert (done.returncode, done.stdout) == (0, "1 of about 3 are on their way again\n")
    assert api.bodies() == [body]


def test_what_is_not_accepted_or_cannot_be_tried_again_is_told(run: Run, api: Api) -> None:
    refused = [{"why_not": "nobody knows where it came from", "count": 2}]
    api.says(RETRY, {"retried_events": 1, "total_events": 5, "not_accepted": 2, "refused": refused, "is_all": False})
    done = run("dead-letters", "retry", "--all")
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "1 of about 5 are on their way again",
        "2 were not accepted, and are where they were",
        "2 cannot be tried again: nobody knows where it came from",
    ]
    assert done.stderr == "there may be more\n"
    assert run("dead-letters", "retry", "--all", "--json").returncode == 1


def test_a_dry_run_only_says_what_would_be_done(run: Run, api: Api) -> None:
    api.says(RETRY, {"would_retry": 4, "total_events": 5, "refused": [], "first": ["a"], "is_all": True})
    done = run("dead-letters", "retry", "--queue", "Q", "--dry-run")
    assert (done.returncode, done.stdout) == (0, "4 of about 5 would be tried again\n")
    assert api.bodies() == [{"queue": "Q", "dry_run": True}]


def test_many_are_tried_again_by_a_run_which_may_be_waited_for(run: Run, api: Api, pauses: list[float]) -> None:
    api.says(RETRY, (202, {"status": "started", "run_id": RUN, "workflow": "retry-dead-letters", "total_events": 500}))
    assert run("dead-letters", "retry", "--all").stdout == f"retry-dead-letters is started: run {RUN}\n"
    api.says(
        f"GET /workflows/runs/{RUN}",
        {"status": "running", "steps": [{"name": "retry", "status": "running", "progress": {"retried": 100}}]},
        {"status": "completed", "seconds": 10, "steps": []},
    )
    done = run("dead-letters", "retry", "--all", "--wait")
    assert done.returncode == 0
    assert done.stdout.splitlines()[1:] == ["retry: running, retried 100", "the run is completed after 10 s"]


@pytest.mark.parametrize(
    ("word", "is_done"), [("y\n", True), ("yes\n", True), ("\n", False), ("", False), ("no", False)]
)
def test_letters_are_thrown_away_when_somebody_says_yes(
    run: Run, api: Api, monkeypatch: pytest.MonkeyPatch, word: str, is_done: bool
) -> None:
    monkeypatch.setattr("io.StringIO", lambda _: Person(word))
    api.says(DISCARD, {"discarded": 3, "is_all": False})
    done = run("dead-letters", "discard", "--queue", "Q", "--cause", "it is away", "--reason", "nobody wants them")
    assert "Throw away what is dead for 'it is away' of Q? [y/N] " in done.stderr
    if is_done:
        assert (done.returncode, done.stdout) == (0, "3 are thrown away\n")
        assert api.bodies() == [{"queue": "Q", "cause": "it is away", "reason": "nobody wants them"}]
        assert done.stderr.endswith("there are more: say it again\n")
    else:
        assert (done.returncode, api.asked) == (1, [])
        assert done.stderr.endswith("nothing is thrown away\n")


@pytest.mark.parametrize(
    ("typed", "body"), [("--letter abc", {"letter_id": "abc"}), ("--all", {"all": True}), ("--cause x", {"cause": "x"})]
)
def test_who_says_yes_before_is_not_asked(run: Run, api: Api, typed: str, body: dict[str, Any]) -> None:
    api.says(DISCARD, {"discarded": 1, "is_all": True})
    done = run("dead-letters", "discard", "--queue", "Q", *typed.split(), "--reason", "old", "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    assert api.bodies() == [{"queue": "Q", "reason": "old", **body}]
