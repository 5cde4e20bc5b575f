"""/ship and its buttons: who may, what is recorded, and that each step is taken once."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.run_commands import registry
from functions.run_commands.commands.deploys import Deploys
from functions.run_commands.commands.ship import Ship
from shared.deploys.deploy import STUCK_AFTER, Deploy
from shared.deploys.states import State
from shared.discord import deploy_card
from shared.discord.answers import Reply, body_of
from shared.discord.flows import FlowDoneError, FlowOverError, NotYoursError
from shared.discord.interaction import SEPARATOR
from shared.runtime.auth import Role
from shared.runtime.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from shared.runtime.http import Address, Answer, Call, Service
from tests.support.builders import NOON, a_cause
from tests.support.ports import ANNA, MemoryPorts, press_of, use_of
from tests.unit.shared.deploys.samples import RUN_ID, a_deploy, an_order, in_state, sure

BEN = "91384788765712385"
PRESSED_ON = "1286740290000000001"


def _nobody(url: str, call: Call, headers: Mapping[str, str]) -> Answer:
    raise AssertionError("who ships asks nobody: that is the conductor's")


def _locate(*, fresh: bool = False) -> Address:
    return Address(url="https://github.example")


@pytest.fixture
def ports() -> MemoryPorts:
    made = MemoryPorts()
    made.github = Service("github", _locate, send=_nobody)
    return made


def ship(
    ports: MemoryPorts, *, role: Role = Role.OPERATOR, use: Mapping[str, Any] | None = None, **options: str
) -> Reply:
    return Ship().run(use_of("ship", options, ports=ports, role=role, **(use or {})))


def press(ports: MemoryPorts, custom_id: str, *, role: Role = Role.OPERATOR, **more: Any) -> Reply | None:
    run = registry.components()[custom_id.split(SEPARATOR)[0]].run
    assert run is not None
    return run(press_of(custom_id, ports=ports, role=role, **more))


def text_of(reply: Reply | None) -> str:
    assert reply is not None
    return reply.content + "".join(f"{embed.title}\n{embed.description}" for embed in reply.embeds)


def known(ports: MemoryPorts, environment: str = "staging") -> Deploy:
    deploy = ports.deploys.get(environment)
    assert deploy is not None
    return deploy


def put(
    ports: MemoryPorts, state: State, environment: str = "staging", *, message_id: str | None = PRESSED_ON
) -> Deploy:
    """A deploy that came into a state without anybody's doing; its message is the one that is pressed on."""
    deploy = in_state(state)
    facts = a_deploy(environment=environment).facts
    seen = replace(deploy, environment=environment, message_id=message_id, facts=facts, version=0)
    return ports.deploys.save(seen, a_cause())


def test_what_is_shipped_to_staging_is_recorded_and_who_asked_is_told_where_to_look(ports: MemoryPorts) -> None:
    reply = ship(ports, env="staging", strategy="canary", ref="feature/new_shop")
    assert "On its way to **staging**" in reply.content
    deploy = known(ports)
    assert (deploy.state, deploy.strategy, deploy.ref) == (State.STARTING, "canary", "feature/new_shop")
    assert (deploy.requested_by, deploy.channel_id) == (f"discord:{ANNA}", "772908445358620702")
    (event,) = ports.deploys.history("staging")
    assert (event.type, event.actor) == ("deploy.requested", f"discord:{ANNA}")


def test_unless_somebody_says_otherwise_all_of_main_goes_to_staging(ports: MemoryPorts) -> None:
    ship(ports)
    deploy = known(ports)
    assert (deploy.environment, deploy.strategy, deploy.ref) == ("staging", "full", "main")


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_prod_is_for_admins(ports: MemoryPorts, role: Role) -> None:
    with pytest.raises(ForbiddenError, match="prod needs the role admin"):
        ship(ports, env="prod", role=role)


