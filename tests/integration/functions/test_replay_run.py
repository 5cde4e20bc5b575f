"""A replay as a run: started over HTTP, driven as its machine drives it, onto the bus, and seen in the run."""

import json
from dataclasses import replace
from typing import Any

from functions.run_workflow_step import app as run_workflow_step
from shared.control.runs.run import Run, Status
from shared.runtime import wiring, wiring_runs
from tests.integration.functions.test_event_routes import a_place, ask
from tests.support.aws_calls import Call, watched
from tests.support.builders import a_cause
from tests.support.http_events import LambdaContext


def drive(run_id: str) -> Run:
    """As the machine does it, until the run has ended."""
    given: dict[str, Any] = {"run_id": run_id, "round": 0}
    for _ in range(20):
        given = run_workflow_step.handler(given, LambdaContext())
        if given["next"] not in ("run", "wait"):
            break
        for step in given["steps"]:
            run_workflow_step.handler({"run_id": run_id, "step": step}, LambdaContext())
    return wiring_runs.runs().get(run_id)


def sent(calls: list[Call]) -> list[dict[str, Any]]:
    entries = [entry for call in calls for entry in call.parameters.get("Entries", [])]
    return [json.loads(entry["Detail"]) for entry in entries]


def test_what_is_asked_for_is_on_the_bus_and_the_run_says_how_much_it_was() -> None:
    with a_place() as listing:
        wanted = {"subject": f"listing:{listing}", "to": "notion", "name": "after the fire", "rate": 500}
        status, said = ask("POST", "replay", wanted)
        assert status == 202
        with watched() as calls:
            run = drive(said["run_id"])
        kept = list(wiring.ledger().history("LISTING", listing))
    assert run.status is Status.COMPLETED
    assert [(one["id"], one["replay"]) for one in sent(calls)] == [
        (event.id, {"name": "after the fire", "to": "notion"}) for event in kept
    ]
    output = run.step("replay").output
    assert (output["published"], output["to"], output["name"]) == (len(kept), "notion", "after the fire")


def test_a_replay_that_makes_no_sense_fails_for_good_and_says_why() -> None:
    """However it was started: `/workflows/run` takes any parameters that fit the workflow."""
    with a_place():
        _, said = ask("POST", "replay", {"actor": "timer"})
        runs = wiring_runs.runs()
        run = runs.get(said["run_id"])
        wrong = {name: value for name, value in run.parameters.items() if name != "actor"}
        runs.save(replace(run, parameters=wrong).told("cancel_requested", at=run.created_at, reason="x"), a_cause())
        with watched() as calls:
            ended = drive(run.id)
    assert ended.status is Status.COMPENSATED
    assert "say what is to be replayed" in str(ended.error)
    assert sent(calls) == []
