"""The control page of a stand-in, for tests and the demo: look, set, reset, act."""

from collections.abc import Mapping
from typing import Any

from tests.stand_ins.http import CONTROL, Answer, RefusedError, Request
from tests.stand_ins.stack_file import NotDeployedError
from tests.stand_ins.stand_in import StandIn


def control(own: StandIn, all_of_them: Mapping[str, StandIn], request: Request) -> Answer:
    """Answer a request to /_control…

    `/_control/@<service>…` is the page of another service: the way to one whose socket is closed.
    """
    rest = request.path.removeprefix(CONTROL).strip("/")
    if rest.startswith("@"):
        name, _, rest = rest[1:].partition("/")
        own = all_of_them.get(name, own)
    try:
        return Answer(body=_done(own, request, rest))
    except RefusedError as error:
        return Answer(status=error.status, body={"error": error.reason})
    except NotDeployedError as error:
        return Answer(status=409, body={"error": str(error)})
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        return Answer(status=400, body={"error": repr(error)})


def _done(stand_in: StandIn, request: Request, action: str) -> Any:
    if request.method == "GET" and not action:
        return stand_in.shown()
    if request.method == "PUT" and not action:
        stand_in.change(request.json())
        return stand_in.shown()["settings"]
    return _acted(stand_in, request, action)


def _acted(stand_in: StandIn, request: Request, action: str) -> Any:
    actions = {"reset": lambda _: stand_in.reset()} | dict(stand_in.actions())
    if request.method != "POST" or action not in actions:
        raise RefusedError(f"there is no {request.line}; actions are {', '.join(sorted(actions))}", status=404)
    return actions[action](request.json() if request.body else {})
