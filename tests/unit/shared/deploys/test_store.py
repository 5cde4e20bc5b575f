"""Deploys in the ledger: what comes back is what was kept, and of two who change it one wins."""

from dataclasses import replace

import pytest

from shared.deploys.states import State
from shared.deploys.store import ATTEMPTS, KIND, LedgerDeploys, change_deploy
from shared.ledger.memory import MemoryLedger
from shared.runtime.errors import ConflictError
from tests.support.builders import NOON, a_cause
from tests.support.pauses import no_pause
from tests.unit.shared.deploys.samples import WELL, a_deploy, a_run, an_order, in_state, recorded, sure


@pytest.fixture
def deploys() -> LedgerDeploys:
    return LedgerDeploys(MemoryLedger())


@pytest.mark.parametrize("state", State)
def test_a_deploy_comes_back_as_it_was_kept(deploys: LedgerDeploys, state: State) -> None:
    deploy = in_state(state)
    asked = replace(a_deploy(), number=3, earlier=(deploy.summary(),), version=0)
    kept = deploys.save(replace(deploy, earlier=asked.earlier, facts=asked.facts, version=0), a_cause())
    assert deploys.get("staging") == kept
    assert deploys.get("prod") is None


@pytest.mark.parametrize("state", [State.CANARY, State.UNHEALTHY, State.UNKNOWN])
def test_what_a_deploy_was_before_and_what_was_not_taken_come_back_as_they_were_kept(
    deploys: LedgerDeploys, state: State
) -> None:
    asked = in_state(state).rollback_requested(an_order("9"))
    refused = replace(sure(asked.refused("422", at=NOON)), facts=())
    for deploy in (asked, replace(refused, facts=asked.facts)):
        known = deploys.get("staging")
        kept = deploys.save(replace(deploy, version=known.version if known else 0), a_cause())
        assert deploys.get("staging") == kept


def test_an_older_entry_that_says_nothing_of_what_was_before_can_be_read(deploys: LedgerDeploys) -> None:
    asked = in_state(State.CANARY).promotion_requested(an_order("9"))
    deploys.save(replace(asked, version=0), a_cause())
    entry = deploys._ledger.get(KIND, "staging")
    older = {name: value for name, value in entry.fields.items() if name not in ("before", "not_taken", "may_go_on")}
    deploys._ledger.get = lambda *_: replace(entry, fields=older)  # type: ignore[method-assign]
    kept = sure(deploys.get("staging"))
    assert (kept.before, kept.not_taken, kept.may_go_on) == (None, None, ())
    refused = sure(kept.refused("422", at=NOON))
    assert (refused.state, refused.is_busy(at=NOON)) == (State.CANARY, False)


def test_of_two_who_ship_at_the_same_moment_one_is_told_so(deploys: LedgerDeploys) -> None:
    deploys.save(a_deploy(), a_cause())
    with pytest.raises(ConflictError):
        deploys.save(a_deploy(order=an_order("2")), a_cause())


def test_environments_know_nothing_of_each_other(deploys: LedgerDeploys) -> None:
    for environment in ("staging", "prod"):
        deploys.save(a_deploy(environment=environment), a_cause())
    assert [event.subject for event in deploys.history("prod")] == ["prod"]


def test_without_news_nothing_is_written(deploys: LedgerDeploys) -> None:
    deploy = recorded(a_deploy())
    assert deploys.save(deploy, a_cause()) is deploy
    assert deploys.get("staging") is None


def test_over_what_others_wrote_a_change_is_made_anew(deploys: LedgerDeploys) -> None:
    deploy = deploys.save(a_deploy(), a_cause())
    rivals = [lambda: deploys.save(sure(deploy.announced("1", "2", at=NOON)), a_cause())]

    class Contested(LedgerDeploys):
        def save(self, *told):  # type: ignore[no-untyped-def]  # noqa: ANN202, ANN002
            if rivals:
                rivals.pop()()
            return super().save(*told)

    contested = Contested(deploys._ledger)
    known = change_deploy(
        deploy, lambda it: it.started(a_run(it), at=NOON), a_cause(), deploys=contested, pause=no_pause
    )
    assert known is not None
    assert (known.state, known.message_id) == (State.RUNNING, "2")


def test_a_change_that_is_always_overtaken_is_given_up(deploys: LedgerDeploys) -> None:
    deploy = deploys.save(a_deploy(), a_cause())
    tries = []

    class Lost(LedgerDeploys):
        def save(self, *told):  # type: ignore[no-untyped-def]  # noqa: ANN202, ANN002
            tries.append(told)
            raise ConflictError("somebody was faster")

    with pytest.raises(ConflictError, match="all the time"):
        change_deploy(
            deploy,
            lambda it: it.started(a_run(it), at=NOON),
            a_cause(),
            deploys=Lost(deploys._ledger),
            pause=no_pause,
        )
    assert len(tries) == ATTEMPTS


def test_what_has_been_followed_is_not_changed(deploys: LedgerDeploys) -> None:
    old = deploys.save(a_deploy(), a_cause())
    refused = deploys.save(sure(old.refused("no", at=NOON)), a_cause())
    deploys.save(a_deploy(refused, order=an_order("2")), a_cause())
    changed = change_deploy(old, lambda it: it.verified([WELL], at=NOON), a_cause(), deploys=deploys, pause=no_pause)
    assert changed is None
