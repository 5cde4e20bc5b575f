"""What commands about messages, deliveries, events and usage answer is what Discord takes, whatever was written."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from functions.run_commands.command import Use
from functions.run_commands.commands.analytics import Analytics
from functions.run_commands.commands.dead_letters import ListDeadLetters, RetryDeadLetters
from functions.run_commands.commands.deliveries import Deliveries, open_card
from functions.run_commands.commands.events import Events
from functions.run_commands.commands.help import Help
from functions.run_commands.commands.route import FORM, fill_in
from functions.run_commands.commands.services import Services
from functions.run_commands.commands.sinks import ListSinks, PauseSink
from functions.run_commands.commands.trace import Trace
from shared.deliveries.delivery import Status
from shared.discord.answers import Reply, body_of
from shared.runtime.auth import Role
from shared.sinks.names import NAMES
from tests.contract.discord.requests import violations
from tests.support.builders import NOON
from tests.support.ports import MemoryPorts, form_of, press_of, use_of
from tests.unit.functions.run_commands.desk import ODD, keep, put

EVENT_ID = "message:m-0:1"
Ask = Callable[[MemoryPorts], Reply | None]


def asking(run: Callable[[Use], Reply | None], name: str, **options: str) -> Ask:
    return lambda ports: run(use_of(name, options, ports=ports, role=Role.ADMIN))


ASKED: dict[str, Ask] = {
    "route": lambda ports: fill_in(form_of(FORM.prefix, {"content": "Buy tape", "priority": "high"}, ports=ports)),
    "list": asking(Deliveries().run, "deliveries"),
    "card": asking(Deliveries().run, "deliveries", event=EVENT_ID),
    "card beside": lambda ports: open_card(press_of("deliveries.open", ports=ports, values=(EVENT_ID,))),
    "dead letters": asking(ListDeadLetters().run, "dead-letters list"),
    "retry": asking(RetryDeadLetters().run, "dead-letters retry", all="notion"),
    "sinks": asking(ListSinks().run, "sinks list"),
    "pause": asking(PauseSink().run, "sinks pause", sink="notion", reason="tidying up"),
    "services": asking(Services().run, "services"),
    "events": asking(Events().run, "events"),
    "trace": asking(Trace().run, "trace", id=EVENT_ID),
    "help": asking(Help().run, "help"),
    "help of one": asking(Help().run, "help", command="dead-letters"),
    "analytics": asking(Analytics().run, "analytics"),
}


@pytest.mark.parametrize("odd", ["Buy tape", *ODD], ids=range(len(ODD) + 1))
@pytest.mark.parametrize("asked", ASKED)
def test_an_answer_is_one_that_discord_takes(asked: str, odd: str) -> None:
    ports = MemoryPorts()
    for number in range(12):
        at = NOON + timedelta(minutes=number)
        keep(ports, f"m-{number}", Status.FAILED, sinks=NAMES, at=at, last_error=odd, message={"content": odd})
        for sink in NAMES[1:]:
            put(ports, f"message:m-{number}:1", sink, Status.IN_DOUBT, last_error=odd)
    reply = ASKED[asked](ports)
    assert reply is not None
    assert violations(body_of(reply), "InteractionEdit") == []
    assert violations(body_of(reply), "FollowUp") == []


@pytest.mark.parametrize("asked", ASKED)
def test_an_answer_where_there_is_nothing_is_one_that_discord_takes(asked: str) -> None:
    ports = MemoryPorts()
    keep(ports, "m-0", at=NOON - timedelta(days=9))
    reply = ASKED[asked](ports)
    assert reply is not None
    assert violations(body_of(reply), "InteractionEdit") == []
