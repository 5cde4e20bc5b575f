"""`switchyard health`: whether all is well."""

import argparse
from typing import Any, Final

from scripts.api.api import Api, Reply
from scripts.api.shown import say
from scripts.control.codes import DONE, FAILED
from scripts.control.command import add_action
from scripts.control.reading import Record, UnexpectedAnswerError, part, record
from scripts.control.showing import Columns, How, say_record, show, span_of, time_of
from shared.runtime.http import ServiceError

PATIENCE: Final = 35.0  # seconds: everything is asked meanwhile, and the API has 29
_UNWELL: Final = 503  # whose body says what is wrong
_HEALTHY: Final = "healthy"


def add_health(areas: Any) -> None:
    """What is public is asked by anybody; how all of it is, by who has a key."""
    about = "whether all is well: 0 where it is, 1 where it is not"
    health = add_action(areas, "health", check, about, needs_key=lambda options: options.system)
    health.add_argument("--system", action="store_true", help="all of it, with every trouble in a sentence")


def check(api: Api, options: argparse.Namespace) -> int:
    """Raises UnexpectedAnswerError where it is not said how it is."""
    reply = _system(api) if options.system else _health(api)
    is_well = _is_well(record(reply.body), options)
    show(reply, options, _tell_system if options.system else _tell)
    return DONE if is_well else FAILED


def _is_well(found: Record, options: argparse.Namespace) -> bool:
    said = found.get("overall_healthy" if options.system else "status")
    if not isinstance(said, bool if options.system else str):
        raise UnexpectedAnswerError("the answer does not say how it is; is this address Switchyard's API?")
    return said in (True, _HEALTHY)


def _system(api: Api) -> Reply:
    return api.ask("GET", "health", "system", repeatable=True, seconds=PATIENCE)


def _health(api: Api) -> Reply:
    """Raises ServiceError where nobody says how it is."""
    try:
        return api.ask("GET", "health", repeatable=True)
    except ServiceError as error:
        if error.answer is None or error.answer.status != _UNWELL:
            raise
        reply = api.read(error.answer)
        if not isinstance(reply.body, dict) or "status" not in reply.body or "trace_id" in reply.body:
            raise
        return reply


def _tell(found: Record) -> None:
    say_record({name: name for name in found} | {"timestamp": time_of("timestamp")}, found)


def _tell_system(found: Record) -> None:
    say("all is well" if found.get("overall_healthy") is True else "not all is well")
    troubles = found.get("troubles")
    for trouble in troubles if isinstance(troubles, list) else ():
        say(f"  {trouble}")
    say("")
    say_record(_SYSTEM, found)


def _waiting(path: str) -> How:
    """Of queues, only those in which something lies."""

    def read(found: Record) -> Any:
        depths = part(found, path)
        return {name: depth for name, depth in depths.items() if depth != 0} if isinstance(depths, dict) else depths

    return read


_SYSTEM: Final[Columns] = {
    "backends": "backends",
    "services": "services",
    "queues": _waiting("queues"),
    "dead letters": _waiting("dead_letters"),
    "stream lag": lambda found: span_of("stream_lag_seconds")(found) or found.get("stream_lag_seconds"),
    "circuits": "circuits",
    "parked runs": "parked_runs",
}
