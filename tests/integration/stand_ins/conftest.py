"""Stand-ins in this process, a receiver of their webhooks, and requests that are as they should be."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.integration.stand_ins.discord_app import DISCORD, App, serving
from tests.integration.stand_ins.receiver import Receiver, listening
from tests.integration.stand_ins.requests import SECRET
from tests.stand_ins.client import StandIns
from tests.stand_ins.neighbours import SERVICES, SINKS, neighbours


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as receiver:
        yield receiver


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stand_ins")


@pytest.fixture(scope="session")
def opened(home: Path) -> Iterator[StandIns]:
    with neighbours(home / "stack.json", kinds=SERVICES + SINKS) as addresses:
        yield StandIns(addresses)


@pytest.fixture
def stack_file(home: Path, receiver: Receiver) -> Path:
    known: Any = {
        "api_url": f"{receiver.address}/api",
        "aws_endpoint_url": receiver.address,
        "webhook_secrets": {
            "scraper": SECRET,
            "chatterbot": SECRET,
            "ebay": SECRET,
            "telegram": "a-secret-token",
            "github": "hush",
        },
    }
    file = home / "stack.json"
    file.write_text(json.dumps(known))
    return file


@pytest.fixture
def stand_ins(opened: StandIns, stack_file: Path) -> StandIns:
    """As new, knowing the stack, and not patient."""
    assert stack_file.exists()
    opened.reset()
    for kind in SERVICES:
        opened.set(kind.name, backoff=0.001)
    return opened


@pytest.fixture
def app() -> Iterator[App]:
    """What Discord talks with."""
    with serving() as app:
        yield app


@pytest.fixture
def discord(opened: StandIns, app: App, home: Path) -> StandIns:
    """As new, and knowing where the application is."""
    (home / "stack.json").write_text(json.dumps({"api_url": f"{app.address}/api", "discord": DISCORD}))
    opened.reset("discord")
    return opened


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=10) as client:
        yield client
