"""The `switchyard` command: what people do from a terminal, with a stack or without one.

What an area needs is imported when it is used: routing a file takes no AWS, and does not wait for it.
"""

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from importlib import import_module
from typing import Any, Final

from shared.blackboard.instance import checked_agent, checked_instance
from shared.runtime.auth import Role
from shared.runtime.clock import system_clock
from shared.runtime.errors import ConflictError, DependencyError, DomainError

MAX_DAYS = 3_650
MAX_NAME = 100


def main(arguments: Sequence[str] | None = None) -> None:
    options = _parser(sys.argv[1:] if arguments is None else arguments).parse_args(arguments)
    try:
        code = options.run(options)
    except BrokenPipeError:  # who read what is printed has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except (DomainError, ConflictError, DependencyError, LookupError, OSError) as error:
        sys.exit(f"switchyard: {error}")
    except KeyboardInterrupt:
        sys.exit("switchyard: stopped")
    sys.exit(code or 0)


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """With the areas that are named, or with all of them: an agent is to be small, and to know nothing of sinks."""
    parser = argparse.ArgumentParser(prog="switchyard", description=__doc__)
    parser.add_argument(
        "--stack",
        metavar="NAME",
        help="a stack in the AWS account of your environment; without it, the local one of `make up`",
    )
    areas = parser.add_subparsers(required=True, metavar="AREA")
    named = [area for area in _AREAS if area in words]
    for area in named or _AREAS:
        _AREAS[area](areas)
    return parser


def _add_agent(areas: Any) -> None:
    from scripts.agent.options import add_agent

    add_agent(areas)


def _add_blackboard(areas: Any) -> None:
    from scripts.blackboard.command import add_blackboard

    add_blackboard(areas)


def _add_route(areas: Any) -> None:
    from scripts.route.options import add_route

    add_route(areas, _route)


def _add_rules(areas: Any) -> None:
    from scripts.rules.command import add_rules

    add_rules(areas, on_stack)


def _add_discord(areas: Any) -> None:
    from scripts.discord.command import add_discord

    add_discord(areas, on_stack)


def _add_keys(areas: Any) -> None:
    keys = areas.add_parser("keys", help="API keys").add_subparsers(required=True, metavar="ACTION")
    create = keys.add_parser("create", help="make a key and show it, once")
    create.add_argument("--name", required=True, help="whose it is, for people to read")
    create.add_argument("--role", required=True, choices=[str(role) for role in Role])
    create.add_argument(
        "--source",
        action="append",
        default=[],
        help="it may speak for, with role service: scraper, messages …; repeatable",
    )
    create.add_argument("--agent", help="which agent it is, with role agent: <instance>/<name>")
    create.add_argument("--days", type=int, help="how long it is good for; without it, until revoked")
    create.set_defaults(run=on_stack(_create))
    keys.add_parser("list", help="show what keys there are").set_defaults(run=on_stack(_list))
    revoke = keys.add_parser("revoke", help="take a key back")
    revoke.add_argument("key_id", help="the 16 digits after swy_")
    revoke.set_defaults(run=on_stack(_revoke))


def on_stack(run: Callable[[argparse.Namespace], None]) -> Callable[[argparse.Namespace], None]:
    """The same, of the stack that is named."""

    def entered(options: argparse.Namespace) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            _enter(options.stack)
            run(options)
        except (BotoCoreError, ClientError) as error:
            sys.exit(f"switchyard: {error}")

    return entered


def _enter(stack_name: str | None) -> None:
    """Lead product code to the stack. Raises LookupError where there is none."""
    from scripts import local_aws, stack

    if stack_name:
        os.environ.update(stack.remote_environment(stack_name))
        return
    local = stack.read()
    if local is None or local_aws.running() is None:
        raise LookupError("the local stack is not running; run `make up`, or name another with --stack")
    stack.enter(local)


def _route(options: argparse.Namespace) -> int:
    from scripts.route.run import route

    return route(options)


def _create(options: argparse.Namespace) -> None:
    from scripts.keys import create_key

    sources = _sources(options)
    if options.days is not None and not 1 <= options.days <= MAX_DAYS:
        raise LookupError(f"--days takes a number from 1 to {MAX_DAYS}")
    if not all(_is_name(text) for text in (options.name, *sources)):
        raise LookupError(f"--name and --source take up to {MAX_NAME} printable characters")
    valid_for = timedelta(days=options.days) if options.days else None
    token = create_key(name=options.name, role=options.role, sources=sources, valid_for=valid_for)
    print(token)
    print("Keep it: it is not stored and will not be shown again.", file=sys.stderr)


def _sources(options: argparse.Namespace) -> list[str]:
    """What the key speaks for, or which agent it is. Raises LookupError, InvalidInputError."""
    if options.source and options.role != Role.SERVICE:
        raise LookupError("--source goes with --role service")
    if options.role == Role.SERVICE and not options.source:
        raise LookupError("--role service needs a --source to speak for, say --source scraper")
    if (options.role == Role.AGENT) != bool(options.agent):
        raise LookupError("--role agent needs an --agent, say --agent prod/Writer, and no other role has one")
    if not options.agent:
        return list(options.source)
    instance, _, name = options.agent.partition("/")

    return [f"{checked_instance(instance)}/{checked_agent(name)}"]


def _is_name(text: str) -> bool:
    return bool(text.strip()) and text.isprintable() and len(text) <= MAX_NAME


def _list(_: argparse.Namespace) -> None:
    from scripts.keys import list_keys, status_of

    print(f"{'id':16}  {'role':8}  {'status':7}  {'created':10}  {'expires':10}  name")
    now = system_clock()
    for key in list_keys():
        status = status_of(key, now)
        expires = f"{key.expires_at:%Y-%m-%d}" if key.expires_at else "never"
        name = f"{key.name} ({', '.join(key.sources)})" if key.sources else key.name
        print(f"{key.id:16}  {key.role:8}  {status:7}  {key.created_at:%Y-%m-%d}  {expires:10}  {name}")


def _revoke(options: argparse.Namespace) -> None:
    from scripts.keys import revoke_key

    key = revoke_key(options.key_id)
    print(f"{key.id} ({key.name}) is revoked; within a minute it opens nothing.")


def _add_completion(areas: Any) -> None:
    from scripts.control.completion import add_completion

    add_completion(areas, lambda: _parser(()))


def _control(module: str) -> Callable[[Any], None]:
    """An area of the control plane, which has a file of its own."""

    def add(areas: Any) -> None:
        getattr(import_module(f"scripts.control.{module}"), f"add_{module}")(areas)

    return add


_AREAS: Final[Mapping[str, Callable[[Any], None]]] = {
    "keys": _add_keys,
    "route": _add_route,
    "rules": _add_rules,
    "discord": _add_discord,
    "agent": _add_agent,
    "blackboard": _add_blackboard,
    "services": _control("services"),
    "workflows": _control("workflows"),
    "runs": _control("runs"),
    "dead-letters": _control("dead_letters"),
    "events": _control("events"),
    "replay": _control("replay"),
    "traces": _control("traces"),
    "jobs": _control("jobs"),
    "health": _control("health"),
    "completion": _add_completion,
}


if __name__ == "__main__":
    main()
