"""What is put on a blackboard is worked off by agents that know nothing but it: on the deployed template."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from typing import Any
from uuid import uuid4

import pytest

from shared.blackboard.artefact import INLINE_BYTES
from tests.support.api import Api
from tests.support.cloud import Cloud
from tests.support.studio import Studio
from tests.support.waiting import eventually

AT_ONCE = 10
COMPLETED = 3  # of the claims of the long story

MakeStudio = Callable[..., Studio]


@pytest.fixture
def make_studio(api: Api, cloud: Cloud) -> MakeStudio:
    """A blackboard of its own, with the settings that are given; agents have time unless they say otherwise."""
    return lambda **settings: Studio(api, cloud, **({"bidding_seconds": 60} | settings))


def test_a_goal_becomes_a_draft_that_is_sent_back_once_approved_and_brought_to_its_end(
    make_studio: MakeStudio,
) -> None:
    studio = make_studio()
    studio.register("Writer", bidding_strategy="exclusive", target_types=["GoalDefined", "Draft"])
    studio.register("Reviewer", bidding_strategy="review", target_types=["Draft"])
    studio.register("Critic", target_types=["Draft"])
    goal = studio.post("GoalDefined", "Sell the camera")

    draft = studio.answer(studio.work("Writer"), "Draft", {"text": "a camera"}, by="Writer", kind="Standard")
    asked = studio.work("Critic")
    assert (asked["kind"], asked["target_artefact"]["id"]) == ("bid", draft["id"])
    studio.ask("POST", f"claims/{asked['claim_id']}/bids", by="Critic", json={"bid": "review"})
    studio.answer(studio.work("Reviewer"), "Review", "{}", by="Reviewer", kind="Review")
    studio.answer(studio.work("Critic"), "Review", {"feedback": "which camera?"}, by="Critic", kind="Review")

    again = studio.work("Writer")
    assert (again["rework"], again["target_artefact"]["id"]) == (True, draft["id"])
    assert "which camera?" in [one["payload"] for one in again["context_chain"] if one["type"] == "Review"][-1]
    better = studio.answer(again, "Draft", {"text": "a Sony A6400"}, by="Writer", kind="Standard")
    assert (better["logical_id"], better["version"]) == (draft["id"], 2)

    asked = studio.work("Critic")
    studio.ask("POST", f"claims/{asked['claim_id']}/bids", by="Critic", json={"bid": "ignore"})
    studio.answer(studio.work("Reviewer"), "Review", "[]", by="Reviewer", kind="Review")
    end = studio.answer(studio.work("Writer"), "Report", "it is sold", by="Writer", kind="Terminal")
    studio.claim(better, lambda claim: claim["status"] == "complete")

    claims = studio.ask("GET", "claims")["claims"]
    assert sorted((claim["artefact_type"], claim["status"], claim["is_rework"]) for claim in claims) == [
        ("Draft", "complete", False),
        ("Draft", "complete", True),
        ("Draft", "terminated", False),
        ("GoalDefined", "complete", False),
    ]
    thread = studio.ask("GET", f"threads/{draft['id']}", by="viewer")["artefacts"]
    assert [(one["version"], one["payload"]) for one in thread] == [
        (1, '{"text": "a camera"}'),
        (2, '{"text": "a Sony A6400"}'),
    ]
    came_from = studio.ask("GET", f"artefacts/{end['id']}/lineage", by="viewer")["artefacts"]
    assert {better["id"], draft["id"], goal["id"]} <= {one["id"] for one in came_from}
    assert all(not agent["working_on"] for agent in studio.ask("GET", "agents")["agents"])
    check_all_is_told(studio)


def check_all_is_told(studio: Studio) -> None:
    """Of each thing the events are there, from the first on without a gap, and in the order in which they were."""

    def told() -> list[Any]:
        """As soon as the last of it is among them: an index is a moment behind."""
        events: list[Any] = studio.ask("GET", "events", params={"limit": 200, "since": studio.began})["events"]
        return events if [one["type"] for one in events].count("claim.completed") == COMPLETED else []

    events = eventually(told)
    by_subject = sorted(events, key=lambda event: event["subject"])
    for _, of_one in groupby(by_subject, key=lambda event: (event["subject"], event["id"].partition(":")[0])):
        versions = [event["version"] for event in of_one]
        assert versions == list(range(1, len(versions) + 1))
    assert {"claim.review_rejected", "claim.rework_requested", "claim.artefact_reworked"} <= {
        event["type"] for event in events
    }


def test_an_artefact_posted_many_times_at_once_is_one_and_has_one_claim(make_studio: MakeStudio) -> None:
    studio = make_studio()
    body = {"id": str(uuid4()), "type": "GoalDefined", "payload": "Sell the camera"}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda _: studio.call("POST", "artefacts", json=body), range(AT_ONCE)))
    assert sorted(answer.status_code for answer in answers) == [200] * (AT_ONCE - 1) + [201]
    assert len({answer.text for answer in answers}) == 1
    other = studio.call("POST", "artefacts", json=body | {"payload": "Keep the camera"})
    assert other.status_code == 409
    claim = studio.claim(body, lambda claim: claim["waits_for"] == "agents")
    assert [event["type"] for event in studio.history(claim)] == ["claim.created", "claim.dormant"]
    assert [one["id"] for one in studio.ask("GET", "claims")["claims"]] == [claim["id"]]


def test_news_that_come_again_and_again_change_nothing(make_studio: MakeStudio, cloud: Cloud) -> None:
    studio = make_studio()
    studio.register("Writer", bidding_strategy="exclusive")
    goal = studio.post("GoalDefined", "Sell the camera")
    claim = studio.claim(goal, lambda claim: claim["grants"])
    passed = [*cloud.on_the_bus(goal["id"]), *cloud.on_the_bus(claim["id"], number=len(studio.history(claim)))]
    for event in passed:
        cloud.send("ClaimQueue", event, times=3)
    cloud.settle("ClaimQueue")
    assert studio.claim(goal) == claim


def test_who_says_nothing_until_the_bidding_is_over_is_not_waited_for(make_studio: MakeStudio) -> None:
    studio = make_studio(bidding_seconds=2)
    studio.register("Writer", bidding_strategy="exclusive")
    studio.register("Critic")
    goal = studio.post("GoalDefined", "Sell the camera")
    bidding = studio.claim(goal)
    assert (bidding["waits_for"], bidding["invited"], bidding["grants"]) == ("bids", ["Critic", "Writer"], [])
    claim = studio.claim(goal, lambda claim: claim["granted_exclusive_agent"])
    assert claim["phase_state"]["all_bids"] == {"Critic": "ignore", "Writer": "exclusive"}
    (silent,) = [one["data"] for one in studio.history(claim) if one["data"].get("silent")]
    assert silent["agent_name"] == "Critic"
    assert studio.call("POST", f"claims/{claim['id']}/bids", by="Critic", json={"bid": "review"}).status_code == 409


def test_work_that_nobody_answers_for_is_given_to_another_and_comes_too_late_then(make_studio: MakeStudio) -> None:
    studio = make_studio(lease_seconds=5)
    studio.register("Author", bidding_strategy="exclusive")
    studio.register("Writer", bidding_strategy="exclusive")
    goal = studio.post("GoalDefined", "Sell the camera")
    first = studio.claim(goal, lambda claim: claim["grants"])["grants"][0]["agent"]
    late = studio.work(first)
    second = next(name for name in ("Author", "Writer") if name != first)
    found = studio.claim(goal, lambda claim: len(claim["grants"]) == 2)
    assert [(one["agent"], one["status"], one["times"]) for one in found["grants"]] == [
        (first, "lost", 1),
        (second, "live", 2),
    ]
    answer = {"type": "Draft", "payload": "too late", "claim_id": late["claim_id"]}
    assert studio.call("POST", "artefacts", by=first, json=answer).status_code == 409
    assert studio.call("POST", f"claims/{found['id']}/heartbeat", by=first, json={}).status_code == 409
    assert studio.ask("POST", f"claims/{found['id']}/heartbeat", by=second, json={})["lease_until"]
    studio.answer(studio.work(second), "Draft", "in time", by=second, kind="Standard")
    assert studio.claim(goal, lambda claim: claim["status"] == "complete")["version"]
    drafts = studio.ask("GET", "artefacts", params={"type": "Draft"})["artefacts"]
    assert [one["produced_by"] for one in drafts] == [f"agent:{second}"]


def test_work_that_nobody_fits_waits_for_whoever_registers(make_studio: MakeStudio) -> None:
    studio = make_studio()
    goal = studio.post("GoalDefined", "Sell the camera")
    studio.claim(goal, lambda claim: claim["waits_for"] == "agents")
    studio.register("Writer", bidding_strategy="claim")
    assert studio.claim(goal, lambda claim: claim["grants"])["granted_parallel_agents"] == ["Writer"]
    assert studio.ask("DELETE", "agents/Writer") == {"removed": True}
    failed = studio.claim(goal, lambda claim: claim["status"] == "terminated")
    assert failed["termination_reason"].startswith("AgentVanished")


def test_a_question_for_people_waits_for_one_and_its_answer_starts_work(make_studio: MakeStudio) -> None:
    studio = make_studio()
    studio.register("Writer", bidding_strategy="exclusive", target_types=["GoalDefined", "Answer"])
    studio.post("GoalDefined", "Sell the camera")
    asked = {"question_text": "For how much?", "routing": "human", "more": "x" * INLINE_BYTES}
    question = studio.answer(studio.work("Writer"), "Question", asked, by="Writer", kind="Question")
    claim = studio.claim(question, lambda claim: claim["waits_for"] == "person")
    assert (claim["asks_for"], claim["question"]) == ("answer", "For how much?")
    waiting = studio.ask("GET", "claims", by="viewer", params={"waits_for": "person"})["claims"]
    assert [one["id"] for one in waiting] == [claim["id"]]
    answered = studio.ask("POST", f"claims/{claim['id']}/answer", json={"text": "380"})
    assert (answered["structural_type"], answered["payload"]) == ("Answer", "380")
    studio.claim(question, lambda claim: claim["status"] == "complete")
    work = studio.work("Writer")
    assert (work["target_artefact"]["id"], work["target_artefact"]["payload"]) == (answered["id"], "380")
    full = studio.ask("GET", f"artefacts/{question['id']}", by="Writer")["payload"]
    assert len(full) > INLINE_BYTES


def test_a_sweep_looks_after_every_blackboard(make_studio: MakeStudio, cloud: Cloud) -> None:
    """That it finds what was lost is shown where the clock can be put forward: it leaves the news of a minute alone."""
    studio = make_studio()
    goal = studio.post("GoalDefined", "Sell the camera")
    claim = studio.claim(goal, lambda claim: claim["waits_for"] == "agents")
    assert cloud.invoke("ArbitrateClaimsFunction", {"task": "sweep"}) is None
    assert studio.claim(goal) == claim


# keys


def test_an_agent_s_key_opens_what_that_agent_was_given_and_nothing_else(make_studio: MakeStudio) -> None:
    studio, elsewhere = make_studio(), make_studio()
    studio.register("Writer", bidding_strategy="exclusive", target_types=["GoalDefined"])
    studio.register("Critic", target_types=["Rumour"])
    own = studio.claim(studio.post("GoalDefined", "Sell the camera"), lambda claim: claim["grants"])
    rumour = studio.post("Rumour", "It is said")
    other = studio.claim(rumour, lambda claim: claim["waits_for"] == "bids")
    foreign = elsewhere.claim(elsewhere.post("GoalDefined", "Sell the tripod"))

    def status(method: str, path: str, **request: Any) -> int:
        return studio.call(method, path, by="Writer", **request).status_code

    answer = {"type": "Draft", "payload": "", "claim_id": other["id"]}
    refused = {
        "another's claim": status("GET", f"claims/{other['id']}"),
        "its history": status("GET", f"claims/{other['id']}/history"),
        "bidding for what it was not asked about": status(
            "POST", f"claims/{other['id']}/bids", json={"bid": "exclusive"}
        ),
        "an answer to another's claim": status("POST", "artefacts", json=answer),
        "an answer in the name of another": status(
            "POST", "artefacts", json=answer | {"claim_id": own["id"], "produced_by_role": "Critic"}
        ),
        "an artefact out of the blue": status("POST", "artefacts", json={"type": "GoalDefined"}),
        "another's artefact": status("GET", f"artefacts/{rumour['id']}"),
        "its own, with sources it was not given": status(
            "POST", "artefacts", json=answer | {"claim_id": own["id"], "source_artefacts": [rumour["id"]]}
        ),
        "another's work": status("GET", "work", params={"agent": "Critic"}),
        "another agent": status("GET", "agents/Critic"),
        "a claim elsewhere": status("GET", f"claims/{foreign['id']}"),
        "elsewhere": status("GET", "work", params={"agent": "Writer"}, instance=elsewhere.name),
        "to heartbeat elsewhere": status("POST", f"claims/{foreign['id']}/heartbeat", json={}),
    }
    assert {why: got for why, got in refused.items() if got not in (403, 404, 409, 422)} == {}
    assert refused["another's claim"] == refused["another's artefact"] == refused["a claim elsewhere"] == 404
    lists = ("artefacts", "claims", "agents", "events", "instance", f"threads/{rumour['id']}")
    assert {path: status("GET", path) for path in lists} == dict.fromkeys(lists, 403)
    acts = {"review": {"approved": True}, "answer": {"text": "x"}, "terminate": {"reason": "x"}}
    acted = {act: status("POST", f"claims/{own['id']}/{act}", json=body) for act, body in acts.items()}
    assert acted == dict.fromkeys(acts, 403)
    assert status("PUT", "agents/Writer", json={"capacity": 32}) == 403
    assert status("DELETE", "agents/Critic") == 403
    assert status("PUT", "instance", json={}) == 403
    assert status("GET", f"claims/{own['id']}") == status("GET", "agents/Writer") == 200
    assert studio.claim(rumour) == other


def test_who_may_only_look_does_not_act_and_nobody_is_let_in_without_a_key(make_studio: MakeStudio, api: Api) -> None:
    studio = make_studio()
    goal = studio.post("GoalDefined", "Sell the camera")
    claim = studio.claim(goal)
    acts = {
        "artefacts": {"type": "GoalDefined"},
        f"claims/{claim['id']}/answer": {"text": "x"},
        f"claims/{claim['id']}/terminate": {"reason": "x"},
        f"claims/{claim['id']}/bids": {"bid": "claim"},
    }
    done = {path: studio.call("POST", path, by="viewer", json=body).status_code for path, body in acts.items()}
    assert done == dict.fromkeys(acts, 403)
    assert studio.call("PUT", "agents/Writer", by="viewer", json={}).status_code == 403
    for path in ("artefacts", f"artefacts/{goal['id']}", "claims", f"claims/{claim['id']}", "agents", "events"):
        assert studio.call("GET", path, by="viewer").status_code == 200
    keyless: dict[str, Any] = {"role": None, "params": {"instance": studio.name}}
    assert api.call("GET", "/blackboard/claims", **keyless).status_code == 401
    assert api.call("POST", "/blackboard/artefacts", json={"type": "GoalDefined"}, **keyless).status_code == 401
    assert studio.call("POST", f"claims/{claim['id']}/bids", json={"bid": "claim"}).status_code == 403  # no agent
    assert studio.call("POST", f"claims/{claim['id']}/heartbeat", json={}).status_code == 403


# bad input

POSTED: dict[str, Any] = {
    "no type": {"payload": "x"},
    "an empty type": {"type": ""},
    "a type with a space": {"type": "Goal Defined"},
    "an endless type": {"type": "x" * 101},
    "no structural type": {"type": "Goal", "structural_type": "Rumour"},
    "a number as payload": {"type": "Goal", "payload": 5},
    "null as payload": {"type": "Goal", "payload": None},
    "no id": {"type": "Goal", "id": "1"},
    "an endless summary": {"type": "Goal", "summary": "x" * 501},
    "a summary of lines": {"type": "Goal", "summary": "a\nb"},
    "sources that are none": {"type": "Goal", "source_artefacts": ["x"]},
    "sources that are not there": {"type": "Goal", "source_artefacts": [str(uuid4())]},
    "too many sources": {"type": "Goal", "source_artefacts": [str(uuid4()) for _ in range(51)]},
    "a thread that is not there": {"type": "Goal", "logical_id": str(uuid4())},
    "a claim that is not there": {"type": "Goal", "claim_id": str(uuid4())},
    "a role that is not its own": {"type": "Goal", "produced_by_role": "Writer"},
    "something else": {"type": "Goal", "colour": "black"},
    "a broken text": {"type": "Goal", "payload": "\ud800"},
    "too much": {"type": "Goal", "payload": "x" * (4 * 1024 * 1024 + 1)},
    "a list": [],
}
PLACES = [
    ("GET", f"claims/{uuid4()}"),
    ("GET", f"claims/{uuid4()}/history"),
    ("GET", f"artefacts/{uuid4()}"),
    ("GET", f"threads/{uuid4()}"),
    ("GET", "claims/not-a-claim"),
    ("GET", "claims?limit=0"),
    ("GET", "claims?status=lost"),
    ("GET", "claims?cursor=forged"),
    ("GET", "artefacts?limit=201"),
    ("GET", "artefacts?structural_type=x"),
    ("GET", "events?since=yesterday"),
    ("GET", "events?until=0.5"),
    ("GET", "events?since=2020-01-01T00:00:00Z"),
    ("GET", "work"),
    ("GET", "work?agent=Nobody"),
    ("GET", "work?agent=Nobody&wait=21"),
    ("GET", "agents/Nobody"),
    ("GET", "agents?instance=Not%20A%20Name"),
    ("GET", "nothing"),
    ("PUT", "agents/not_a_name"),
    ("PUT", "agents/user"),
]
REGISTERED: dict[str, Any] = {
    "a bid that is none": {"bidding_strategy": "perhaps"},
    "no capacity": {"capacity": 0},
    "a webhook without an address": {"delivery": "webhook"},
    "an address without a webhook": {"url": "https://agents.example"},
    "an address that is none": {"delivery": "webhook", "url": "ftp://agents.example"},
    "an address with a password": {"delivery": "webhook", "url": "https://me:secret@agents.example/"},
    "a queue without a name": {"delivery": "queue"},
    "a role of ours": {"role": "user"},
    "a pattern that is none": {"target_types": [""]},
    "something else": {"colour": "black"},
}


def test_whatever_is_sent_the_answer_is_a_clear_refusal_and_nothing_is_there(make_studio: MakeStudio) -> None:
    studio = make_studio()
    answers = {
        why: studio.call("POST", "artefacts", json=body) for why, body in POSTED.items() if why != "a broken text"
    }
    broken = b'{"type": "Goal", "payload": "\\ud800"}'
    answers["a broken text"] = studio.call(
        "POST", "artefacts", content=broken, headers={"Content-Type": "application/json"}
    )
    answers |= {why: studio.call("PUT", "agents/Writer", json=body) for why, body in REGISTERED.items()}
    for method, path in PLACES:
        asked, _, query = path.partition("?")
        params = dict(pair.split("=", 1) for pair in query.split("&") if pair)
        given: dict[str, Any] = {"json": {}} if method == "PUT" else {}
        answers[f"{method} {path}"] = studio.call(method, asked, params=params, **given)
    answers["settings"] = studio.call("PUT", "instance", json={"lease_seconds": 1})
    wrong = {why: answer.text[:300] for why, answer in answers.items() if not is_problem(answer)}
    assert wrong == {}
    assert studio.ask("GET", "artefacts") == {"artefacts": [], "next_cursor": None}
    assert studio.ask("GET", "agents") == {"agents": []}


def is_problem(answer: Any) -> bool:
    said = answer.json() if answer.headers["content-type"] == "application/problem+json" else {}
    wanted = {"type", "title", "status", "detail", "instance", "trace_id"}
    return 400 <= answer.status_code < 500 and wanted <= said.keys()
