"""A sett.yml as people write it: what is meant is taken, and all mistakes are told at once, each with its place."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.blackboard.instance import MAX_AGENTS
from shared.blackboard.sett_file import LARGEST_FILE, read_sett
from shared.blackboard.sett_reading import Sett
from shared.runtime.errors import InvalidInputError

OF_SETT = """
version: "1.0"
orchestrator:
  max_review_iterations: 5
  timestamp_drift_tolerance_ms: 300000
agents:
  Coder:
    role: Developer
    image: coder:latest
    command: ["/app/run.sh"]
    bidding_strategy: exclusive
    replicas: 2
    workspace: {mode: rw}
    strategy: fresh_per_call
    environment: ["KEY=${KEY}"]
    resources: {limits: {cpus: 1.5, memory: 512M}}
    health_check: {command: [curl], interval: 30s}
    mode: controller
    worker: {image: worker, max_concurrent: 1}
  Reviewer:
    bidding_strategy: {type: review, target_types: ["Code*", "Code*", Design]}
  Tester:
    bidding_strategy: claim
    bid_script: ["/app/bid.sh"]
services:
  redis: {image: "redis:7"}
"""

WHOLE = {"target_types": [], "capacity": 1, "delivery": "poll", "url": None, "queue": None}
AGENT = 'version: "1.0"\nagents:\n  A:\n    '


def problems(text: str) -> list[str]:
    with pytest.raises(InvalidInputError) as caught:
        read_sett(text)
    return str(caught.value).splitlines()


def agent(said: str) -> dict[str, object]:
    return dict(read_sett(AGENT + said).agents["A"])


def test_a_file_written_for_sett_is_read_whole() -> None:
    assert read_sett(OF_SETT) == Sett(
        settings={"max_review_iterations": 5},
        agents={
            "Coder": WHOLE | {"role": "Developer", "bidding_strategy": "exclusive", "capacity": 2},
            "Reviewer": WHOLE | {"role": "Reviewer", "bidding_strategy": "review", "target_types": ["Code*", "Design"]},
            "Tester": WHOLE | {"role": "Tester", "bidding_strategy": None},
        },
        not_used=(
            "orchestrator.timestamp_drift_tolerance_ms (line 5)",
            "agents.Coder.image (line 9)",
            "agents.Coder.command (line 10)",
            "agents.Coder.workspace (line 13)",
            "agents.Coder.strategy (line 14)",
            "agents.Coder.environment (line 15)",
            "agents.Coder.resources (line 16)",
            "agents.Coder.health_check (line 17)",
            "agents.Coder.mode (line 18)",
            "agents.Coder.worker (line 19)",
            "services (line 26)",
        ),
    )


def test_what_we_have_beyond_sett_is_read_too() -> None:
    sett = read_sett(
        """
version: 1.0
orchestrator: {bidding_seconds: 5, lease_seconds: 60, max_grants: 2, dormant_seconds: 60, person_seconds: 60,
  queued_seconds: 60, starts_work: [Standard, Answer], review_by_people: Release*}
agents:
  Writer: {capacity: 3, delivery: webhook, url: "https://agents.example.com/writer"}
  Editor: {bidding_strategy: review, delivery: queue, queue: editor-work, target_types: [Draft]}
"""
    )
    assert sett.settings["starts_work"] == ["Standard", "Answer"]
    assert sett.settings["review_by_people"] == ["Release*"]
    assert sett.settings["bidding_seconds"] == 5
    assert sett.agents["Writer"]["url"] == "https://agents.example.com/writer"
    assert sett.agents["Writer"]["bidding_strategy"] is None
    assert (sett.agents["Editor"]["queue"], sett.agents["Editor"]["target_types"]) == ("editor-work", ["Draft"])


def test_who_has_a_script_or_nothing_to_bid_with_bids_itself() -> None:
    assert agent("bid_script: /app/bid.sh")["bidding_strategy"] is None
    assert agent("{}") == WHOLE | {"role": "A", "bidding_strategy": None}


@pytest.mark.parametrize("text", ["orchestrator:\n", "orchestrator: {}\n", ""])
def test_settings_that_are_not_said_are_not_there(text: str) -> None:
    assert read_sett(f'version: "1.0"\n{text}agents: {{}}') == Sett(settings={}, agents={})


def test_all_mistakes_are_told_at_once_each_with_its_line_and_what_would_be_right() -> None:
    assert problems(
        """
version: "2.0"
orchestrator: {max_review_iterations: many, speed: high}
agents:
  Coder:
    bidding_strategy: maybe
    colour: red
    replicas: 0
  user: {}
  Tester:
    delivery: webhook
    queue: work
