"""A process that shows listings as cards, among the stand-ins."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from tests.stand_ins.client import StandIns
from tests.stand_ins.discord import Discord
from tests.support.in_process import set_secret
from tests.support.told import told

CARDS: Final = "1300000000000000077"  # their channel
QUESTIONS: Final = "1300000000000000078"  # where people are asked


@contextmanager
def showing_cards(services: StandIns, **changes: str) -> Iterator[None]:
    """Inside, product code shows cards for real; `changes` are settings. AWS has to be there."""
    set_secret("discord", bot_token=Discord.key)
    address = services.addresses[Discord.name]
    known = {"sink_mode": "apply", "discord_secret": "discord", "discord_api_url": f"{address}/api/v10"}
    channels = {"discord_cards_channel_id": CARDS, "discord_questions_channel_id": QUESTIONS}
    with told(**(known | channels | changes)):
        yield


def shown_cards(services: StandIns) -> list[dict[str, Any]]:
    """Oldest first."""
    return services.discord_messages(CARDS)


def asked_people(services: StandIns) -> list[dict[str, Any]]:
    """What people are asked, oldest first."""
    return services.discord_messages(QUESTIONS)


def labels_of(card: dict[str, Any]) -> list[str]:
    return [button["label"] for row in card["components"] for button in row["components"]]
