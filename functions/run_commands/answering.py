"""Bringing an answer to who asked: over the interaction's token while it is good, else to the channel if it may."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from shared.discord import rest
from shared.discord.answers import Reply
from shared.discord.interaction import Interaction
from shared.discord.options import Acknowledge
from shared.runtime.attempts import Pause
from shared.runtime.clock import Clock
from shared.runtime.http import Service, ServiceError, Verdict

RACE: Final = timedelta(seconds=10)  # after the first answer Discord may not know of it yet
_FIRST_PAUSE: Final = 0.2  # seconds, doubled each time
_RACE_TRIES: Final = 6
_LONGEST_WAIT: Final = 5.0  # seconds a rate limit is waited for here
# Discord's codes for a token that is no longer good.
_EXPIRED: Final = frozenset({50027, rest.UNKNOWN_WEBHOOK, 10062})
# What the receiver has answered in full: "refused" to who may not, "wrong" where nobody knows what was used.
_SILENT: Final = frozenset({"refused", "wrong", Acknowledge.MODAL, Acknowledge.REPLY})
_DONE: Final = Reply(content="Done.")
_UNSHOWN: Final = Reply(
    content="This was dealt with, but Discord does not take the answer. `/events` shows what happened."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An interaction, how Discord was answered at once, and when."""

    interaction: Interaction
    trace_id: str  # the same each time it is dealt with
    acknowledged: str
    received_at: datetime

    @property
    def is_silent(self) -> bool:
        """Nothing waits for an answer: Discord has all of it."""
        return self.acknowledged in _SILENT

    @property
    def is_public(self) -> bool:
        return self.acknowledged in (Acknowledge.DEFER, Acknowledge.DEFER_UPDATE)


class DiscordAnswers:
    """`webhooks` answers with tokens of interactions, `bot` speaks in channels."""

    def __init__(self, webhooks: Service, bot: Service, *, clock: Clock, pause: Pause) -> None:
        self._webhooks = webhooks
        self._bot = bot
        self._clock = clock
        self._pause = pause

    def give(self, asked: Asked, reply: Reply | None) -> bool:
        """Whether it is sure to have been brought to somebody. Raises ServiceError where it may be tried again."""
        if asked.is_silent or (reply is None and asked.acknowledged == Acknowledge.DEFER_UPDATE):
            return True
        try:
            return self._patiently(asked, reply or _DONE)
        except ServiceError as error:
            if _is_expired(error):
                return self._to_channel(asked, reply or _DONE) or self._is_over(asked, error)
            if error.verdict is not Verdict.TERMINAL:
                raise
            return self._in_short(asked, error)

    def _is_over(self, asked: Asked, error: ServiceError) -> bool:
        """False: nobody hears it any more. Raises ServiceError where Discord may only be slow to know of the token."""
        is_young = self._clock() - asked.received_at < timedelta(seconds=rest.TOKEN_SECONDS)
        if is_young and rest.code_of(error) == rest.UNKNOWN_WEBHOOK:
            raise error
        return False

    def progress(self, asked: Asked, reply: Reply) -> None:
        """Over the token, once: what counts is the answer."""
        if asked.is_silent:
            return
        used = asked.interaction
        try:
            rest.edit_original(self._webhooks, used.application_id, used.token, reply)
        except ServiceError:
            return

    def _in_short(self, asked: Asked, error: ServiceError) -> bool:
        """Discord does not take the answer, or its message is gone: what was done is not done again for that."""
        if rest.code_of(error) != rest.INVALID_FORM:
            return False
        used = asked.interaction
        try:
            rest.edit_original(self._webhooks, used.application_id, used.token, _UNSHOWN)
        except ServiceError:
            return False
        return True

    def _patiently(self, asked: Asked, reply: Reply) -> bool:
        """Again where Discord does not know of our first answer yet, or wants a moment. As `_over_token`."""
        wait = _FIRST_PAUSE
        for _ in range(_RACE_TRIES):
            try:
                return self._over_token(asked, reply)
            except ServiceError as error:
                pause = self._worth_waiting(error, asked, wait)
                if pause is None:
                    raise
            self._pause(pause)
            wait *= 2
        return self._over_token(asked, reply)

    def _worth_waiting(self, error: ServiceError, asked: Asked, wait: float) -> float | None:
        if error.verdict is Verdict.RETRY_AFTER and (error.retry_after or 0) <= _LONGEST_WAIT:
            return error.retry_after or wait
        is_early = self._clock() - asked.received_at < RACE
        return wait if is_early and rest.code_of(error) == rest.UNKNOWN_WEBHOOK else None

    def _over_token(self, asked: Asked, reply: Reply) -> bool:
        """Whether it is sure to be there. Raises ServiceError."""
        used = asked.interaction
        if not (reply.private and asked.is_public):
            rest.edit_original(self._webhooks, used.application_id, used.token, reply)
            return True
        if asked.acknowledged == Acknowledge.DEFER:  # what began for all to see cannot become private
            self._take_back(used)
        return self._follow_up(used, reply)

    def _follow_up(self, used: Interaction, reply: Reply) -> bool:
        """What may have been said is not said again, and counts as not heard. Raises ServiceError."""
        try:
            rest.follow_up(self._webhooks, used.application_id, used.token, reply)
        except ServiceError as error:
            if error.verdict is not Verdict.AMBIGUOUS:
                raise
            return False
        return True

    def _take_back(self, used: Interaction) -> None:
        try:
            rest.delete_original(self._webhooks, used.application_id, used.token)
        except ServiceError as error:
            if rest.code_of(error) != rest.UNKNOWN_MESSAGE:  # an earlier try has
                raise

    def _to_channel(self, asked: Asked, reply: Reply) -> bool:
        """What was for one pair of eyes is not told to a channel."""
        used = asked.interaction
        if reply.private or not asked.is_public or used.channel_id is None:
            return False
        try:
            self._in_channel(used, asked.acknowledged, reply)
        except ServiceError as error:
            if error.verdict is not Verdict.TERMINAL:
                raise
            return False
        return True

    def _in_channel(self, used: Interaction, acknowledged: str, reply: Reply) -> Any:
        assert used.channel_id is not None
        if acknowledged == Acknowledge.DEFER_UPDATE and used.message_id:
            return rest.edit_message(self._bot, used.channel_id, used.message_id, reply)
        late = replace(reply, content=f"The answer to {_called(used)} took a while.\n{reply.content}".strip())
        return rest.create_message(self._bot, used.channel_id, late, nonce=used.id)


def _called(used: Interaction) -> str:
    return f"`/{used.name}`"


def _is_expired(error: ServiceError) -> bool:
    """401: "Invalid Webhook Token" comes as that, too."""
    is_refused = error.answer is not None and error.answer.status == 401
    return is_refused or rest.code_of(error) in _EXPIRED
