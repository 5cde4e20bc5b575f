"""A process that serves one sink, as the template has one for each, among the stand-ins."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.stand_ins.client import StandIns
from tests.stand_ins.discord import Discord
from tests.stand_ins.google import Google
from tests.stand_ins.notion import Notion
from tests.stand_ins.shopify import Shopify
from tests.support.in_process import TELEGRAM_SECRET, client
from tests.support.recorded import CHAT
from tests.support.told import told

CHANNEL = "1300000000000000042"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a sink is served from: which stand-in, which of the tests' secrets, and where in the provider."""

    stand_in: str
    target: str
    secret: str
    credentials: Mapping[str, str]
    path: str = ""  # of the API, below the stand-in's address
    also: Mapping[str, str] = field(default_factory=dict)  # settings; `{}` stands for the stand-in's address


PLACES: Mapping[str, Place] = {
    "notion": Place(
        stand_in=Notion.name,
        target=Notion.data_source_id,
        secret="notion",
        credentials={"token": Notion.key},
    ),
    "google-calendar": Place(
        stand_in=Google.name,
        target=Google.calendar_id,
        secret="google",
        credentials={"token": Google.key},
        path="/calendar/v3",
        also={"google_token_url": "{}/token"},
    ),
    "shopify": Place(
        stand_in=Shopify.name,
        target="switchyard-test.myshopify.com",
        secret="shopify",
        credentials={"client_id": Shopify.client_id, "client_secret": Shopify.client_secret},
    ),
    "discord": Place(
        stand_in=Discord.name,
        target=CHANNEL,
        secret="discord",
        credentials={"bot_token": Discord.key},
        path="/api/v10",
    ),
    "telegram": Place(stand_in="telegram", target=str(CHAT), secret="telegram", credentials=TELEGRAM_SECRET),
}


@contextmanager
def serving(sink: str, services: StandIns, **changes: str) -> Iterator[None]:
    """Inside, product code serves this sink for real, with the secret that the stand-in knows; `changes` are settings.

    AWS has to be there.
    """
    place = PLACES[sink]
    address = services.addresses[place.stand_in]
    client("secretsmanager").put_secret_value(SecretId=place.secret, SecretString=json.dumps(dict(place.credentials)))
    known = {"sink": sink, "sink_mode": "apply", "sink_secret": place.secret, "sink_target": place.target}
    known |= {"sink_api_url": f"{address}{place.path}"}
    known |= {name: value.format(address) for name, value in place.also.items()}
    with told(**(known | changes)):
        yield


def made(sink: str, services: StandIns) -> int:
    """How many things stand at the provider."""
    match sink:
        case "notion":
            return len(services.pages())
        case "google-calendar":
            return len(services.calendar_events())
        case "shopify":
            return len(services.draft_orders()) + len(services.metaobjects())
        case "discord":
            return len(services.discord_messages(CHANNEL))
        case _:
            return len(services.state("telegram")["messages"].get(str(CHAT), []))
