"""A use of a command: once, by who may, answered and recorded, whatever goes wrong on the way."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

import pytest

from functions.run_commands import registry, service
from functions.run_commands.claiming import LEASE
from functions.run_commands.command import Command, Component, Run, Use
from functions.run_commands.recording import Outcome
from functions.run_commands.service import MOST_TRIES, Done, FaultError, carry_out
from shared.discord.access import Access
from shared.discord.answers import Reply
from shared.discord.options import Acknowledge, Choice, Option, OptionType
from shared.ledger.envelope import Event, to_text
from shared.runtime.auth import Role
from shared.runtime.errors import ConflictError, DependencyError, ForbiddenError, IllegalTransitionError
from shared.runtime.http import ServiceError, Verdict
from tests.support.builders import NOON
from tests.support.ports import MemoryPorts
from tests.unit.functions.run_commands.discord import DOWN, INVALID_TOKEN, TOKEN, FakeDiscord

VIEWER, OPERATOR, STRANGER = "501", "502", "503"
ACCESS = Access(viewer="501", operator="502, 9000")

done: list[Use] = []


def _well(_: Use) -> Reply | None:
    return Reply(content="It is done")


class Try(Command):
    """Does what a test says."""

    does: ClassVar[list[Run]] = [_well]
    name = "try"
    description = "For trying"
    needs = Role.OPERATOR
    components: ClassVar = (Component(prefix="try.press", needs=Role.OPERATOR, run=lambda use: _run(use)),)

    def run(self, use: Use) -> Reply | None:
        return _run(use)


def _run(use: Use) -> Reply | None:
    done.append(use)
    return Try.does[-1](use)


@pytest.fixture(autouse=True)
def only_this_command(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Try()
    monkeypatch.setattr(registry, "runnables", lambda: {"try": one})
    monkeypatch.setattr(registry, "components", lambda: {each.prefix: each for each in one.components})
    monkeypatch.setattr(Try, "does", [_well])
    done.clear()


def raising(error: BaseException) -> None:
    def fail(_: Use) -> Reply | None:
        raise error

    Try.does.append(fail)


def detail(user: str = OPERATOR, *, acknowledged: str = Acknowledge.DEFER_PRIVATE, **changes: Any) -> dict[str, Any]:
    member = {"user": {"id": user, "username": "anna"}, "roles": ["9001"]}
    raw = {"id": "77", "application_id": "42", "token": TOKEN, "type": 2, "channel_id": "9", "guild_id": "8"}
    interaction = {**raw, "member": member, "data": {"name": "try", "type": 1}, **changes}
    return {
        "id": "interaction:77",
        "type": "discord.interaction",
        "trace_id": "ab" * 16,
        "acknowledged": acknowledged,
        "received_at": to_text(NOON),
        "interaction": interaction,
    }


class World:
    def __init__(self, *fates: tuple[int, Mapping[str, Any]] | None) -> None:
        self.ports = MemoryPorts()
        self.discord = FakeDiscord(*fates)

    def carry_out(self, what_came: Mapping[str, Any] | None = None) -> Done | timedelta | None:
        return carry_out(what_came or detail(), ports=self.ports, answers=self.discord.answers, access=ACCESS)

    def pass_time(self, time: timedelta) -> None:
        self.ports.now += time
        self.discord.now += time

    @property
    def events(self) -> list[Event]:
        return list(self.ports.ledger.history("COMMAND", "77"))


def test_a_command_is_carried_out_answered_and_recorded() -> None:
    world = World()
    came = world.carry_out()
    assert isinstance(came, Done)
    assert (came.outcome, came.role, came.is_heard) == (Outcome.DONE, Role.OPERATOR, True)
    assert world.discord.said == "It is done"
    (event,) = world.events
    assert (event.type, event.actor, event.data["command"], event.data["outcome"]) == (
        "command.invoked",
        f"discord:{OPERATOR}",
        "try",
        "done",
    )


def test_sqs_may_repeat_itself_the_effect_is_once() -> None:
    world = World()
    for _ in range(5):
        world.carry_out()
    assert len(done) == 1
    assert len(world.discord.told) == 1
    assert len(world.events) == 1


def test_who_comes_while_another_is_at_it_waits_until_it_would_be_over() -> None:
    world = World()
    inner: list[Done | timedelta | None] = []

    def meanwhile(_: Use) -> Reply:
        inner.append(world.carry_out())
        return Reply(content="It is done")

    Try.does.append(meanwhile)
    world.carry_out()
    assert inner == [LEASE]
    assert len(done) == 1


class KilledError(BaseException):
    pass


def test_what_was_killed_is_tried_again_and_told_that_it_may_have_been_done() -> None:
    world = World()
    raising(KilledError())
    with pytest.raises(KilledError):
        world.carry_out()
    Try.does.append(_well)
    world.pass_time(LEASE)
    world.carry_out()
    assert [use.is_repeated for use in done] == [False, True]
    assert {(use.key, use.cause.trace_id) for use in done} == {("77", "ab" * 16)}


@pytest.mark.parametrize(
    ("user", "roles", "outcome"),
    [
        (OPERATOR, [], Outcome.DONE),
        (STRANGER, ["9000"], Outcome.DONE),
        (VIEWER, [], Outcome.REFUSED),
        (STRANGER, ["9001"], Outcome.REFUSED),
        (STRANGER, [], Outcome.REFUSED),
    ],
)
@pytest.mark.parametrize("button", [True, False])
def test_commands_and_their_buttons_are_for_those_who_may(
    user: str, roles: list[str], outcome: Outcome, button: bool
) -> None:
    world = World()
    changes: dict[str, Any] = {"member": {"user": {"id": user, "username": "x"}, "roles": roles}}
    if button:
        changes |= {"type": 3, "data": {"custom_id": "try.press:1", "component_type": 2}, "message": {"id": "4"}}
    came = world.carry_out(detail(**changes))
    assert isinstance(came, Done)
    assert came.outcome is outcome
    assert bool(done) is (outcome is Outcome.DONE)
    if outcome is Outcome.REFUSED:
        assert "needs the role operator" in world.discord.said


def test_nobody_may_anything_where_nothing_is_configured() -> None:
    world = World()
    came = carry_out(detail(), ports=world.ports, answers=world.discord.answers, access=Access())
    assert isinstance(came, Done)
    assert came.outcome is Outcome.REFUSED


def test_whom_the_receiver_has_refused_nothing_is_done_for_even_if_they_may_by_now() -> None:
    world = World()
    came = world.carry_out(detail(acknowledged="refused"))
    assert isinstance(came, Done)
    assert came.outcome is Outcome.REFUSED
    assert not done
    assert not world.discord.told
    assert world.events[0].data["outcome"] == "refused"


def test_a_form_that_was_opened_is_a_use_of_which_nothing_follows_yet() -> None:
    world = World()
    came = world.carry_out(detail(acknowledged=Acknowledge.MODAL))
    assert isinstance(came, Done)
    assert (came.outcome, came.is_heard) == (Outcome.DONE, True)
    assert not done
    assert not world.discord.told
    assert world.events[0].data["outcome"] == "done"


def test_what_cannot_be_done_is_said_in_its_own_words() -> None:
    world = World()
    raising(IllegalTransitionError("a listing in SOLD cannot become FOUND; *ask* @everyone"))
    came = world.carry_out()
    assert isinstance(came, Done)
    assert came.outcome is Outcome.WRONG
    assert world.discord.said == "⚠️ A listing in SOLD cannot become FOUND; \\*ask\\* @\u200beveryone."


def test_a_refusal_of_a_command_itself_counts_as_one() -> None:
    world = World()
    raising(ForbiddenError("only who started it may press this"))
    came = world.carry_out()
    assert isinstance(came, Done)
    assert came.outcome is Outcome.REFUSED


@pytest.mark.parametrize(
    "error",
    [DependencyError("the ledger cannot answer now"), ConflictError("changed"), ServiceError("x", Verdict.OK, "")],
)
def test_what_a_service_fails_at_is_tried_again_and_then_said_to_have_failed(error: Exception) -> None:
    world = World()
    raising(error)
    for number in range(1, MOST_TRIES):
        wait = world.carry_out()
        assert isinstance(wait, timedelta)
        assert timedelta(0) <= wait <= timedelta(seconds=10)
        assert len(done) == number
        assert not world.discord.told
    came = world.carry_out()
    assert isinstance(came, Done)
    assert came.outcome is Outcome.FAILED
    assert "Please try again" in world.discord.said
    assert world.carry_out() is None


def test_a_service_that_wants_to_be_left_alone_is() -> None:
    world = World()
    raising(ServiceError("github", Verdict.RETRY_AFTER, "429", retry_after=42))
    assert world.carry_out() == timedelta(seconds=42)


def test_a_fault_of_ours_is_said_and_recorded_and_ends_where_somebody_looks_without_being_done_again() -> None:
    world = World()
    raising(ZeroDivisionError("secret detail"))
    came = world.carry_out()
    assert isinstance(came, Done)
    assert isinstance(came.error, ZeroDivisionError)
    assert "abababab" in world.discord.said
    assert "secret detail" not in world.discord.said
    assert world.events[0].data["outcome"] == "failed"
    Try.does.append(_well)
    for _ in range(4):
        again = world.carry_out()
        assert isinstance(again, Done)
        assert isinstance(again.error, FaultError)
    assert len(done) == 1
    assert len(world.discord.told) == 1


def test_while_it_cannot_be_recorded_it_is_neither_done_nor_answered_again(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()

    def unwell(_: object) -> None:
        raise DependencyError("the ledger cannot answer now")

    with monkeypatch.context() as patch:
        patch.setattr(world.ports.ledger, "commit", unwell)
        for _ in range(20):
            with pytest.raises(DependencyError):
                world.carry_out()
    came = world.carry_out()
    assert isinstance(came, Done)
    assert came.outcome is Outcome.DONE
    assert len(done) == len(world.discord.told) == len(world.events) == 1


def test_what_comes_later_than_anybody_waits_is_not_done() -> None:
    world = World(INVALID_TOKEN, INVALID_TOKEN)
    world.pass_time(timedelta(minutes=15, seconds=1))
    came = world.carry_out()
    assert isinstance(came, Done)
    assert (came.outcome, came.is_heard) == (Outcome.FAILED, False)
    assert not done
    assert world.events[0].data["outcome"] == "failed"


def test_what_comes_too_late_is_told_to_the_channel_where_it_began_for_all_to_see() -> None:
    world = World(INVALID_TOKEN, INVALID_TOKEN)
    world.pass_time(timedelta(minutes=16))
    came = world.carry_out(detail(acknowledged=Acknowledge.DEFER))
    assert isinstance(came, Done)
    assert (came.outcome, came.is_heard, done) == (Outcome.FAILED, True, [])
    assert "This was not done" in world.discord.said
    assert world.discord.lines[-1] == "POST /channels/9/messages"


def test_what_was_cut_off_and_comes_too_late_is_not_said_to_be_undone() -> None:
    world = World()
    raising(KilledError())
    with pytest.raises(KilledError):
        world.carry_out(detail(acknowledged=Acknowledge.DEFER))
    world.pass_time(timedelta(minutes=16))
    world.discord.fates = [INVALID_TOKEN, INVALID_TOKEN]
    world.carry_out(detail(acknowledged=Acknowledge.DEFER))
    assert len(done) == 1
    assert "This may have been done" in world.discord.said


@pytest.mark.parametrize("kind", [{}, {"type": 3, "data": {"custom_id": "try.gone:1", "component_type": 2}}])
def test_what_the_receiver_could_do_nothing_with_is_recorded_and_not_answered_again(kind: Mapping[str, Any]) -> None:
    world = World()
    came = world.carry_out(detail(acknowledged="wrong", **kind))
    assert isinstance(came, Done)
    assert (came.outcome, done, world.discord.told) == (Outcome.WRONG, [], [])
    assert world.events[0].data["outcome"] == "wrong"


def test_who_would_have_to_wait_longer_than_they_can_be_told_is_told_at_once() -> None:
    world = World()
    raising(ServiceError("github", Verdict.RETRY_AFTER, "429", retry_after=3_600))
    came = world.carry_out()
    assert isinstance(came, Done)
    assert came.outcome is Outcome.FAILED
    assert "Please try again" in world.discord.said


@pytest.mark.parametrize("code", [10008, 50035, 50013])
def test_an_answer_that_discord_does_not_take_is_no_reason_to_do_it_again(code: int) -> None:
    world = World((400, {"message": "no", "code": code}))
    came = world.carry_out()
    assert isinstance(came, Done)
    assert came.outcome is Outcome.DONE
    assert came.is_heard is (code == 50035)
    assert len(done) == 1
    assert ("does not take the answer" in world.discord.said) is (code == 50035)


def test_a_private_word_that_may_have_been_heard_is_not_said_again() -> None:
    world = World(None)
    raising(IllegalTransitionError("no"))
    changes: dict[str, Any] = {
        "type": 3,
        "data": {"custom_id": "try.press", "component_type": 2},
        "message": {"id": "4"},
    }
    came = world.carry_out(detail(acknowledged=Acknowledge.DEFER_UPDATE, **changes))
    assert isinstance(came, Done)
    assert not came.is_heard
    assert len(world.discord.told) == 1


def test_progress_is_never_told_to_a_channel() -> None:
    def work(use: Use) -> Reply:
        use.show(Reply(content="half of it"))
        return Reply(content="It is done")

    Try.does.append(work)
    world = World(*[INVALID_TOKEN] * 4)
    assert isinstance(world.carry_out(detail(acknowledged=Acknowledge.DEFER)), Done)
    told = [body["content"] for _, path, body in world.discord.told if "/channels/" in path]
    assert len(told) == 1
    assert "It is done" in told[0]


def test_an_answer_that_cannot_be_brought_is_tried_again_with_what_was_done_known() -> None:
    world = World(DOWN)
    assert isinstance(world.carry_out(), timedelta)
    came = world.carry_out()
    assert isinstance(came, Done)
    assert [use.is_repeated for use in done] == [False, True]
    assert world.discord.said == "It is done"


def test_an_answer_that_can_never_be_brought_ends_all_the_same() -> None:
    world = World(*[DOWN] * 50)
    for _ in range(MOST_TRIES - 1):
        assert isinstance(world.carry_out(), timedelta)
    came = world.carry_out()
    assert isinstance(came, Done)
    assert (came.outcome, came.is_heard) == (Outcome.DONE, False)
    assert world.carry_out() is None


def test_a_command_that_is_gone_says_so() -> None:
    world = World()
    came = world.carry_out(detail(data={"name": "gone", "type": 1}))
    assert isinstance(came, Done)
    assert came.outcome is Outcome.WRONG
    assert "another version" in world.discord.said


def test_progress_is_shown_and_may_be_missed() -> None:
    def work(use: Use) -> Reply:
        use.show(Reply(content="half of it"))
        use.show(Reply(content="more"))
        return Reply(content="It is done")

    Try.does.append(work)
    world = World((200, {"id": "1"}), DOWN)
    assert isinstance(world.carry_out(), Done)
    assert [body["content"] for _, _, body in world.discord.told] == ["half of it", "more", "It is done"]


def test_a_command_that_discord_knows_in_an_older_version_says_what_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Try, "options", (Option(name="env", description="Where", required=True),))
    world = World()
    came = world.carry_out()
    assert isinstance(came, Done)
    assert came.outcome is Outcome.WRONG
    assert "Env has to be given" in world.discord.said
    assert not done


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        (
            Option(name="to", description="Where", choices=[Choice("Production", "prod")]),
            "nope",
            "To is one of Production",
        ),
        (Option(name="to", description="Where"), 3, "To cannot be that"),
        (Option(name="to", description="Where"), {"a": 1}, "To cannot be that"),
        (
            Option(name="days", description="How many", type=OptionType.INTEGER, maximum=9),
            10,
            "too small, or too large",
        ),
        (Option(name="days", description="How many", type=OptionType.INTEGER), "abc", "Days cannot be that"),
        (Option(name="days", description="How many", type=OptionType.INTEGER), True, "Days cannot be that"),
        (Option(name="paid", description="What", type=OptionType.NUMBER, minimum=0), -1.5, "too small, or too large"),
        (Option(name="paid", description="What", type=OptionType.NUMBER), float("nan"), "too small, or too large"),
        (Option(name="sure", description="Is it", type=OptionType.BOOLEAN), 1, "Sure cannot be that"),
    ],
)
def test_what_discord_would_not_take_is_refused_in_words(
    monkeypatch: pytest.MonkeyPatch, option: Option, value: Any, said: str
) -> None:
    monkeypatch.setattr(Try, "options", (option,))
    world = World()
    given = [{"name": option.name, "type": 3, "value": value}]
    came = world.carry_out(detail(data={"name": "try", "type": 1, "options": given}))
    assert isinstance(came, Done)
    assert came.outcome is Outcome.WRONG
    assert said in world.discord.said
    assert not done


def test_what_was_written_stands_in_no_event() -> None:
    world = World()
    options = [{"name": "text", "type": 3, "value": "my secret"}]
    world.carry_out(detail(data={"name": "try", "type": 1, "options": options}))
    assert "my secret" not in str(world.events)
    assert TOKEN not in str(world.events)
    assert TOKEN not in repr(service.read_asked(detail()))
