"""The composition root of listings, of scrapes, and of the services that both have to do with."""

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from shared.runtime.clock import system_clock
from shared.runtime.settings import settings
from shared.runtime.wiring import client, files, ledger, secret, service, settings_store, with_key

if TYPE_CHECKING:
    from shared.listings.chatterbot import Chatterbot
    from shared.listings.deadlines import Deadlines
    from shared.listings.selling import Seller
    from shared.listings.store import LedgerListings
    from shared.listings.telegram import Photos
    from shared.listings.timers import StepFunctionsTimers
    from shared.runtime.http import Locate
    from shared.scraping.scraper import Scraper
    from shared.scraping.store import LedgerJobs, LedgerRotation


@cache
def listings() -> "LedgerListings":
    from shared.listings.store import LedgerListings  # pydantic: not for functions that only check keys

    return LedgerListings(ledger())


@cache
def deadlines() -> "Deadlines":
    from shared.listings.deadlines import Deadlines
    from shared.listings.lifecycle import State

    known = settings()
    days = {
        State.FOUND: known.found_days,
        State.MESSAGING: known.messaging_days,
        State.NEGOTIATING: known.negotiating_days,
    }
    periods = {state: timedelta(days=float(number)) for state, number in days.items()}
    return Deadlines(periods=periods, reminder_after=float(known.reminder_percent) / 100)


@cache
def timers() -> "StepFunctionsTimers":
    from shared.listings.timers import StepFunctionsTimers

    return StepFunctionsTimers(client("stepfunctions"), settings().timer_machine)


@cache
def scrape_jobs() -> "LedgerJobs":
    from shared.scraping.store import LedgerJobs

    return LedgerJobs(ledger())


@cache
def rotation() -> "LedgerRotation":
    from shared.scraping.store import LedgerRotation

    return LedgerRotation(ledger())


def scraper() -> "Scraper | None":
    """None where no scraper is configured; so with all services."""
    from shared.scraping.scraper import NAME, Scraper

    url = settings().scraper_api_url
    return Scraper(service(NAME, with_key(NAME, url))) if url else None


def chatterbot() -> "Chatterbot | None":
    from shared.listings.chatterbot import NAME, Chatterbot

    url = settings().chatterbot_api_url
    callback_url = f"{settings().public_url}/webhooks/{NAME}"
    return Chatterbot(service(NAME, with_key(NAME, url)), callback_url=callback_url) if url else None


def seller() -> "Seller | None":
    """The lister service where there is one, else eBay itself where there are credentials for it."""
    if settings().ebay_api_url:
        return _ebay_lister()
    has_credentials = secret(settings().ebay_credentials_secret, "json")().get("refresh_token")
    return _ebay_inventory() if has_credentials else None


def _ebay_lister() -> "Seller":
    from shared.listings.ebay_lister import NAME, EbayLister

    callback_url = f"{settings().public_url}/webhooks/{NAME}"
    return EbayLister(service(NAME, with_key(NAME, settings().ebay_api_url)), callback_url=callback_url)


@cache  # it keeps a token
def _ebay_inventory() -> "Seller":
    from shared.listings.ebay_inventory import SCOPE, TOKEN_PATH, EbayInventory
    from shared.listings.settings import SELLING
    from shared.runtime.http import send
    from shared.runtime.oauth import Credential, Grant, bearer, refresh_grant

    url = settings().ebay_inventory_url

    def grant(*, fresh: bool = False) -> Grant:
        kept = secret(settings().ebay_credentials_secret, "json")(fresh=fresh)
        return refresh_grant("ebay", kept, scope=SCOPE)

    credential = Credential("ebay", url + TOKEN_PATH, grant, send=send, clock=system_clock)
    return EbayInventory(service("ebay", bearer(url, credential)), lambda: settings_store().get(SELLING).selling())


def telegram_photos() -> "Photos":
    from shared.listings.telegram import Photos
    from shared.runtime.telegram import NAME

    return Photos(service(NAME, _telegram("bot")), service(NAME, _telegram("file/bot")), files=files())


def _telegram(prefix: str) -> "Locate":
    """Telegram wants its token in the address."""
    from shared.runtime.http import Address

    def locate(*, fresh: bool = False) -> Address:
        token = secret(settings().telegram_secret, "json")(fresh=fresh).get("bot_token", "")
        return Address(url=f"{settings().telegram_api_url}/{prefix}{token}")

    return locate
