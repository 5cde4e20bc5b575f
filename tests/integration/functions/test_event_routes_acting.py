"""/infrastructure/events over HTTP: what is replayed is a run, and what is cleared is out of view."""

from shared.runtime import wiring_runs
from tests.integration.functions.test_event_routes import PLACE, a_place, ask, clear, handler, history, kept
from tests.support.http_events import LambdaContext, api_event, json_of


def test_a_replay_is_a_run_that_is_seen_elsewhere() -> None:
    wanted = {"event_types": ["listing.created"], "start_time": "2026-03-01T13:00:00+02:00", "name": "again", "rate": 5}
    known = {"principalId": "key:1", "role": "operator"}
    headers = {"X-Correlation-ID": "order 66"}
    with a_place():
        asked = api_event("POST", f"{PLACE}/replay", body=wanted, authorizer=known, headers=headers)
        said = handler(asked, LambdaContext())
        assert said["statusCode"] == 202
        body = json_of(said)
        run = wiring_runs.runs().get(body["run_id"])
        assert history(event_type="saga.created", correlation_id="order 66") == ["saga.created"]
    assert said["multiValueHeaders"]["Location"] == [f"/workflows/runs/{run.id}"]
    assert (body["to"], body["name"], body["replayed_events"]) == ("all", "again", [])
    assert (body["correlation_id"], run.correlation_id) == ("order 66", "order 66")
    assert run.parameters["start_time"] == "2026-03-01T11:00:00.000000Z"
    assert (run.workflow, run.parameters["rate"], run.created_by) == ("replay", 5, "key:1")


def test_what_is_cleared_is_out_of_view_and_still_there() -> None:
    with a_place() as listing:
        before = history(subject=listing)
        status, said = clear(event_type="listing.state")
        assert (status, said["hidden"]["event_type"]) == (200, "listing.state")
        assert (said["cleared_by"], said["reason"]) == ("key:0123456789abcdef", "noise")
        assert history(subject=listing) == ["listing.created"]
        assert history(subject=listing, include_cleared="true") == before
        assert len(kept(listing)) == len(before)
        assert clear()[0] == 200
        assert history(event_type="events.cleared") == ["events.cleared"] * 2
        assert history(since="2026-01-01T00:00:00Z") == ["events.cleared"] * 2
        assert ask("POST", "replay", {"event_types": ["listing"], "dry_run": True})[1]["would_replay"] == 0
