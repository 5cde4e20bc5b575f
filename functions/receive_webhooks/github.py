"""Webhooks of GitHub: how far the runs are that ship something.

Source: docs.github.com/webhooks, "Validating webhook deliveries", "Handling webhook deliveries", event workflow_run.
"""

import hmac
import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any, Final, Protocol

from pydantic import BaseModel, Field, ValidationError

from shared.deploys.deploy import Deploy
from shared.deploys.order import ENVIRONMENTS
from shared.deploys.run import Run
from shared.deploys.store import Deploys, change_deploy
from shared.ledger.envelope import Cause
from shared.runtime.attempts import Pause
from shared.runtime.clock import Clock
from shared.runtime.errors import InvalidInputError, UnauthorizedError
from shared.runtime.request import Request
from shared.state.store import StateStore

SIGNATURE: Final = "x-hub-signature-256"
EVENT: Final = "x-github-event"
DELIVERY: Final = "x-github-delivery"
OURS: Final = "workflow_run"
REMEMBERED_SECONDS: Final = 3 * 86_400  # GitHub sends again what is asked for again within three days
_SIGNATURE: Final = re.compile(r"sha256=[0-9a-f]{64}", re.ASCII)
_DELIVERY: Final = re.compile(r"[0-9A-Za-z-]{1,64}", re.ASCII)


class Repository(BaseModel):
    full_name: str = Field(min_length=3, max_length=200)


class WorkflowRun(BaseModel):
    """More fields are left alone, here and below."""

    id: int = Field(ge=1, le=2**63 - 1)
    display_title: str | None = Field(default=None, max_length=4_096)
    name: str | None = Field(default=None, max_length=4_096)
    status: str = Field(max_length=64)
    conclusion: str | None = Field(default=None, max_length=64)
    html_url: str = Field(max_length=2_048)


class WorkflowRunEvent(BaseModel):
    action: str = Field(max_length=64)
    workflow_run: WorkflowRun
    repository: Repository

    def run(self) -> Run:
        """It is over when GitHub tells of that: one that waits for an approval may be called completed before."""
        told, is_over = self.workflow_run, self.action == "completed"
        return Run(
            id=told.id,
            title=told.display_title or told.name or "",
            status=told.status if is_over else "in_progress",
            conclusion=told.conclusion if is_over else None,
            url=told.html_url,
        )


class Secrets(Protocol):
    def __call__(self, *, fresh: bool = False) -> list[bytes]: ...


def admit(request: Request, secrets: Secrets) -> str:
    """The actor, where the body is signed with a secret of ours. Raises UnauthorizedError."""
    shown = request.headers.get(SIGNATURE, ())
    if len(shown) != 1 or not _SIGNATURE.fullmatch(shown[0]):
        raise UnauthorizedError
    if not (_is_signed(request.body, shown[0], secrets()) or _is_signed(request.body, shown[0], secrets(fresh=True))):
        raise UnauthorizedError
    return "webhook:github"


def take(
    request: Request,
    body: Mapping[str, Any],
    cause: Cause,
    *,
    repository: str,
    deploys: Deploys,
    state: StateStore,
    clock: Clock,
    pause: Pause,
) -> str | None:
    """The deploy that this was news of; None where it was of none. Each delivery is taken once.

    Raises InvalidInputError for a run that cannot be read; ConflictError, DependencyError: send it again.
    """
    delivery = _delivery(request)
    if request.header(EVENT) != OURS or (delivery and state.get(delivery) is not None):
        return None
    news = _read(body)
    moved = None
    if repository and news.repository.full_name.casefold() == repository.casefold():
        moved = _hear(news.run(), cause, deploys=deploys, clock=clock, pause=pause)
    if delivery:  # said at the end: work that was cut off must be let in once more
        state.put(delivery, "seen", ttl=REMEMBERED_SECONDS)
    return moved


def _hear(run: Run, cause: Cause, *, deploys: Deploys, clock: Clock, pause: Pause) -> str | None:
    for deploy in _newest(deploys):
        if deploy.is_of(run):
            known = change_deploy(deploy, lambda it: it.heard(run, at=clock()), cause, deploys=deploys, pause=pause)
            return known.id if known else None
    return None


def _newest(deploys: Deploys) -> Iterator[Deploy]:
    for environment in ENVIRONMENTS:
        if (deploy := deploys.get(environment)) is not None:
            yield deploy


def _read(body: Mapping[str, Any]) -> WorkflowRunEvent:
    try:
        return WorkflowRunEvent.model_validate(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        raise InvalidInputError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}"[:300]) from None


def _delivery(request: Request) -> str | None:
    shown = request.headers.get(DELIVERY, ())
    is_one = len(shown) == 1 and _DELIVERY.fullmatch(shown[0])
    return f"webhook:github:{shown[0]}" if is_one else None


def _is_signed(body: bytes, shown: str, secrets: list[bytes]) -> bool:
    """No early end: how long it takes must not tell which secret came close."""
    good = [f"sha256={hmac.digest(secret, body, sha256).hex()}".encode() for secret in secrets]
    return sum(hmac.compare_digest(shown.encode(), one) for one in good) > 0
