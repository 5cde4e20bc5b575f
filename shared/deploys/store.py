"""Deploys in the ledger: one thing for each environment, so that its version is what lets one in at a time."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, Protocol

from shared.deploys.asked import Asked
from shared.deploys.deploy import Deploy
from shared.deploys.order import Action
from shared.deploys.run import Look
from shared.deploys.states import State
from shared.ledger.catalogue import recorded
from shared.ledger.envelope import Cause, Event, from_text, to_text
from shared.ledger.ledger import Aggregate, Change, Ledger
from shared.runtime.attempts import Pause, attempts
from shared.runtime.errors import ConflictError, NotFoundError

KIND: Final = "DEPLOY"
ATTEMPTS: Final = 10

Step = Callable[[Deploy], Deploy | None]  # None where nothing is left to do


class Deploys(Protocol):
    def get(self, environment: str) -> Deploy | None:
        """The newest; None where nothing was ever shipped there."""

    def save(self, deploy: Deploy, cause: Cause) -> Deploy:
        """Raises ConflictError where it was changed since it was read."""


class LedgerDeploys:
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def get(self, environment: str) -> Deploy | None:
        try:
            return _deploy(self._ledger.get(KIND, environment))
        except NotFoundError:
            return None

    def save(self, deploy: Deploy, cause: Cause) -> Deploy:
        if not deploy.facts:
            return deploy
        events = recorded(KIND, deploy.environment, deploy.facts, after=deploy.version, cause=cause)
        aggregate = Aggregate(
            kind=KIND,
            id=deploy.environment,
            version=events[-1].version,
            changed_at=deploy.changed_at,
            fields=_fields(deploy),
        )
        self._ledger.commit(Change(aggregate=aggregate, events=events))
        return replace(deploy, version=aggregate.version, facts=())

    def history(self, environment: str) -> Iterator[Event]:
        """Of all its deploys, oldest first."""
        return self._ledger.history(KIND, environment)


def change_deploy(deploy: Deploy, change: Step, cause: Cause, *, deploys: Deploys, pause: Pause) -> Deploy | None:
    """The deploy as it then is; None where a newer one has taken its place. Over what others write it is made anew.

    Raises what `change` raises; ConflictError where others write each time.
    """
    for _ in attempts(ATTEMPTS, pause=pause):
        known = deploys.get(deploy.environment)
        if known is None or known.id != deploy.id:
            return None
        changed = change(known)
        if changed is None:
            return known
        try:
            return deploys.save(changed, cause)
        except ConflictError:
            continue
    raise ConflictError(f"{deploy.id} is changed by others all the time; look at it again")


_TEXTS: Final = ("strategy", "ref", "requested_by", "acted_by", "order_key", "run_key")
_MAY_MISS: Final = ("run_url", "reason", "channel_id", "message_id")


def _fields(deploy: Deploy) -> dict[str, Any]:
    return {name: getattr(deploy, name) for name in (*_TEXTS, *_MAY_MISS)} | {
        "number": deploy.number,
        "state": str(deploy.state),
        "action": str(deploy.action),
        "came_from": str(deploy.came_from) if deploy.came_from else None,
        "requested_at": to_text(deploy.requested_at),
        "acted_at": to_text(deploy.acted_at),
        "run_id": deploy.run_id,
        "in_doubt": deploy.in_doubt,
        "looks": [_said(look.told()) for look in deploy.looks],
        "may_go_on": list(deploy.may_go_on),
        "before": _told(deploy.before),
        "not_taken": _told(deploy.not_taken),
        "earlier": list(deploy.earlier),
    }


def _told(asked: Asked | None) -> dict[str, Any] | None:
    if asked is None:
        return None
    told = {
        "action": str(asked.action),
        "acted_by": asked.acted_by,
        "acted_at": to_text(asked.acted_at),
        "run_key": asked.run_key,
        "run_id": asked.run_id,
        "run_url": asked.run_url,
        "in_doubt": asked.in_doubt,
        "looks": [_said(look.told()) for look in asked.looks],
        "may_go_on": list(asked.may_go_on),
    }
    return _said(told)


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _deploy(aggregate: Aggregate) -> Deploy:
    """Older entries say nothing of what may go on, and of what had been asked for before."""
    kept = aggregate.fields
    run_id, came_from = kept.get("run_id"), kept.get("came_from")
    texts: dict[str, Any] = {name: kept.get(name) for name in (*_TEXTS, *_MAY_MISS)}
    return Deploy(
        **texts,
        environment=aggregate.id,
        number=int(kept["number"]),
        state=State(kept["state"]),
        action=Action(kept["action"]),
        came_from=State(came_from) if came_from else None,
        requested_at=from_text(kept["requested_at"]),
        acted_at=from_text(kept["acted_at"]),
        run_id=None if run_id is None else int(run_id),
        in_doubt=kept["in_doubt"],
        looks=tuple(map(_look, kept["looks"])),
        may_go_on=tuple(kept.get("may_go_on") or ()),
        before=_asked(kept.get("before")),
        not_taken=_asked(kept.get("not_taken")),
        changed_at=aggregate.changed_at,
        earlier=tuple(map(_summary, kept["earlier"])),
        version=aggregate.version,
    )


def _asked(kept: Mapping[str, Any] | None) -> Asked | None:
    if not kept:
        return None
    run_id = kept.get("run_id")
    return Asked(
        action=Action(kept["action"]),
        acted_by=kept["acted_by"],
        acted_at=from_text(kept["acted_at"]),
        run_key=kept["run_key"],
        run_id=None if run_id is None else int(run_id),
        run_url=kept.get("run_url"),
        in_doubt=kept["in_doubt"],
        looks=tuple(map(_look, kept["looks"])),
        may_go_on=tuple(kept["may_go_on"]),
    )


def _look(kept: Mapping[str, Any]) -> Look:
    took = kept.get("milliseconds")
    return Look(
        name=kept["name"],
        is_good=kept["good"],
        tries=int(kept["tries"]),
        milliseconds=None if took is None else int(took),
        said=kept.get("said"),
    )


def _summary(kept: Mapping[str, Any]) -> dict[str, Any]:
    return {**kept, "requested_at": int(kept["requested_at"]), "changed_at": int(kept["changed_at"])}