def test_staging_is_not_for_viewers(ports: MemoryPorts) -> None:
    with pytest.raises(ForbiddenError):
        ship(ports, role=Role.VIEWER)


def test_without_a_repository_that_is_said(ports: MemoryPorts) -> None:
    ports.github = None
    with pytest.raises(InvalidInputError, match="no GitHub repository is set up"):
        ship(ports)
    assert ports.deploys.get("staging") is None


@pytest.mark.parametrize(
    "ref",
    [
        "",
        " ",
        "-x",
        "a b",
        "a..b",
        "a//b",
        "/a",
        "a/",
        "a.",
        "a@{1}",
        "a`b",
        "a\nb",
        "a~1",
        "a^",
        "a:b",
        "ä",
        "x" * 201,
        "$(x)",
    ],
)
def test_what_is_no_name_of_a_branch_or_tag_is_refused(ports: MemoryPorts, ref: str) -> None:
    with pytest.raises(InvalidInputError, match="no name of a branch or tag"):
        ship(ports, ref=ref)


@pytest.mark.parametrize("ref", ["main", "v1.2.3", "feature/x-1_2", "a@b", "release/2026.11", "_x", "refs/tags/v1"])
def test_names_of_branches_and_tags_are_taken(ports: MemoryPorts, ref: str) -> None:
    ship(ports, ref=ref)
    assert known(ports).ref == ref


def test_an_environment_that_is_not_there_is_refused(ports: MemoryPorts) -> None:
    with pytest.raises(InvalidInputError, match="there are staging, prod"):
        ship(ports, env="dev")
    with pytest.raises(InvalidInputError, match="strategy"):
        ship(ports, strategy="yolo")


def test_who_ships_to_a_busy_environment_is_told_who_ships_what_there_since_when(ports: MemoryPorts) -> None:
    ship(ports, ref="v1")
    reply = ship(ports, ref="v2", use={"user_id": BEN})
    assert reply.private
    assert f"<@{ANNA}> ships `v1` (full) there since <t:{int(ports.now.timestamp())}:R>" in reply.content
    assert known(ports).ref == "v1"


def test_a_deploy_that_nobody_goes_on_with_does_not_block_for_ever(ports: MemoryPorts) -> None:
    ship(ports, ref="v1")
    ports.now += STUCK_AFTER + timedelta(minutes=1)
    ship(ports, ref="v2")
    assert known(ports).id == "ship-staging-2"


def test_the_same_use_carried_out_again_ships_once_and_says_the_same(ports: MemoryPorts) -> None:
    first = ship(ports, use={"id": "1290000000000000077"})
    again = ship(ports, use={"id": "1290000000000000077", "is_repeated": True})
    assert (first, known(ports).id) == (again, "ship-staging-1")


def test_what_was_cut_off_and_is_long_over_is_not_shipped_again(ports: MemoryPorts) -> None:
    use = {"id": "1290000000000000077"}
    ship(ports, use=use)
    over = known(ports).refused("no", at=ports.now)
    assert over is not None
    ports.deploys.save(over, a_cause())
    ship(ports, use={"user_id": BEN})
    ports.ledger.trace = lambda trace_id: iter(())  # type: ignore[method-assign] # an index, which may be behind
    assert "On its way" in ship(ports, use=use | {"is_repeated": True}).content
    assert known(ports).id == "ship-staging-2"


def confirm_id(reply: Reply, label: str = "Confirm") -> str:
    return next(button.custom_id for button in reply.buttons if button.label == label)


def test_prod_is_asked_for_twice(ports: MemoryPorts) -> None:
    asked = ship(ports, env="prod", ref="v1", role=Role.ADMIN)
    assert asked.private
    assert [button.label for button in asked.buttons] == ["Confirm", "Cancel"]
    assert ports.deploys.get("prod") is None
    assert "On its way to **prod**" in text_of(press(ports, confirm_id(asked), role=Role.ADMIN))
    assert (known(ports, "prod").ref, known(ports, "prod").state) == ("v1", State.STARTING)


