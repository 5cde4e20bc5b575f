"""Notices: by the notification service, or to an address that a caller gave. Sent is what was answered with 2xx."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from shared.control.proxies.asking import read, thread_headers
from shared.control.proxies.outside import check_url, service_at
from shared.ledger.envelope import Cause
from shared.runtime.guard import UrlGuard
from shared.runtime.http import Call, Service

NAME: Final = "notification-service"
SETTING: Final = "NOTIFICATION_URL"
NOTIFY: Final = "/notify"
_SUPPRESSED: Final = "duplicate_suppressed"  # the service has sent the same not long ago


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """`key` is the same for the same notice, however often it is sent."""

    key: str
    title: str
    message: str
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the notification service is to bring notices: to `#docs` of `slack`, say."""

    channel: str = "log"
    target: str = ""


Notify = Callable[[Notice], bool]  # False where the same was sent not long ago; raises ServiceError, BadAnswerError


def through_service(service: Service, place: Place, cause: Cause) -> Notify:
    def notify(notice: Notice) -> bool:
        answer = service.ask(notify_call(notice, place, cause))
        said = read(service.name, answer) if answer.body.strip() else {}
        return said.get("status") != _SUPPRESSED

    return notify


def to_webhook(url: str, cause: Cause, guard: UrlGuard) -> Notify:
    """Raises InvalidInputError where it may not be called, DependencyError where nobody can tell."""
    check_url("webhook_url", url, guard)
    service = service_at("webhook", url, guard)

    def notify(notice: Notice) -> bool:
        service.ask(webhook_call(notice, cause))
        return True

    return notify


def notify_call(notice: Notice, place: Place, cause: Cause) -> Call:
    body = {"channel": place.channel, "target": place.target, **_said(notice)}
    return Call(method="POST", path=NOTIFY, json=body, headers=_headers(notice, cause), repeatable=False)


def webhook_call(notice: Notice, cause: Cause) -> Call:
    return Call(method="POST", path="", json=_said(notice), headers=_headers(notice, cause), repeatable=False)


def _said(notice: Notice) -> dict[str, Any]:
    return {"title": notice.title, "message": notice.message, "metadata": dict(notice.metadata)}


def _headers(notice: Notice, cause: Cause) -> dict[str, str]:
    return thread_headers(cause) | {"Idempotency-Key": notice.key}
