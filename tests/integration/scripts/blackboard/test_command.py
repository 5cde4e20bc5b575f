"""`switchyard blackboard`, run as people run it."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.integration.scripts.blackboard.api import TIME, Api, agent, artefact, claim
from tests.integration.scripts.blackboard.conftest import Run
from tests.integration.scripts.route.routing import imported

SETT = """
version: "1.0"
orchestrator: {bidding_seconds: 5}
agents:
  Writer: {image: "writer:1", bidding_strategy: exclusive, target_types: [GoalDefined]}
  Editor: {delivery: webhook, url: "https://agents.example.com/editor"}
"""
ACTIONS = [
    "apply",
    "agents",
    "forage",
    "watch",
    "hoard",
    "claims",
    "questions",
    "answer",
    "approve",
    "reject",
    "terminate",
    "bridge",
]


def number(value: int) -> str:
    return str(UUID(int=value))


@pytest.fixture
def sett(tmp_path: Path) -> str:
    file = tmp_path / "sett.yml"
    file.write_text(SETT)
    return str(file)


def event(kind: str, second: int, **data: Any) -> dict[str, Any]:
    time = f"2026-11-20T12:00:{second:02}.000000Z"
    return {"id": f"x:{second}", "type": kind, "time": time, "data": {"instance": "demo"} | data}


def created(second: int, known: int, *sources: int, kind: str = "Standard", role: str = "Writer") -> dict[str, Any]:
    return event(
        "artefact.created",
        second,
        artefact_id=number(known),
        logical_id=number(known),
        version=1,
        structural_type=kind,
        artefact_type="Draft" if kind == "Standard" else kind,
        source_artefacts=[number(source) for source in sources],
        produced_by_role=role,
        summary=None,
    )


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("SETT_INSTANCE_NAME", "switchyard: which instance? Set SETT_INSTANCE_NAME, or say --instance NAME"),
        ("SWITCHYARD_KEY", "switchyard: with whose key? Set SWITCHYARD_KEY"),
    ],
)
def test_where_something_has_to_be_said_that_was_not_it_ends_at_once_with_one_line(
    run: Run, api: Api, missing: str, said: str
) -> None:
    done = run("agents", environment={missing: ""})
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"{said}\n")
    assert api.asked == []


def test_what_is_no_instance_is_told(run: Run) -> None:
    done = run("agents", "--instance", "No Such")
    assert done.returncode == 2
    assert done.stderr.startswith("switchyard: 'No Such' is no instance: an instance is named with up to 32 of a-z")


def test_a_plan_is_shown_first_and_nothing_is_done_where_nobody_can_be_asked(run: Run, api: Api, sett: str) -> None:
    api.agents = {"Writer": agent("Writer", capacity=3), "Old": agent("Old")}
    done = run("apply", sett)
    assert done.returncode == 2
    assert done.stdout.splitlines() == [
        "demo:",
        "  ~ settings",
        "      bidding_seconds: 30 -> 5",
        "  ~ agent Writer",
        "      bidding_strategy: none -> exclusive",
        "      target_types: [] -> [GoalDefined]",
        "      capacity: 3 -> 1",
        "  + agent Editor: bids itself, delivery webhook, url https://agents.example.com/editor",
    ]
    assert "not used here: agents.Writer.image (line 5)" in done.stderr
    assert "left as they are without --prune: Old" in done.stderr
    assert "say --yes where nobody can be asked" in done.stderr
    assert api.changes() == []
    assert run("apply", sett, "--dry-run").returncode == 0
    assert api.changes() == []


def test_a_file_is_applied_once_and_again_there_is_nothing_to_do(run: Run, api: Api, sett: str) -> None:
    api.agents = {"Old": agent("Old")}
    done = run("apply", sett, "--yes")
    assert done.returncode == 0
    assert "Editor is told of its work signed with whsec_abc" in done.stdout
    assert done.stdout.endswith("3 changes are made\n")
    assert api.settings == {"max_review_iterations": 3, "bidding_seconds": 5}
    assert set(api.agents) == {"Old", "Writer", "Editor"}
    made = len(api.changes())
    again = run("apply", sett, "--yes")
    assert (again.returncode, again.stdout) == (0, "demo: nothing to do\n")
    assert len(api.changes()) == made
    assert run("apply", sett, "--yes", "--prune").stdout.splitlines()[1:] == ["  - agent Old", "the change is made"]
    assert set(api.agents) == {"Writer", "Editor"}


def test_where_a_change_is_refused_it_is_said_how_far_it_came(run: Run, api: Api, sett: str) -> None:
    api.refusals = [(200, {"agents": []}), (200, {"settings": api.settings}), (200, {}), (403, {"detail": "no"})]
    done = run("apply", sett, "--yes")
    assert done.returncode == 1
    assert "1 of 3 changes are made; apply the file again for the others" in done.stderr
    assert done.stderr.endswith("switchyard: blackboard: 403 no\n")


def test_all_mistakes_of_a_file_are_told_with_its_name(run: Run, api: Api, tmp_path: Path) -> None:
    file = tmp_path / "sett.yml"
    file.write_text('version: "2.0"\nagents: {A: {replicas: 0}}')
    done = run("apply", str(file))
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"switchyard: {file}:",
        '  version: another version than this cannot be read: version: "1.0" (line 1)',
        "  agents.A.replicas: a whole number from 1 to 32 is needed (line 2)",
    ]
    assert api.asked == []


def test_a_file_may_come_in(run: Run) -> None:
    assert run("apply", "-", "--dry-run", said=SETT).returncode == 0


def test_who_is_there_is_shown(run: Run, api: Api) -> None:
    assert run("agents").stdout == "no agents are registered in demo\n"
    api.agents = {"Writer": agent("Writer", working_on=["x"], target_types=["A", "B*"], bidding_strategy="claim")}
    assert run("agents").stdout.splitlines() == [
        "agent   role    bids   on     capacity  in hand  waiting  delivery",
        "Writer  Writer  claim  A, B*  1         1        0        poll",
    ]
    assert json.loads(run("agents", "--json").stdout) == list(api.agents.values())


def test_a_goal_is_put_there_by_the_id_that_is_printed(run: Run, api: Api) -> None:
    done = run("forage", "--goal", "Write a poem")
    ((_, path, body),) = api.changes()
    assert path == "artefacts"
    assert body == {
        "id": done.stdout.strip(),
        "structural_type": "Standard",
        "type": "GoalDefined",
        "payload": "Write a poem",
    }
    assert run("forage", "--goal", " ").returncode == 2


@pytest.mark.parametrize(("kind", "code", "words"), [("Terminal", 0, "it is done"), ("Failure", 1, "it has failed")])
def test_a_goal_is_watched_until_it_is_over(run: Run, api: Api, kind: str, code: int, words: str) -> None:
    api.artefacts = [artefact(id=number(1), type="GoalDefined")]
    api.events = [created(1, 2, 1), created(2, 8, 7, kind="Terminal"), created(3, 3, 2, kind=kind), created(4, 4, 1)]
    done = run("watch", "--goal-id", number(1), "--since", TIME)
    assert done.returncode == code
    assert done.stdout.splitlines() == [
        "12:00:01  artefact.created         Writer made Draft 00000000",
        f"12:00:03  artefact.created         Writer made {kind} 00000000 ({kind})",
    ]
    assert done.stderr == f"{words}\n"


def test_a_goal_that_was_over_before_is_told_at_once(run: Run, api: Api) -> None:
    api.artefacts = [
        artefact(id=number(2), structural_type="Terminal", source_artefacts=[number(1)]),
        artefact(id=number(1), type="GoalDefined"),
    ]
    done = run("watch", "--goal-id", number(1))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "it is done\n")


def test_history_is_shown_by_time_type_and_role(run: Run, api: Api) -> None:
    api.claims = [claim(id=number(50), artefact_type="Draft"), claim(id=number(60), artefact_type="Design")]
    api.events = [
        created(1, 1),
        created(2, 2, role="Editor"),
        event("claim.completed", 3, claim_id=number(50)),
        event("claim.completed", 4, claim_id=number(60)),
        created(5, 3, kind="Review"),
        event("agent.registered", 6, agent_name="Writer"),
    ]
    within = ("--since", "2026-11-20T12:00:01Z", "--until", "2026-11-20T12:00:06Z", "--output", "jsonl")

    def seconds(*filters: str) -> list[int]:
        done = run("watch", *within, *filters)
        assert done.returncode == 0, done.stderr
        return [int(json.loads(line)["time"][17:19]) for line in done.stdout.splitlines()]

    assert seconds() == [1, 2, 3, 4, 5, 6]
    assert seconds("--type", "D*") == [1, 2, 3, 4]
    assert seconds("--type", "Draft") == [1, 2, 3]
    assert seconds("--agent", "Writer") == [1, 5, 6]
    assert seconds("--agent", "Writer", "--type", "Draft") == [1]


def test_what_cannot_be_asked_for_a_moment_is_asked_again(run: Run, api: Api) -> None:
    api.events = [created(1, 1, kind="Terminal")]
    api.refusals = [(503, {"detail": "later"})]
    done = run("watch", "--since", TIME, "--exit-on-completion")
    assert done.returncode == 0, done.stderr


def test_artefacts_are_listed_the_newest_first(run: Run, api: Api) -> None:
    api.artefacts = [
        artefact(id=number(30), created_at="2026-11-20T14:00:00Z", summary="A \x1b[31mpoem", payload="x" * 1_500),
        artefact(id=number(20), created_at="2026-11-20T13:00:00Z", type="Review", structural_type="Review"),
        artefact(id=number(10), created_at="2026-11-20T12:00:00Z"),
    ]
    listed = run("hoard").stdout.splitlines()
    assert listed[0].split() == ["artefact", "created", "type", "kind", "version", "by", "bytes", "summary"]
    assert listed[1] == "00000000  2026-11-20 14:00:00  Draft   Standard  1        user  1,500  A [31mpoem"
    assert len(listed) == 4

    def listed_by(*filters: str) -> list[int]:
        done = run("hoard", "--output", "jsonl", *filters)
        return [UUID(json.loads(line)["id"]).int for line in done.stdout.splitlines()]

    assert listed_by() == [30, 20, 10]
    assert listed_by("--since", "2026-11-20T13:00:00Z") == [30, 20]
    assert listed_by("--until", "2026-11-20T13:00:00Z") == [20, 10]
    assert listed_by("--type", "Review") == [20]
    assert listed_by("--limit", "1") == [30]
    assert run("hoard", "--type", "Nothing").stdout == "there are no such artefacts\n"


def test_one_artefact_is_shown_with_its_lineage(run: Run, api: Api) -> None:
    goal, draft, review = "aaaa0000", "bbbb0000", "cccc0000"
    ids = {name: f"{name}-0000-4000-8000-000000000000" for name in (goal, draft, review)}
    api.artefacts = [
        artefact(id=ids[review], type="Review", source_artefacts=[ids[draft]]),
        artefact(id=ids[draft], payload="Badger,\nbadger", source_artefacts=[ids[goal]]),
        artefact(id=ids[goal], type="GoalDefined"),
    ]
    shown = run("hoard", "bbbb").stdout
    assert shown.startswith(f"artefact  {ids[draft]}\n")
    assert "\nmade of:\n    aaaa0000 2026-11-20 12:00:00 GoalDefined" in shown
    assert "\nwhat came of it:\n    cccc0000 2026-11-20 12:00:00 Review" in shown
    assert shown.endswith("\npayload, 14 bytes:\nBadger,\nbadger\n")
    told = json.loads(run("hoard", "bbbb", "--output", "jsonl").stdout)
    assert told["artefact"]["payload"] == "Badger,\nbadger"
    assert [one["id"] for one in told["made_of"]] == [ids[goal]]


def test_an_id_that_two_have_is_told_with_both(run: Run, api: Api) -> None:
    api.artefacts = [artefact(id=number(2)), artefact(id=number(1))]
    done = run("hoard", "0000")
    assert done.returncode == 1
    assert done.stderr == (
        f"switchyard: 0000 is the beginning of 2 artefacts: {number(2)}, {number(1)}; say more of it\n"
    )


def test_claims_are_listed_with_who_has_them_in_hand(run: Run, api: Api) -> None:
    grant = {"agent": "Writer", "phase": "exclusive", "status": "live", "times": 1}
    api.claims = [
        claim(id="aaaa0000-0000-4000-8000-000000000000", grants=[grant], status="pending_exclusive"),
        claim(
            id="bbbb0000-0000-4000-8000-000000000000",
            waits_for="bids",
            invited=["A", "B"],
            phase_state={"all_bids": {"A": "ignore"}},
        ),
        claim(id="cccc0000-0000-4000-8000-000000000000", waits_for=None, status="complete"),
    ]
    assert [line.split()[0::7] for line in run("claims").stdout.splitlines()[1:]] == [
        ["aaaa0000", "Writer"],
        ["bbbb0000", "B"],
        ["cccc0000", "-"],
    ]
    assert len(json.loads(run("claims", "--status", "complete", "--status", "pending_exclusive", "--json").stdout)) == 2
    assert len(json.loads(run("claims", "--waits-for", "bids", "--json").stdout)) == 1
    assert len(json.loads(run("claims", "--limit", "2", "--json").stdout)) == 2
    api.events = [event("claim.created", 1, claim_id=api.claims[0]["id"], artefact_id=number(1), artefact_type="Draft")]
    api.events *= 5
    assert len(json.loads(run("claims", "aaaa", "--json").stdout)["events"]) == 5
    shown = run("claims", "aaaa").stdout
    assert "exclusive  Writer live, granted 1 times" in shown
    assert shown.endswith("12:00:01  claim.created            aaaa0000 for Draft 00000000\n")
    assert run("claims", "--status", "lost").returncode == 2


@pytest.mark.parametrize("what", ["bids", "agents", "work", "person"])
def test_claims_that_wait_for_something_are_found_without_looking_through_all_that_ever_were(
    run: Run, api: Api, what: str
) -> None:
    api.claims = [claim(id=number(one), waits_for=None, status="complete") for one in range(1, 9)]
    api.claims.append(claim(id=number(9), waits_for=what))
    assert [one["id"] for one in json.loads(run("claims", "--waits-for", what, "--json").stdout)] == [number(9)]
    assert len(api.asked) == 1


@pytest.fixture
def asked(api: Api) -> Api:
    """With a question and a review that wait for a person."""
    question = {"question_text": "Which mushrooms?", "routing": "human"}
    api.artefacts = [
        artefact(id=number(2), produced_by_role="Writer", type="Draft", summary="A poem"),
        artefact(id="dddd0000-0000-4000-8000-000000000000", produced_by_role="Writer", payload=json.dumps(question)),
    ]
    waits = {"waits_for": "person"}
    api.claims = [
        claim(id="aaaa0000-0000-4000-8000-000000000000", asks_for="review", artefact_id=number(2), **waits),
        claim(
            id="bbbb0000-0000-4000-8000-000000000000",
            asks_for="answer",
            artefact_id="dddd0000-0000-4000-8000-000000000000",
            **waits,
        ),
        claim(id="cccc0000-0000-4000-8000-000000000000"),
    ]
    return api


def test_what_people_are_asked_is_shown_with_how_to_answer(run: Run, asked: Api) -> None:
    assert run("questions").stdout.splitlines() == [
        "aaaa0000  2026-11-20 12:00:00  until -",
        '    Writer made Draft 00000000 "A poem": is it good?',
        "    -> switchyard blackboard approve aaaa0000   or: reject aaaa0000 --feedback TEXT",
        "bbbb0000  2026-11-20 12:00:00  until -",
        "    Writer asks: Which mushrooms?",
        "    -> switchyard blackboard answer bbbb0000 TEXT",
    ]
    assert [one["asked"] for one in json.loads(run("questions", "--json").stdout)] == [
        'Writer made Draft 00000000 "A poem": is it good?',
        "Writer asks: Which mushrooms?",
    ]
    asked.claims = []
    assert run("questions").stdout == "nobody is asked anything\n"


@pytest.mark.parametrize("known", ["bbbb", "dddd"])
def test_a_question_is_answered_by_its_own_id_or_its_claims(run: Run, asked: Api, known: str) -> None:
    assert run("answer", known, "Chanterelles").returncode == 0
    path = "claims/bbbb0000-0000-4000-8000-000000000000/answer"
    assert asked.changes() == [("POST", path, {"text": "Chanterelles"})]


def test_people_approve_reject_and_terminate(run: Run, asked: Api) -> None:
    assert run("approve", "aaaa").stdout == "approved: claim aaaa0000-0000-4000-8000-000000000000\n"
    assert run("reject", "aaaa", "--feedback", "shorter").stdout.startswith("sent back: claim aaaa0000")
    ended = run("terminate", "cccc", "--reason", "nobody wants it")
    assert ended.stdout == "terminated: claim cccc0000-0000-4000-8000-000000000000\n"
    assert [body for _, _, body in asked.changes()] == [
        {"approved": True},
        {"approved": False, "feedback": "shorter"},
        {"reason": "nobody wants it"},
    ]
    assert run("reject", "aaaa").returncode == 2


def test_what_is_refused_is_told_in_the_words_of_the_api(run: Run, asked: Api) -> None:
    asked.refusals = [(409, {"title": "Conflict", "detail": "nobody waits for that"})]
    done = run("approve", "aaaa0000-0000-4000-8000-000000000000")
    assert (done.returncode, done.stderr) == (1, "switchyard: blackboard: 409 nobody waits for that\n")


def test_a_blackboard_that_is_away_is_told_without_the_key(run: Run) -> None:
    done = run("agents", "--api", "http://127.0.0.1:9")
    assert (done.returncode, done.stderr) == (1, "switchyard: blackboard: cannot be reached\n")
    done = run("agents", environment={"SWITCHYARD_KEY": "swy_other"})
    assert (done.returncode, done.stderr) == (
        1,
        "switchyard: blackboard: 401 a valid API key or signature is needed\n",
    )


def test_every_action_says_what_it_does_and_how_it_ends(run: Run) -> None:
    listed = run("--help").stdout
    for action in ACTIONS:
        assert f"\n    {action}" in listed
        told = run(action, "--help").stdout
        assert "--instance NAME" in told
        assert "with 2 " in told or "2: " in told


def test_other_commands_do_not_wait_for_it(tmp_path: Path) -> None:
    loaded = imported(tmp_path, "rules", "show")
    assert not {"redis", "boto3", "httpx", "scripts.blackboard.board"} & set(loaded)
