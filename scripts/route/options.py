"""The command line of `switchyard route`, and the environment where that does not say."""

import argparse
import os
from collections.abc import Callable
from typing import Any, Final

from scripts.api.arguments import number
from scripts.route.bringing import Doubtful
from scripts.route.sinks import Known
from shared.runtime.errors import InvalidInputError
from shared.sinks.names import NAMES
from shared.sinks.shopify import shop_of

_LONGEST_MEETING: Final = 7 * 24 * 60  # minutes
_MOST: Final = 10**9


def add_route(areas: Any, run: Callable[[argparse.Namespace], int]) -> None:
    route = areas.add_parser("route", help="messages of a file to sinks, without AWS", description=_ABOUT)
    source = route.add_mutually_exclusive_group(required=True)
    source.add_argument("--demo", action="store_true", help="a few messages to try it with")
    source.add_argument("--input", metavar="FILE", help="messages in JSON or JSON Lines; - reads what comes in")
    route.add_argument("--apply", action="store_true", help="deliver for real; without it nobody is asked")
    route.add_argument(
        "--doubtful", choices=[str(each) for each in Doubtful], default=str(Doubtful.LEAVE), help=_DOUBTFUL
    )
    _add_choices(route)
    _add_places(route)
    route.add_argument("--json", action="store_true", help="one JSON document a line, for programs")
    route.add_argument("--verbose", action="store_true", help="show whole requests")
    route.set_defaults(run=run, parser=route)


_DOUBTFUL: Final = (
    "what may have been sent and cannot be looked for (Discord, Telegram): leave it in doubt, which is the default, "
    "take it as sent, or send it again. Before the last two, somebody has to have looked there with their own eyes"
)
_ABOUT: Final = (
    "Tokens and places come from the environment, see secrets.sample.env. It ends with 0 where every message was read "
    "and everything wanted was delivered (in a dry run: built), with 1 where not, with 2 where it was called wrongly."
)


def _add_choices(route: argparse.ArgumentParser) -> None:
    route.add_argument("--channel", action="append", default=[], help="only messages of this channel; repeatable")
    route.add_argument("--limit", type=number(0, _MOST), metavar="N", help="route so many messages at most")
    route.add_argument("--sinks", nargs="+", choices=NAMES, metavar="NAME", help=f"only these of {', '.join(NAMES)}")
    route.add_argument("--rules", metavar="FILE", help="instead of the rules that are shipped")
    duration = number(1, _LONGEST_MEETING)
    route.add_argument("--default-duration", type=duration, metavar="MINUTES", help="of meetings that do not say")


def _add_places(route: argparse.ArgumentParser) -> None:
    route.add_argument("--notion-database", metavar="ID", help="instead of NOTION_DATABASE_ID")
    route.add_argument("--calendar-id", metavar="ID", help="instead of GOOGLE_CALENDAR_ID")
    route.add_argument("--shopify-store", type=_shop, metavar="SHOP", help="instead of SHOPIFY_STORE_DOMAIN")
    route.add_argument("--ssot-repo", metavar="FOLDER", help="instead of SSOT_REPO_PATH")
    route.add_argument("--ssot-database", metavar="FILE", help="in the repository, instead of SSOT_DATABASE_FILE")
    route.add_argument("--disable-ssot", action="store_true", help="keep no snapshot, and no record of deliveries")


def known_of(options: argparse.Namespace) -> Known:
    """What is set; the command line goes before the environment."""
    said = {
        "NOTION_DATABASE_ID": options.notion_database,
        "GOOGLE_CALENDAR_ID": options.calendar_id,
        "SHOPIFY_STORE_DOMAIN": options.shopify_store,
        "SSOT_REPO_PATH": options.ssot_repo,
        "SSOT_DATABASE_FILE": options.ssot_database,
    }
    if options.notion_database:
        said["NOTION_DATA_SOURCE_ID"] = ""  # of another database
    return Known({**os.environ, **{name: value for name, value in said.items() if value is not None}})


def _shop(text: str) -> str:
    try:
        return shop_of(text)
    except InvalidInputError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
