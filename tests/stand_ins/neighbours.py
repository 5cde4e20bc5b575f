"""The stand-ins together in one process."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.stand_ins.callbacks import Caller, standard_webhooks
from tests.stand_ins.chatterbot import Chatterbot
from tests.stand_ins.discord import Discord
from tests.stand_ins.doors import Door
from tests.stand_ins.ebay import Ebay
from tests.stand_ins.github import Github, hub_signature
from tests.stand_ins.google import Google
from tests.stand_ins.notion import Notion
from tests.stand_ins.scraper import Scraper
from tests.stand_ins.shopify import Shopify
from tests.stand_ins.sources import Sources
from tests.stand_ins.stack_file import StackFile
from tests.stand_ins.stand_in import StandIn
from tests.stand_ins.telegram import Telegram, secret_token

SERVICES: tuple[type[StandIn], ...] = (Scraper, Chatterbot, Ebay, Telegram, Github)  # they call back
SINKS: tuple[type[StandIn], ...] = (Notion, Google, Shopify, Discord, Sources)  # they do not


@contextmanager
def neighbours(
    stack_file: Path, ports: Mapping[str, int] | None = None, *, kinds: Iterable[type[StandIn]] = SERVICES
) -> Iterator[dict[str, str]]:
    """Open those of these `kinds` and give their addresses; `ports` are those of the last time."""
    doors: dict[str, Door] = {}
    with httpx.Client(trust_env=False) as client:
        try:
            for kind in kinds:
                stand_in = kind(_caller(kind.name, StackFile(stack_file), client))
                doors[stand_in.name] = Door(stand_in, doors, (ports or {}).get(stand_in.name, 0))
            yield {name: door.address for name, door in doors.items()}
        finally:
            for door in doors.values():
                door.stand_in.cancelled.set()
                door.close()


def known_ports(file: Path) -> dict[str, int]:
    if not file.exists():
        return {}
    addresses: dict[str, str] = json.loads(file.read_text())["addresses"]
    return {name: int(address.rpartition(":")[2]) for name, address in addresses.items()}


def keep(addresses: Mapping[str, str], file: Path) -> None:
    """Say where they are, and who says so: the file may be that of a process that is gone."""
    draft = file.with_suffix(".new")
    draft.write_text(json.dumps({"pid": os.getpid(), "addresses": dict(addresses)}, indent=2) + "\n")
    draft.replace(file)


def _caller(service: str, stack: StackFile, client: httpx.Client) -> Caller:
    own = {Telegram.name: secret_token, Github.name: hub_signature}
    return Caller(service=service, stack=stack, client=client, sign=own.get(service, standard_webhooks))
