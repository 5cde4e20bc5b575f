"""The `switchyard` command: what people do from a terminal, with a stack or without one.

What an area needs is imported when it is used: routing a file takes no AWS, and does not wait for it.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from scripts.route.options import add_route
from scripts.rules.command import add_rules
from shared.runtime.auth import Role
from shared.runtime.clock import system_clock
from shared.runtime.errors import ConflictError, DependencyError, DomainError

MAX_DAYS = 3_650
MAX_NAME = 100


def main(arguments: Sequence[str] | None = None) -> None:
    options = _parser().parse_args(arguments)
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="switchyard", description=__doc__)
    parser.add_argument(
        "--stack",
        metavar="NAME",
        help="a stack in the AWS account of your environment; without it, the local one of `make up`",
    )
    areas = parser.add_subparsers(required=True, metavar="AREA")
    _add_keys(areas)
    add_route(areas, _route)
    add_rules(areas, on_stack)
    return parser


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

    if options.source and options.role != Role.SERVICE:
        raise LookupError("--source goes with --role service")
    if options.role == Role.SERVICE and not options.source:
        raise LookupError("--role service needs a --source to speak for, say --source scraper")
    if options.days is not None and not 1 <= options.days <= MAX_DAYS:
        raise LookupError(f"--days takes a number from 1 to {MAX_DAYS}")
    if not all(_is_name(text) for text in (options.name, *options.source)):
        raise LookupError(f"--name and --source take up to {MAX_NAME} printable characters")
    valid_for = timedelta(days=options.days) if options.days else None
    token = create_key(name=options.name, role=options.role, sources=options.source, valid_for=valid_for)
    print(token)
    print("Keep it: it is not stored and will not be shown again.", file=sys.stderr)


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


if __name__ == "__main__":
    main()
