"""What a service does by itself after it was asked: steps, one after the other, each a webhook."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.stand_ins.http import RefusedError
from tests.stand_ins.stand_in import StandIn

Step = Mapping[str, Any]
Body = Callable[[str, Mapping[str, Any]], dict[str, Any]]


def chosen(settings: Mapping[str, Any], *texts: str) -> dict[str, Any]:
    """The first of the `scripts` whose `match` is in one of the texts, or the default one."""
    found = (one for one in settings["scripts"] if any(one.get("match", "") in text for text in texts))
    return dict(next(found, {"steps": settings["script"]}))


def check(settings: Mapping[str, Any], webhooks: frozenset[str]) -> None:
    """Raise RefusedError where a script is none, or names no webhook of the service."""
    every = [{"steps": settings["script"]}, *settings["scripts"]]
    if strange := [step for script in every for step in steps(script) if step["webhook"] not in webhooks]:
        raise RefusedError(f"no webhook of this service: {strange}", violation=False)


def steps(script: Mapping[str, Any]) -> list[Step]:
    """Steps in their long form."""
    return [{"webhook": step} if isinstance(step, str) else dict(step) for step in script.get("steps", ())]


def play(stand_in: StandIn, script: Sequence[Step], callback_url: str, body: Body) -> None:
    """Call back step by step: each `after` so many seconds, and not before the one before it is settled.

    Steps that are to overtake each other say `"at_once": true`.
    """
    cancelled = stand_in.cancelled
    for step in script:
        if cancelled.wait(step.get("after", 0.0)):
            return
        task = _call(stand_in, step, callback_url, body)
        if step.get("at_once"):
            stand_in.begin(task)
        else:
            task()


def _call(stand_in: StandIn, step: Step, callback_url: str, body: Body) -> Callable[[], object]:
    said = {name: value for name, value in step.items() if name not in ("webhook", "after", "at_once")}
    return lambda: stand_in.call(f"{callback_url}/{step['webhook']}", body(step["webhook"], said))