@pytest.mark.parametrize("is_taken", [False, True])
def test_what_comes_of_a_confirmation_stands_where_the_question_was_and_nothing_is_left_to_confirm(
    ports: MemoryPorts, is_taken: bool
) -> None:
    asked = ship(ports, env="prod", role=Role.ADMIN)
    if is_taken:  # by somebody else, meanwhile
        put(ports, State.RUNNING, "prod")
    reply = press(ports, confirm_id(asked), role=Role.ADMIN)
    assert reply is not None
    assert not reply.private
    assert {button.label for button in reply.buttons}.isdisjoint({"Confirm", "Cancel"})


def test_who_changes_their_mind_ships_nothing(ports: MemoryPorts) -> None:
    asked = ship(ports, env="prod", role=Role.ADMIN)
    assert text_of(press(ports, confirm_id(asked, "Cancel"), role=Role.ADMIN)) == "Not shipped."
    with pytest.raises(FlowDoneError):
        press(ports, confirm_id(asked), role=Role.ADMIN)
    assert ports.deploys.get("prod") is None


def test_a_confirmation_is_for_who_asked_for_a_quarter_of_an_hour_and_once(ports: MemoryPorts) -> None:
    asked = ship(ports, env="prod", role=Role.ADMIN)
    with pytest.raises(NotYoursError):
        press(ports, confirm_id(asked), role=Role.ADMIN, user_id=BEN)
    press(ports, confirm_id(asked), role=Role.ADMIN)
    with pytest.raises(FlowDoneError):
        press(ports, confirm_id(asked), role=Role.ADMIN)
    late = ship(ports, env="staging")
    assert late.private
    other = MemoryPorts()
    other.github = ports.github
    late = ship(other, env="prod", role=Role.ADMIN)
    other.now += timedelta(minutes=16)
    with pytest.raises(FlowOverError):
        press(other, confirm_id(late), role=Role.ADMIN)


def test_who_is_no_admin_any_more_cannot_confirm(ports: MemoryPorts) -> None:
    asked = ship(ports, env="prod", role=Role.ADMIN)
    with pytest.raises(ForbiddenError):
        press(ports, confirm_id(asked), role=Role.OPERATOR)
    assert ports.deploys.get("prod") is None


def test_a_confirmation_that_comes_again_after_it_was_cut_off_ships_once(ports: MemoryPorts) -> None:
    asked = ship(ports, env="prod", role=Role.ADMIN)
    use: dict[str, Any] = {"id": "1290000000000000088", "role": Role.ADMIN}
    press(ports, confirm_id(asked), **use)
    assert "On its way" in text_of(press(ports, confirm_id(asked), is_repeated=True, **use))
    assert known(ports, "prod").id == "ship-prod-1"


def test_nobody_is_asked_to_confirm_what_cannot_be_shipped(ports: MemoryPorts) -> None:
    put(ports, State.RUNNING, "prod")
    reply = ship(ports, env="prod", role=Role.ADMIN)
    assert "prod is taken" in reply.content
    assert [button.label for button in reply.buttons] == ["Details", "Run on GitHub"]


def test_a_canary_is_promoted_by_a_press_which_shows_when_it_is_under_way(ports: MemoryPorts) -> None:
    put(ports, State.CANARY)
    assert press(ports, f"{deploy_card.PROMOTE}:staging:ship-staging-1", user_id=BEN) is None
    deploy = known(ports)
    assert (deploy.state, deploy.acted_by) == (State.PROMOTING, f"discord:{BEN}")


