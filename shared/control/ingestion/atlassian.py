"""What Jira and Confluence in the cloud share: how they are asked, and how they say no.

Source: developer.atlassian.com/cloud, "Basic auth for REST APIs" and "Rate limiting".
"""

import base64
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from shared.control.ingestion.source import for_good
from shared.runtime.errors import DependencyError
from shared.runtime.http import Address, Answer, Call, Locate, Service, ServiceError, Verdict
from shared.runtime.secret import Secret

JSON: Final[Mapping[str, str]] = {"Accept": "application/json"}
_HINT: Final = "; may the account of the token see it?"


def locate(site: str, secret: Secret, part: str) -> Locate:
    """`part` of the secret is an object with `email` and `api_token`."""

    def located(*, fresh: bool = False) -> Address:
        return Address(url=site.rstrip("/"), headers={"Authorization": _basic(secret(fresh=fresh), part)})

    return located


def has_credential(kept: Mapping[str, Any], part: str) -> bool:
    known = kept.get(part)
    return isinstance(known, dict) and bool(known.get("email") and known.get("api_token"))


def ask(service: Service, call: Call) -> Answer:
    """Raises ServiceError, SourceRefusedError."""
    try:
        return service.ask(call)
    except ServiceError as error:
        raise for_good(error, _HINT) from None


def host_of(site: str) -> str:
    return urlsplit(site).netloc


def unreadable(service: Service, answer: Answer) -> ServiceError:
    said = f"{answer.status} that cannot be read"
    return ServiceError(service.name, Verdict.RETRY_BACKOFF, said, answer=answer)


def _basic(kept: Mapping[str, Any], part: str) -> str:
    if not has_credential(kept, part):
        raise DependencyError(f"the secret has no credential of {part}")
    pair = f"{kept[part]['email']}:{kept[part]['api_token']}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"
