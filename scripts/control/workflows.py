"""`switchyard workflows`: what can run, and having it run."""

import argparse
from typing import Any, Final

from scripts.api.api import Api, Reply
from scripts.api.shown import say, say_json
from scripts.control.arguments import merged, pair, parameters, values, without_none
from scripts.control.codes import DONE
from scripts.control.command import add_action, add_area
from scripts.control.following import add_waiting
from scripts.control.reading import Record, parts, record
from scripts.control.showing import Columns, say_record, say_records, show
from scripts.control.starting import started
from shared.runtime.errors import NotFoundError

_LISTED: Columns = {
    "workflow": "name",
    "for": "role",
    "steps": lambda found: [step.get("name") for step in parts(found, "steps")],
    "description": "description",
}
_ABOUT: Columns = {"workflow": "name", "description": "description", "for": "role"}
_STEPS: Columns = {"step": "name", "does": "does", "after": "after", "undone by": "undo"}
_PARAMETERS: Columns = {
    "parameter": "name",
    "type": lambda found: f"list of {found.get('of')}" if found.get("of") else found.get("type"),
    "default": "default",
    "needed": "required",
    "least": "minimum",
    "most": "maximum",
    "one of": "allowed",
    "description": "description",
}
_SCOPE: Final = "what it is about, or an object in JSON; repeatable"
_PARAM: Final = "what it takes, see `show`; repeatable"


def add_workflows(areas: Any) -> None:
    actions = add_area(areas, "workflows", "what can run, and having it run")
    add_action(actions, "list", list_workflows, "what can run")
    one = add_action(actions, "show", show_workflow, "a workflow: its parameters and steps")
    one.add_argument("name", metavar="NAME")
    start = add_action(actions, "run", run_workflow, "have a workflow run")
    start.add_argument("name", metavar="NAME")
    start.add_argument("--scope", action="append", default=[], type=values, metavar="NAME=VALUE", help=_SCOPE)
    start.add_argument("--param", action="append", default=[], type=pair, metavar="NAME=VALUE", help=_PARAM)
    start.add_argument("--correlation-id", metavar="ID", help="asked for again with the same it is the same run")
    add_waiting(start)


def list_workflows(api: Api, options: argparse.Namespace) -> int:
    return show(_known(api), options, lambda found: say_records(_LISTED, _all(found).values(), empty="nothing can run"))


def show_workflow(api: Api, options: argparse.Namespace) -> int:
    """The API shows all of them together. Raises NotFoundError."""
    known = _all(_known(api).body)
    if options.name not in known:
        raise NotFoundError(f"there is no workflow {options.name}; there are {', '.join(known)}")
    if options.json:
        say_json(known[options.name])
    else:
        _tell(known[options.name])
    return DONE


def run_workflow(api: Api, options: argparse.Namespace) -> int:
    """Its parameters are read as what they are declared to be; what it is given wrongly, the API says."""
    declared = _all(_known(api).body).get(options.name, {}).get("parameters")
    body = without_none(
        workflow=options.name,
        scope=merged(options.scope),
        parameters=parameters(options.param, declared if isinstance(declared, dict) else {}),
        correlation_id=options.correlation_id,
    )
    is_named = options.correlation_id is not None
    return started(api, api.ask("POST", "workflows", "run", body=body, repeatable=is_named), options)


def _known(api: Api) -> Reply:
    return api.ask("GET", "workflows", repeatable=True)


def _all(body: Any) -> dict[str, Record]:
    """Raises UnexpectedAnswerError."""
    known = record(body).get("workflows")
    return {name: record(one) for name, one in record(known).items()}


def _tell(found: Record) -> None:
    say_record(_ABOUT, found)
    say("")
    say_records(_STEPS, parts(found, "steps"), empty="it has no steps")
    say("")
    taken = record(found.get("parameters") or {})
    say_records(_PARAMETERS, [{"name": name, **one} for name, one in taken.items()], empty="it takes no parameters")
