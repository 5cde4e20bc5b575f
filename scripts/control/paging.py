"""Lists that come in pages: as many of them as are wanted."""

import argparse
import json
from collections.abc import Mapping
from typing import Any, Final

from scripts.api.api import Api, Reply
from scripts.api.arguments import number
from scripts.control.reading import Record, record, records

PAGE: Final = 200  # the most the API lists at a time
MOST: Final = 100_000


def add_paging(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--limit", type=number(1, MOST), default=50, metavar="N", help="at most so many; 50")
    parser.add_argument("--cursor", metavar="TOKEN", help="go on where an earlier list ended: its next_cursor")


def listed(api: Api, *path: str, name: str, query: Mapping[str, Any], options: argparse.Namespace) -> Reply:
    """One page as the API answers it; several as one, with the cursor of the last. Raises ServiceError."""
    found: list[Record] = []
    cursor, pages = options.cursor, 0
    while True:
        asked = {**query, "limit": min(PAGE, options.limit - len(found)), "cursor": cursor}
        reply = api.ask("GET", *path, query=asked, repeatable=True)
        page, before, cursor = records(reply.body, name), cursor, record(reply.body).get("next_cursor")
        found, pages = found + page, pages + 1
        if not cursor or len(found) >= options.limit or (not page and cursor == before):
            return reply if pages == 1 else _whole(reply, name, found)


def _whole(last: Reply, name: str, found: list[Record]) -> Reply:
    body = {**last.body, name: found} | ({"count": len(found)} if "count" in last.body else {})
    return Reply(text=json.dumps(body, ensure_ascii=False), body=body)
