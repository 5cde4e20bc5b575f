"""Of many who ship, or press buttons, at the same moment, one is heard; the others are told who was."""

from functions.run_commands.commands.ship import Ship, promote, roll_back
from shared.deploys.deploy import Deploy
from shared.deploys.states import State
from shared.deploys.store import LedgerDeploys
from shared.discord.deploy_card import PROMOTE, ROLL_BACK
from shared.ledger.ledger import Ledger
from shared.runtime.http import Address, Service, send
from tests.support.builders import NOON, a_cause
from tests.support.places import MANY, at_once
from tests.support.ports import MemoryPorts, press_of, use_of
from tests.unit.shared.deploys.samples import CHANNEL, a_run

PRESSED_ON = "1286740290000000001"


def _locate(*, fresh: bool = False) -> Address:
    return Address(url="https://github.example")


def ports_on(ledger: Ledger) -> MemoryPorts:
    ports = MemoryPorts()
    ports.deploys = LedgerDeploys(ledger)
    ports.github = Service("github", _locate, send=send)
    return ports


def newest(ledger: Ledger) -> Deploy:
    deploy = LedgerDeploys(ledger).get("staging")
    assert deploy is not None
    return deploy


def test_of_many_who_ship_to_one_environment_one_does_and_the_others_are_told_who(racing_ledger: Ledger) -> None:
    ports = ports_on(racing_ledger)
    said = at_once(
        lambda number: Ship().run(use_of("ship", {"ref": f"v{number}"}, ports=ports, user_id=str(1_000 + number)))
    )
    winners = [number for number, reply in enumerate(said) if "On its way" in reply.content]
    assert len(winners) == 1
    deploy = newest(racing_ledger)
    assert (deploy.id, deploy.ref, deploy.version) == ("ship-staging-1", f"v{winners[0]}", 1)
    refusals = [reply.content for number, reply in enumerate(said) if number not in winners]
    assert len(refusals) == MANY - 1
    assert all(f"<@{1_000 + winners[0]}> ships `v{winners[0]}`" in refusal for refusal in refusals)


def test_of_many_who_decide_about_a_canary_one_does(racing_ledger: Ledger) -> None:
    ports = ports_on(racing_ledger)
    Ship().run(use_of("ship", {"strategy": "canary"}, ports=ports))
    asked = newest(racing_ledger)
    over = asked.heard(a_run(asked, "success"), at=NOON)
    assert over is not None
    out = over.verified([], at=NOON)
    assert out is not None
    shown = out.announced(CHANNEL, PRESSED_ON, at=NOON)
    assert shown is not None
    before = ports.deploys.save(shown, a_cause())
    assert before.state is State.CANARY

    def press(number: int) -> bool:
        button, run = ((PROMOTE, promote), (ROLL_BACK, roll_back))[number % 2]
        place = f"{button}:staging:ship-staging-1"
        return run(press_of(place, ports=ports, user_id=str(1_000 + number))) is None  # else a refusal

    assert sorted(at_once(press)) == [False] * (MANY - 1) + [True]
    assert newest(racing_ledger).version == before.version + 1
