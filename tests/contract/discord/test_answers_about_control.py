"""What commands about workflows, jobs, replays, findings and the whole system answer is what Discord takes."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import pytest

from functions.receive_interactions import suggestions
from functions.receive_interactions.answers import suggested
from functions.run_commands import registry
from scripts.generate import interactions
from shared.control.jobs.doing import Ports, do_job
from shared.control.registry.statuses import Outcome
from shared.control.runs.run import Status
from shared.discord.answers import Reply, body_of
from shared.runtime.auth import Role
from tests.contract.discord.requests import violations
from tests.support.builders import a_cause
from tests.support.findings import a_finding, keep_findings
from tests.support.ports import MemoryPorts, press_of, use_of
from tests.support.traces import TRACE, MemoryTraces, an_entry
from tests.unit.functions.run_commands.commands.control import keep_run, look_at, register
from tests.unit.functions.run_commands.desk import ODD, keep
from tests.unit.shared.control.runs.samples import in_status

RUN: Final = f"{5:032x}"  # has failed
# What is typed, or pressed: a name with options, or a custom_id.
TYPED: Mapping[str, Mapping[str, Any]] = {
    "workflow list": {},
    "workflow run": {"name": "document-analysis", "parameters": "most_links=3"},
    "workflow status": {"run": RUN},
    "workflow redrive": {"run": RUN},
    "runs": {"limit": 25},
    "jobs list": {},
    "jobs run": {"job": "poll-services"},
    "replay": {"event_types": "message"},
    "dead-letters queues": {},
    "dead-letters retry-queue": {"all": True},
    "ingest": {"source": "github"},
    "findings": {"limit": 25},
    "services": {},
    "system": {},
    "trace": {"id": TRACE},
    "events": {"actor": "<@81384788765712384>"},
}
PRESSED: Mapping[str, tuple[str, ...]] = {
    f"workflow.refresh:{RUN}": (),
    f"workflow.redrive:{RUN}:1": (),
    "runs.open": (RUN,),
    "dead-letters.queue": ("queue-1",),
}
Ask = Callable[[MemoryPorts], Reply | None]


def typing(name: str) -> Ask:
    return lambda ports: registry.runnables()[name].run(use_of(name, TYPED[name], ports=ports, role=Role.ADMIN))


def pressing(custom_id: str) -> Ask:
    run = registry.components()[custom_id.partition(":")[0]].run
    assert run
    return lambda ports: run(press_of(custom_id, ports=ports, values=PRESSED[custom_id], role=Role.ADMIN))


ASKED = {name: typing(name) for name in TYPED} | {custom_id: pressing(custom_id) for custom_id in PRESSED}


def a_world(odd: str) -> MemoryPorts:
    """Of everything so much that not all of it can be shown, with odd words in it."""
    ports = MemoryPorts()
    for number, status in enumerate([*Status] * 5):
        copies = 8 if number == 5 else 1
        known = in_status(status).steps * copies
        steps = tuple(
            replace(step, error=odd, progress={odd[:50]: odd}, name=f"{step.name}-{n}") for n, step in enumerate(known)
        )
        keep_run(ports, number, status=status, steps=steps, error=odd, cancel_reason=odd, parameters={"a": odd})
        look_at(ports, register(ports, f"service-{number}", base_url=odd), Outcome.UNWELL, odd)
        keep(ports, f"m-{number}", message={"content": odd})
    keep_findings(ports.findings, *(a_finding(n, "high", title=odd, where=odd, detail=odd) for n in range(60)))
    ports.traces = MemoryTraces(*(an_entry(f"{n}{odd}"[:100], service=odd) for n in range(80)))
    jobs = Ports(jobs=ports.system_jobs, clock=ports.clock, pause=ports.pause)
    do_job("poll-services", lambda *_: {odd[:50]: odd, "more": [odd]}, {}, a_cause(), jobs)
    ports.dead_letter_queues = {f"queue-{n}": lambda: 7 for n in range(40)}
    return ports


@pytest.mark.parametrize("odd", ["plain", *ODD], ids=range(len(ODD) + 1))
@pytest.mark.parametrize("asked", ASKED)
def test_an_answer_is_one_that_discord_takes(asked: str, odd: str) -> None:
    body = body_of(ASKED[asked](a_world(odd)) or Reply())
    assert violations(body, "InteractionEdit") == []
    assert violations(body, "FollowUp") == []
    assert body["allowed_mentions"] == {"parse": []}
    assert "@everyone" not in json.dumps(body["embeds"], ensure_ascii=False)


EMPTY: Final = ("workflow list", "runs", "jobs list", "replay", "dead-letters queues", "services", "system", "events")


@pytest.mark.parametrize("asked", EMPTY)
def test_an_answer_where_there_is_nothing_is_one_that_discord_takes(asked: str) -> None:
    reply = ASKED[asked](MemoryPorts())
    assert reply is not None
    assert violations(body_of(reply), "InteractionEdit") == []


class NoBoard:
    def newest(
        self, column: str, fields: Any, *, after: Any = None, seconds: float
    ) -> tuple[list[dict[str, str]], None]:
        return [{"pk": f"SAGA#{RUN}", "board_pk": column, "workflow": "x" * 300, "board_sk": "1"}], None

    def get(self, pk: str, fields: Any, *, seconds: float) -> None:
        return None


@pytest.mark.parametrize(
    ("command", "option"),
    [("workflow run", "name"), ("runs", "workflow"), ("dead-letters retry-queue", "queue"), ("workflow status", "run")],
)
def test_what_is_offered_while_somebody_types_is_what_discord_takes(command: str, option: str) -> None:
    source = json.loads(interactions())["commands"][command]["autocomplete"][option]
    answer = suggested(suggestions.suggest(source, "", board=NoBoard()))
    assert answer["data"]["choices"]
    assert violations(answer, "Answer") == []
