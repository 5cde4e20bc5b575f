"""`switchyard blackboard`: what people do with a blackboard from a terminal."""

import argparse
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

from scripts.api.arguments import number, said
from scripts.api.place import CalledWronglyError
from scripts.blackboard.filters import add_filters
from shared.blackboard.stages import STATUSES

_ABOUT: Final = """\
Where: --api or SWITCHYARD_API, else the stack that --stack names, else the local one of `make up`.
Whose key: SWITCHYARD_KEY, else the operator of the local stack. A viewer's key is enough to look.
Which instance: SETT_INSTANCE_NAME or --instance.

It ends with 0 where that was done, with 1 where it was refused or could not be done, with 2 where it was called
wrongly, also where no instance is named. Ids may be cut short, down to four characters, where no other begins so."""
_WATCH_ENDS: Final = """\
It goes on until it is stopped, or until --until is over. With --exit-on-completion or --goal-id it ends by itself: with
0 when a Terminal artefact appears, with 1 when a Failure does. 2: it was called wrongly."""
_FORAGE_ENDS: Final = """\
It prints the id of the goal and ends with 0. With --watch it goes on until what came of the goal is a Terminal artefact
(0) or a Failure (1). 2: it was called wrongly."""
_BRIDGE_ENDS: Final = """\
For agents that know a blackboard in Redis: what they announce on sett:INSTANCE:artefact_events in REDIS_URL is posted
to the API, each once and in order. SWITCHYARD_KEY has to be a service's that speaks for `blackboard`:

    switchyard keys create --name bridge --role service --source blackboard

It ends with 0 when it is told to (SIGTERM, SIGINT), with 1 at once where Redis or the port cannot be had at the start,
with 2 at once where something is not set. GET /healthz says 200 or 503. What it does is said in lines of JSON."""
_WAITS_FOR: Final = ("bids", "agents", "work", "person")


def add_blackboard(areas: Any) -> None:
    blackboard = areas.add_parser(
        "blackboard",
        help="agents that work together: goals, artefacts, claims",
        description=f"{__doc__}\n\n{_ABOUT}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = blackboard.add_subparsers(required=True, metavar="ACTION")
    _add_setting_up(actions)
    _add_looking(actions)
    _add_claims(actions)
    _add_deciding(actions)
    _add_bridge(actions)


def _add_setting_up(actions: Any) -> None:
    apply = _add(actions, "apply", "apply:apply", "have the instance be as a sett.yml says; shows first what changes")
    apply.add_argument("file", metavar="FILE", help="a sett.yml; - reads what comes in")
    how = apply.add_mutually_exclusive_group()
    how.add_argument("--yes", action="store_true", help="do not ask")
    how.add_argument("--dry-run", action="store_true", help="only show what would change")
    apply.add_argument("--prune", action="store_true", help="remove agents that are not in the file")
    _as_json(_add(actions, "agents", "apply:agents", "who is there, and what they have in hand"))


def _add_looking(actions: Any) -> None:
    forage = _add(actions, "forage", "watching:forage", "put a goal there", _FORAGE_ENDS)
    forage.add_argument("--goal", "-g", metavar="TEXT", required=True, type=said, help="what is to be reached")
    forage.add_argument("--watch", "-w", action="store_true", help="show what comes of it, until it is over")
    _as_json(forage)
    watch = _add(actions, "watch", "watching:watch", "what happens there, as it happens", _WATCH_ENDS)
    add_filters(watch)
    watch.add_argument("--exit-on-completion", action="store_true", help="end when a Terminal or a Failure appears")
    watch.add_argument("--goal-id", metavar="ID", help="the same, only for what comes of this artefact")
    hoard = _add(actions, "hoard", "hoard:hoard", "the artefacts there are, the newest first; or one, with its lineage")
    hoard.add_argument("id", metavar="ID", nargs="?", help="of an artefact")
    add_filters(hoard)
    _add_limit(hoard)


def _add_claims(actions: Any) -> None:
    claims = _add(
        actions, "claims", "claims:claims", "the claims there are, the newest change first; or one, with its history"
    )
    claims.add_argument("id", metavar="ID", nargs="?", help="of a claim")
    claims.add_argument("--status", action="append", default=[], choices=STATUSES, help="repeatable")
    claims.add_argument("--waits-for", choices=_WAITS_FOR, help="agents: nobody bid for it")
    _add_limit(claims)
    _as_json(claims)
    _as_json(_add(actions, "questions", "claims:questions", "what people are asked, and how to answer"))


def _add_deciding(actions: Any) -> None:
    answer = _add(actions, "answer", "claims:answer", "answer a question")
    answer.add_argument("id", metavar="ID", help="of the claim, or of the question")
    answer.add_argument("text", metavar="TEXT", type=said)
    approve = _add(actions, "approve", "claims:approve", "find good what waits for a person's review")
    approve.add_argument("claim", metavar="CLAIM")
    reject = _add(actions, "reject", "claims:reject", "send it back")
    reject.add_argument("claim", metavar="CLAIM")
    reject.add_argument("--feedback", required=True, type=said, help="what is to be better")
    terminate = _add(actions, "terminate", "claims:terminate", "end a claim, and the work on it")
    terminate.add_argument("claim", metavar="CLAIM")
    terminate.add_argument("--reason", required=True, type=said)


def _add_bridge(actions: Any) -> None:
    bridge = _add(actions, "bridge", "bridge.run:bridge", "bring what agents announce in Redis here", _BRIDGE_ENDS)
    bridge.add_argument("--health-port", type=number(0, 65_535), default=8080, metavar="PORT", help="of /healthz; 8080")
    bridge.add_argument("--health-host", default="127.0.0.1", metavar="HOST", help="127.0.0.1; 0.0.0.0 in a container")


def _add(actions: Any, name: str, does: str, about: str, ends: str = _ABOUT) -> argparse.ArgumentParser:
    """`does`: the module and the function. It is loaded when it is used."""
    parser: argparse.ArgumentParser = actions.add_parser(
        name,
        help=about,
        description=f"{about[0].upper()}{about[1:]}.",
        epilog=ends,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--instance", metavar="NAME", help="instead of SETT_INSTANCE_NAME")
    parser.add_argument("--api", metavar="URL", help="instead of SWITCHYARD_API")
    parser.set_defaults(run=_running(does))
    return parser


def _running(does: str) -> Callable[[argparse.Namespace], int]:
    module, _, function = does.partition(":")

    def run(options: argparse.Namespace) -> int:
        from scripts.blackboard.board import Board
        from scripts.blackboard.place import place_of

        try:
            if function == "bridge":
                return _loaded(module, function)(options)
            return _loaded(module, function)(Board(place_of(options)), options)
        except CalledWronglyError as error:
            print(f"switchyard: {error}", file=sys.stderr)
            return 2

    return run


def _loaded(module: str, function: str) -> Callable[..., int]:
    found: Callable[..., int] = getattr(import_module(f"scripts.blackboard.{module}"), function)
    return found


def _as_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="for programs")


def _add_limit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--limit", type=number(1, 100_000), default=50, metavar="N", help="at most so many; 50")
