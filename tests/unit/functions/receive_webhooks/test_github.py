"""Webhooks of GitHub: believed where they are signed, taken once, and of no use where they are not about us."""

import hmac
import json
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.receive_webhooks.github import admit, take
from shared.deploys.states import State
from shared.runtime.errors import InvalidInputError, UnauthorizedError
from shared.runtime.request import Request
from tests.contract.github.requests import EXAMPLES
from tests.support.builders import a_cause
from tests.support.pauses import no_pause
from tests.unit.functions.conduct_deploys.world import REPOSITORY, World

SECRET, OLD = b"It's a Secret to Everybody", b"the one before"
BODY = b"Hello, World!"
# GitHub's own sample. Source: docs.github.com/webhooks, "Testing the webhook payload validation".
SAMPLE = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"


def signed(body: bytes, secret: bytes = SECRET) -> str:
    return f"sha256={hmac.digest(secret, body, sha256).hex()}"


def request_of(body: bytes, *signatures: str, **headers: str) -> Request:
    named = {name.replace("_", "-"): [value] for name, value in headers.items()}
    shown = {"x-hub-signature-256": list(signatures)} if signatures else {}
    return Request(method="POST", path="/webhooks/github", headers=shown | named, trace_id="0" * 32, body=body)


def secrets(*, fresh: bool = False) -> list[bytes]:
    return [SECRET, OLD]


def test_github_s_own_sample_is_believed() -> None:
    assert admit(request_of(BODY, SAMPLE), secrets) == "webhook:github"


def test_the_secret_before_is_good_until_it_is_dropped() -> None:
    shown = request_of(BODY, signed(BODY, OLD))
    assert admit(shown, secrets) == "webhook:github"
    with pytest.raises(UnauthorizedError):
        admit(shown, lambda *, fresh=False: [SECRET])


def test_a_secret_that_is_new_is_looked_up_before_anybody_is_refused() -> None:
    asked = []

    def rotated(*, fresh: bool = False) -> list[bytes]:
        asked.append(fresh)
        return [SECRET] if fresh else [OLD]

    assert admit(request_of(BODY, SAMPLE), rotated)
    assert asked == [False, True]


@pytest.mark.parametrize(
    "signatures",
    [
        (),
        ("",),
        (SAMPLE, SAMPLE),
        (SAMPLE.removeprefix("sha256="),),
        (SAMPLE.upper(),),
        (SAMPLE + " ",),
        (SAMPLE[:-1],),
        (SAMPLE.replace("sha256", "sha1"),),
        ("sha256=" + "0" * 64,),
        ("sha256=" + "é" * 64,),
        (signed(BODY, b""),),
        (signed(BODY + b"\n"),),
    ],
)
def test_whatever_is_not_the_signature_is_refused(signatures: tuple[str, ...]) -> None:
    with pytest.raises(UnauthorizedError):
        admit(request_of(BODY, *signatures), secrets)


def test_where_there_is_no_secret_nobody_is_believed() -> None:
    with pytest.raises(UnauthorizedError):
        admit(request_of(BODY, signed(BODY, b"")), lambda *, fresh=False: [])


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.binary(max_size=200), st.binary(max_size=200))
def test_a_signature_is_of_one_body(body: bytes, other: bytes) -> None:
    assert admit(request_of(body, signed(body)), secrets)
    if body != other:
        with pytest.raises(UnauthorizedError):
            admit(request_of(other, signed(body)), secrets)


@pytest.fixture
def world() -> World:
    """Something is being shipped, and its run is under way."""
    made = World()
    made.ship()
    made.relay()
    made.deal_with(made.queue.pop().detail)
    return made


def tell(world: World, body: Any, **headers: str) -> str | None:
    return take(
        request_of(json.dumps(body).encode(), **headers),
        body,
        a_cause(),
        repository=REPOSITORY,
        deploys=world.deploys,
        state=world.state,
        clock=world.clock,
        pause=no_pause,
    )


def the_run(world: World, **changes: Any) -> dict[str, Any]:
    """GitHub's own sample, of our run."""
    sample: dict[str, Any] = EXAMPLES["workflow_run"]["completed"]
    (run,) = world.github.runs.values()
    repository = sample["repository"] | {"full_name": REPOSITORY}
    return sample | {"workflow_run": sample["workflow_run"] | run | changes, "repository": repository}


def test_a_run_that_is_over_is_news(world: World) -> None:
    world.github.end()
    assert tell(world, the_run(world), x_github_event="workflow_run") == "ship-staging-1"
    assert world.now().state is State.VERIFYING
    assert world.events()[-1].actor == "webhook:scraper"  # as it was let in


def test_a_delivery_is_taken_once_and_another_one_of_the_same_changes_nothing(world: World) -> None:
    world.github.end()
    for delivery, told in (("a-1", "ship-staging-1"), ("a-1", None), ("a-2", "ship-staging-1")):
        headers = {"x_github_event": "workflow_run", "x_github_delivery": delivery}
        assert tell(world, the_run(world), **headers) == told
    assert world.types().count("run_succeeded") == 1


def test_news_that_come_late_change_nothing(world: World) -> None:
    early = the_run(world)
    world.github.end("failure")
    tell(world, the_run(world), x_github_event="workflow_run")
    before = len(world.events())
    for changes in ({}, {"status": "queued"}, {"status": "completed", "conclusion": "success"}):
        body = early | {"workflow_run": early["workflow_run"] | changes}
        assert tell(world, body, x_github_event="workflow_run") == "ship-staging-1"
    assert (world.now().state, len(world.events())) == (State.FAILED, before)


@pytest.mark.parametrize("event", ["ping", "push", "workflow_job", "check_suite", ""])
def test_other_events_are_taken_and_left(world: World, event: str) -> None:
    before = len(world.events())
    assert tell(world, EXAMPLES["ping"], x_github_event=event) is None
    assert tell(world, the_run(world), x_github_event=event) is None
    assert len(world.events()) == before


def test_a_run_is_over_when_github_says_that_and_not_when_it_looks_like_it(world: World) -> None:
    """GitHub's own sample of a run that waits for an approval is called completed."""
    waiting = the_run(world, status="completed", conclusion="action_required") | {"action": "requested"}
    assert tell(world, waiting, x_github_event="workflow_run") == "ship-staging-1"
    assert world.now().state is State.RUNNING


def test_runs_of_others_are_nothing_to_us(world: World) -> None:
    world.github.end()
    body = the_run(world)
    other = body["repository"] | {"full_name": "octo-org/other"}
    assert tell(world, body | {"repository": other}, x_github_event="workflow_run") is None
    assert tell(world, the_run(world, id=99), x_github_event="workflow_run") is None
    assert world.now().state is State.RUNNING


def test_the_name_of_a_repository_is_the_same_in_capital_letters(world: World) -> None:
    world.github.end()
    body = the_run(world)
    shouted = body["repository"] | {"full_name": REPOSITORY.upper()}
    assert tell(world, body | {"repository": shouted}, x_github_event="workflow_run") == "ship-staging-1"


@pytest.mark.parametrize(
    "changes", [{"id": "x"}, {"id": -1}, {"id": 2**70}, {"status": None}, {"html_url": 5}, {"display_title": []}]
)
def test_what_is_no_run_is_refused_and_not_remembered(world: World, changes: dict[str, Any]) -> None:
    headers = {"x_github_event": "workflow_run", "x_github_delivery": "a-1"}
    with pytest.raises(InvalidInputError, match="workflow_run"):
        tell(world, the_run(world, **changes), **headers)
    world.github.end()
    assert tell(world, the_run(world), **headers) == "ship-staging-1"