@pytest.mark.parametrize("button", [deploy_card.PROMOTE, deploy_card.ROLL_BACK])
@pytest.mark.parametrize(
    ("message_id", "said"),
    [
        (None, "Asked for: `/deploys` shows how far it is."),
        ("1290000000000000555", "Asked for: ship-staging-1 shows how far it is, as `/deploys` does."),
    ],
)
def test_who_presses_elsewhere_than_on_the_deploy_s_own_message_is_told_where_to_look_however_often(
    ports: MemoryPorts, button: str, message_id: str | None, said: str
) -> None:
    put(ports, State.CANARY, message_id=message_id)
    for is_repeated in (False, True):  # who was cut off may not have answered yet
        reply = press(ports, f"{button}:staging:ship-staging-1", id="1290000000000000099", is_repeated=is_repeated)
        assert reply is not None
        assert (reply.content, reply.private) == (said, True)
    assert len(list(ports.deploys.history("staging"))) == 2


def test_who_presses_second_is_told_who_was_first(ports: MemoryPorts) -> None:
    put(ports, State.CANARY)
    press(ports, f"{deploy_card.PROMOTE}:staging:ship-staging-1")
    for button, what in ((deploy_card.PROMOTE, "promoted"), (deploy_card.ROLL_BACK, "rolled back")):
        reply = press(ports, f"{button}:staging:ship-staging-1", user_id=BEN)
        assert reply is not None
        assert reply.private
        assert f"cannot be {what} now: ⏫ Being promoted, asked for by <@{ANNA}>" in reply.content
    assert len(list(ports.deploys.history("staging"))) == 2


def test_the_same_press_carried_out_again_does_nothing_and_refuses_nothing(ports: MemoryPorts) -> None:
    put(ports, State.CANARY)
    for is_repeated in (False, True):
        reply = press(
            ports,
            f"{deploy_card.ROLL_BACK}:staging:ship-staging-1",
            id="1290000000000000099",
            is_repeated=is_repeated,
        )
        assert reply is None
    assert known(ports).state is State.ROLLING_BACK
    assert len(list(ports.deploys.history("staging"))) == 2


@pytest.mark.parametrize("state", [state for state in State if state is not State.CANARY])
def test_only_a_canary_can_be_promoted(ports: MemoryPorts, state: State) -> None:
    put(ports, state)
    reply = press(ports, f"{deploy_card.PROMOTE}:staging:ship-staging-1")
    assert "cannot be promoted now" in text_of(reply)
    assert known(ports).state is state


def test_in_prod_only_an_admin_decides(ports: MemoryPorts) -> None:
    put(ports, State.CANARY, "prod")
    for button in (deploy_card.PROMOTE, deploy_card.ROLL_BACK):
        with pytest.raises(ForbiddenError, match="prod needs the role admin"):
            press(ports, f"{button}:prod:ship-prod-1")
    assert press(ports, f"{deploy_card.PROMOTE}:prod:ship-prod-1", role=Role.ADMIN) is None


def test_a_button_of_a_deploy_that_a_newer_one_has_followed_says_so(ports: MemoryPorts) -> None:
    put(ports, State.ROLLED_BACK)
    ship(ports, ref="v2")
    for button in (deploy_card.PROMOTE, deploy_card.ROLL_BACK, deploy_card.DETAILS):
        told = text_of(press(ports, f"{button}:staging:ship-staging-1"))
        assert "A newer deploy has followed: **ship-staging-2**" in told
        assert "⏪ Rolled back" in told
    assert known(ports).state is State.STARTING


def test_details_of_what_github_did_not_take_name_the_run_that_is_out_and_who_wanted_more(ports: MemoryPorts) -> None:
    canary = put(ports, State.CANARY)
    press(ports, f"{deploy_card.PROMOTE}:staging:ship-staging-1", user_id=BEN)
    ports.deploys.save(sure(known(ports).refused("422 No ref found", at=NOON)), a_cause())
    told = text_of(press(ports, f"{deploy_card.DETAILS}:staging:ship-staging-1", role=Role.VIEWER))
    for said in (f"**Run:** [{RUN_ID}](https://", f"`{canary.run_key}`", f"**Asked for:** deploy, by <@{ANNA}>"):
        assert said in told
    assert f"**Not started:** promote, by <@{BEN}>" in told
    assert "🟢 api: 12 ms" in told
    (embed,) = deploy_card.progress(known(ports)).embeds
    assert [(field.name, field.value) for field in embed.fields][1] == ("Promotion asked for by", f"<@{BEN}>")


