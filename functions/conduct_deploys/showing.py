"""The message that shows how far a deploy is: posted once, then edited until it shows what is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from shared.deploys.deploy import Deploy
from shared.deploys.store import Deploys, change_deploy
from shared.discord.answers import Reply
from shared.discord.deploy_card import progress, superseded
from shared.discord.rest import create_message, edit_message
from shared.ledger.envelope import from_text
from shared.runtime.attempts import Pause
from shared.runtime.clock import Clock
from shared.runtime.discord import nonce_of
from shared.runtime.http import Service, ServiceError, Verdict
from shared.runtime.observability import count, logger
from shared.runtime.queue import cause_of
from shared.sinks.sink import Detail

_MOST_EDITS: Final = 5  # for one event; others come with what is new
_TRIED_FOR: Final = timedelta(minutes=15)  # then `/deploys` has to do
_USUAL_WAIT: Final = timedelta(seconds=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """Whoever edits reads again afterwards, so that of two that are at it the one who is behind sees it."""

    discord: Callable[[], Service]
    deploys: Deploys
    clock: Clock
    pause: Pause

    def __call__(self, event: Detail, deploy: Deploy) -> timedelta | None:
        """After which time to come back where Discord is unwell. What it refuses is left: the deploy goes on."""
        if deploy.channel_id is None or not self._is_due(event, deploy):
            return None
        try:
            self._show(event, deploy)
        except ServiceError as error:
            return self._again_after(error, event)
        return None

    @staticmethod
    def _is_due(event: Detail, deploy: Deploy) -> bool:
        """What came after this event is shown by an event of its own."""
        return deploy.message_id is None or event["version"] >= deploy.version

    def _show(self, event: Detail, deploy: Deploy) -> None:
        if deploy.message_id is None:
            self._close_earlier(deploy)  # first: once this one is there, nobody comes back for that
            deploy = self._post(event, deploy, progress(deploy))
        shown = None  # what was posted may have been posted before, and show less
        for _ in range(_MOST_EDITS):
            if progress(deploy) != shown:
                shown = progress(deploy)
                self._edit(deploy.channel_id, deploy.message_id, shown)
            latest = self.deploys.get(deploy.environment)
            if latest is None or latest.id != deploy.id or progress(latest) == shown:
                return
            deploy = latest

    def _post(self, event: Detail, deploy: Deploy, shown: Reply) -> Deploy:
        """Who dies here posts it again; by its nonce Discord knows for some minutes that it is the same."""
        channel_id = str(deploy.channel_id)
        nonce = nonce_of(f"{deploy.id} {deploy.requested_at.isoformat()}")
        message = create_message(self.discord(), channel_id, shown, nonce=nonce)

        def announced(known: Deploy) -> Deploy | None:
            return known.announced(channel_id, message["id"], at=self.clock())

        known = change_deploy(deploy, announced, cause_of(event), deploys=self.deploys, pause=self.pause)
        return known or deploy

    def _edit(self, channel_id: Any, message_id: Any, reply: Reply) -> None:
        if channel_id and message_id:
            edit_message(self.discord(), channel_id, message_id, reply)

    def _close_earlier(self, deploy: Deploy) -> None:
        """The buttons on the message of the deploy before this one lead nowhere any more. What is gone is left."""
        for before in deploy.earlier[:1]:
            try:
                self._edit(before.get("channel_id"), before.get("message_id"), superseded(before, deploy.id))
            except ServiceError as error:
                if error.verdict is not Verdict.TERMINAL:
                    raise

    def _again_after(self, error: ServiceError, event: Detail) -> timedelta | None:
        logger.warning("progress not shown", deploy_id=event["data"]["deploy_id"], reason=error.said)
        count("DeploysNotShown")
        is_final = error.verdict is Verdict.TERMINAL or self.clock() - from_text(event["time"]) > _TRIED_FOR
        if is_final:
            return None
        return timedelta(seconds=error.retry_after) if error.retry_after else _USUAL_WAIT