"""
    ) == [
        'version: another version than this cannot be read: version: "1.0" (line 2)',
        "orchestrator.max_review_iterations: a whole number from 0 to 100 is needed (line 3)",
        "orchestrator.speed: there is no such key; the keys here are max_review_iterations, bidding_seconds, "
        "lease_seconds, max_generations, max_grants, dormant_seconds, person_seconds, queued_seconds, starts_work, "
        "review_by_people (line 3)",
        "agents.Coder.bidding_strategy: there is no maybe here; it is one of review, claim, exclusive, ignore (line 6)",
        "agents.Coder.colour: there is no such key; the keys here are role, bidding_strategy, bid_script, "
        "target_types, capacity, delivery, url, queue, replicas, command, image, build, workspace, strategy, "
        "environment, resources, health_check, mode, worker, services (line 7)",
        "agents.Coder.replicas: a whole number from 1 to 32 is needed (line 8)",
        "agents.user: user is no agent's name: it is what people, or we, are known by (line 9)",
        "agents.Tester: `url` is missing: delivery: webhook needs to know where (line 11)",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file: it says nothing, and an instance has at least"),
        ("agents: {}", '`version` is missing; write version: "1.0" (line 1)'),
        ('version: "1.0"', "`agents` is missing; for none at all write agents: {} (line 1)"),
        ('version: "1.0"\nagents:', "agents: lines of `key: value` are needed here (line 2)"),
        ('version: "1.0"\nagents: {}\nagent: {}', "agent: there is no such key; the keys here are version, orch"),
        ("- a", "the file: lines of `key: value` are needed here (line 1)"),
        (AGENT + "synchronize: {}", "agents.A.synchronize: nothing here waits for several artefacts at once"),
        (AGENT + "bidding_strategy: {}", "agents.A.bidding_strategy: `type` is missing; it is one of review, claim"),
        (AGENT + "bidding_strategy: {type: review, speed: 1}", "agents.A.bidding_strategy.speed: there is no such key"),
        (AGENT + "bidding_strategy: [review]", "agents.A.bidding_strategy: one text is needed here"),
        (
            AGENT + "target_types: [a]\n    bidding_strategy: {type: review, target_types: b}",
            "agents.A.bidding_strategy.target_types: `target_types` is said twice, in other words (line 5)",
        ),
        (
            AGENT + "bidding_strategy: {type: review, target_types: b}\n    target_types: [a]",
            "agents.A.target_types: `target_types` is said twice, in other words (line 5)",
        ),
        (
            AGENT + "capacity: 1\n    replicas: 1",
            "agents.A.replicas: `capacity` is said twice, in other",
        ),
        (AGENT + "capacity: true", "agents.A.capacity: a whole number from 1 to 32 is needed"),
        (AGENT + "role: orchestrator", "agents.A.role: orchestrator is no agent's name: it is what people, or we,"),
        (AGENT + "role: two words", "agents.A.role: an agent is named with up to 64 letters, digits and -"),
        (AGENT + "delivery: pigeon", "agents.A.delivery: there is no pigeon here; it is one of poll, webhook, queue"),
        (AGENT + "url: https://a.example", "agents.A.url: this goes with delivery: webhook (line 4)"),
        (AGENT + "{delivery: webhook, url: nowhere}", "agents.A.url: an address is needed, say https://"),
        (AGENT + "{delivery: queue, queue: a b}", "agents.A.queue: the name of a queue of SQS is needed"),
        (AGENT + "bid_script: []", "agents.A.bid_script: the list is empty"),
        (AGENT + "target_types: [Co de]", "agents.A.target_types: 'Co de' fits no type"),
        (AGENT + f"target_types: [{', '.join(f't{n}' for n in range(51))}]", "agents.A.target_types: at most 50 types"),
        ('version: "1.0"\nagents:\n  "A/B": {}', "agents.A/B: an agent is named with up to 64 letters, digits and -"),
        (
            'version: "1.0"\nagents: {' + ", ".join(f"A{n}: {{}}" for n in range(MAX_AGENTS + 1)) + "}",
            f"agents: an instance has at most {MAX_AGENTS} agents",
        ),
        (
            'version: "1.0"\nagents: {}\norchestrator: {starts_work: [Terminal]}',
            "orchestrator.starts_work: Terminal cannot start work; what can is Standard, Review, Question, Answer",
        ),
        (AGENT + "capacity: 1\n    capacity: 1", "line 5, column 5: this key is there twice"),
        ("version: &a 1\nagents: *a", "line 1, column 10: & and * for repeating a part are not taken"),
        ("version: !!python/name:os.system a", "line 1, column 10: ! for types is not taken"),
        ("agents: [", "line 1, column 10: the file ends within quotes or brackets that are not closed"),
        ("#" * (LARGEST_FILE + 1), "the file: at most 262,144 bytes are read"),
        ("a: " * 20, "line 1, column 5: this is a second colon in one line"),
        ("[" * 5_000, "line 1, column 17: lists and keys stand in each other more than 16 deep"),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, said: str) -> None:
    found = [one.removeprefix("the file: ") if said.startswith("`") else one for one in problems(text)]
    assert [one for one in found if one.startswith(said)], found


def test_a_bomb_of_aliases_is_refused_before_it_goes_off() -> None:
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60))]
    assert problems("\n".join(lines))[0].startswith("line 1, column 5: & and *")


WORDS = ["version", "agents", "A", "orchestrator", "services", "role", "bidding_strategy", "type", "replicas", "queue"]
CHUNKS = st.sampled_from([*WORDS, ": ", "\n", "\n  ", "{", "}", "[", "]", ", ", '"1.0"', "1", "review", "- ", "null"])


@settings(max_examples=200)
@given(st.lists(CHUNKS, max_size=25).map("".join) | st.text(max_size=40))
def test_any_text_is_an_instance_or_mistakes_with_reasons(text: str) -> None:
    for file in (text, f"{AGENT}{text}"):
        try:
            sett = read_sett(file)
        except InvalidInputError as refused:
            reasons = str(refused).splitlines()
        else:
            reasons = []
            assert all(one["role"] and one["capacity"] for one in sett.agents.values())
        assert all(": " in line for line in reasons)
