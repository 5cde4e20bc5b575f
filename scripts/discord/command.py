"""`switchyard discord register`: tell Discord which commands there are."""

import argparse
import json
import sys
from collections.abc import Callable
from typing import Any

OnStack = Callable[[Callable[[argparse.Namespace], None]], Callable[[argparse.Namespace], None]]


def add_discord(areas: Any, on_stack: OnStack) -> None:
    """`on_stack` has an action done on the stack that is named."""
    discord = areas.add_parser("discord", help="the Discord application").add_subparsers(
        required=True, metavar="ACTION"
    )
    register = discord.add_parser("register", help="tell Discord which commands there are; shows first what changes")
    register.add_argument("--guild", metavar="ID", help="of one server, where it shows at once; without it, everywhere")
    how = register.add_mutually_exclusive_group()
    how.add_argument("--yes", action="store_true", help="do not ask")
    how.add_argument("--dry-run", action="store_true", help="only show what would change")
    register.set_defaults(run=on_stack(register_commands))
    payload = discord.add_parser("payload", help="print what Discord would be told, as JSON")
    payload.set_defaults(run=print_payload)


def print_payload(_: argparse.Namespace) -> int:
    from functions.run_commands.registry import payload

    print(json.dumps(payload(), indent=2, ensure_ascii=False))
    return 0


def register_commands(options: argparse.Namespace) -> None:
    """Raises InvalidInputError; LookupError where no application is configured; ServiceError."""
    from functions.run_commands.registry import payload
    from shared.discord import rest
    from shared.discord.registration import differences, of_one_server
    from shared.runtime import wiring

    application_id, guild_id = _application_id(), _snowflake(options.guild)
    wanted, discord = payload(), wiring.discord()
    known = rest.read_commands(discord, application_id, guild_id)
    if guild_id:
        wanted, known = of_one_server(wanted), of_one_server(known)
    changes = differences(known, wanted)
    where = f"server {guild_id}" if guild_id else "all servers"
    print("\n".join(changes) or f"{len(wanted)} commands are registered as they should be, for {where}")
    if not changes or options.dry_run or not (options.yes or _is_confirmed()):
        return
    registered = rest.write_commands(discord, application_id, guild_id, wanted)
    print(f"{len(registered)} commands are registered for {where}")


def _application_id() -> str:
    from shared.runtime.settings import settings

    known = settings().discord_application_id
    if not known.isdigit():
        raise LookupError("no Discord application is configured; see DiscordApplicationId")
    return known


def _snowflake(text: str | None) -> str | None:
    if text is not None and not (text.isascii() and text.isdigit()):
        raise LookupError("--guild takes the number of a server: right-click on it, Copy Server ID")
    return text


def _is_confirmed() -> bool:
    if not sys.stdin.isatty():
        raise LookupError("say --yes where nobody can be asked")
    return input("Register these? [y/N] ").strip().lower() in ("y", "yes")
