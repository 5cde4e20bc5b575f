"""The composition root of deploys, and of GitHub."""

from functools import cache
from typing import TYPE_CHECKING

from shared.runtime.settings import settings
from shared.runtime.wiring import ledger, secret, service

if TYPE_CHECKING:
    from shared.deploys.store import LedgerDeploys
    from shared.runtime.http import Address, Service


@cache
def deploys() -> "LedgerDeploys":
    from shared.deploys.store import LedgerDeploys

    return LedgerDeploys(ledger())


def github() -> "Service | None":
    """None where there is no repository, or no token for it."""
    from shared.runtime.github import is_repository

    return github_service() if is_repository(settings().github_repository) else None


def github_service() -> "Service | None":
    """Whatever repository it is asked about; None where there is no token."""
    from shared.runtime.github import NAME

    return service(NAME, _github) if secret(settings().github_secret, "json")().get("token") else None


def _github(*, fresh: bool = False) -> "Address":
    from shared.runtime.github import HEADERS
    from shared.runtime.http import Address

    token = str(secret(settings().github_secret, "json")(fresh=fresh).get("token", "")).strip()
    return Address(url=settings().github_api_url.rstrip("/"), headers={**HEADERS, "Authorization": f"Bearer {token}"})


def github_webhook_secrets(*, fresh: bool = False) -> list[bytes]:
    """What GitHub signs its webhooks with, current and previous."""
    kept = secret(settings().github_secret, "json")(fresh=fresh)
    names = ("webhook_secret", "previous_webhook_secret")
    return [kept[name].encode() for name in names if kept.get(name)]