@pytest.mark.parametrize("custom_id", ["", ":dev:x", ":staging", ":staging:ship-staging-1", ":prod:../x"])
def test_forged_buttons_do_nothing(ports: MemoryPorts, custom_id: str) -> None:
    with pytest.raises((InvalidInputError, NotFoundError)):
        press(ports, f"{deploy_card.PROMOTE}{custom_id}", role=Role.ADMIN)


@pytest.mark.parametrize("state", State)
def test_details_are_for_one_person_and_can_be_shown_in_every_state(ports: MemoryPorts, state: State) -> None:
    put(ports, state)
    reply = press(ports, f"{deploy_card.DETAILS}:staging:ship-staging-1", role=Role.VIEWER)
    assert reply is not None
    assert reply.private
    assert f"**State:** {state}" in reply.content
    assert body_of(reply)


def test_all_that_was_shipped_last_is_listed_with_what_came_of_it(ports: MemoryPorts) -> None:
    put(ports, State.FAILED)
    ship(ports, ref="v2")
    told = text_of(Deploys().run(use_of("deploys", ports=ports, role=Role.VIEWER)))
    assert told.index("ship-staging-2") < told.index("ship-staging-1")
    assert "❌ The run has failed, and may have changed something" in told
    assert "prod\nNothing was shipped there yet." in told
    only = text_of(Deploys().run(use_of("deploys", {"env": "prod"}, ports=ports, role=Role.VIEWER)))
    assert "staging" not in only


def test_long_lists_of_both_environments_share_the_room_and_say_what_is_left_out(ports: MemoryPorts) -> None:
    for environment in ("staging", "prod"):
        last = None
        for number in range(9):
            asked = a_deploy(last, environment=environment, ref="r" * 200, order=an_order(str(number)))
            last = ports.deploys.save(sure(asked.refused("no " * 200, at=NOON)), a_cause())
    reply = Deploys().run(use_of("deploys", ports=ports, role=Role.VIEWER))
    for sent, embed in zip(body_of(reply)["embeds"], reply.embeds, strict=True):
        assert sent["description"] == embed.description
        assert re.search(r"… and \d more$", embed.description)


def test_others_who_are_always_faster_are_no_refusal(ports: MemoryPorts, monkeypatch: pytest.MonkeyPatch) -> None:
    def faster(*_: object) -> Deploy:
        raise ConflictError("somebody was faster")

    monkeypatch.setattr(ports.deploys, "save", faster)
    with pytest.raises(ConflictError):
        ship(ports)


def test_a_reason_that_others_wrote_does_nothing_where_it_is_shown() -> None:
    deploy = replace(in_state(State.REFUSED), reason="422 @everyone **[x](https://evil.example)** <@&1>")
    (embed,) = body_of(deploy_card.progress(deploy))["embeds"]
    assert "@everyone" not in embed["description"]
    assert not re.search(r"(?<!\\)\]\(", embed["description"])
    assert "<@&1>" not in embed["description"]


@pytest.mark.parametrize("state", State)
def test_what_all_see_offers_just_what_the_table_has(state: State) -> None:
    deploy = in_state(state)
    prefixes = {button.custom_id.split(":")[0] for button in deploy_card.progress(deploy).buttons if button.custom_id}
    wanted = {deploy_card.DETAILS}
    wanted |= {deploy_card.PROMOTE} if state is State.CANARY else set()
    can_go_back = {State.CANARY, State.DEPLOYED, State.PROMOTED, State.UNHEALTHY, State.FAILED, State.UNKNOWN}
    wanted |= {deploy_card.ROLL_BACK} if state in can_go_back else set()
    assert prefixes == wanted
    assert prefixes <= registry.components().keys()
