"""A Discord channel: what happened is told there. Source: discord.com/developers/docs/resources/message, API v10."""

from datetime import timedelta
from typing import Final

from shared.runtime.discord import API_URL, LONGEST_CONTENT, NAME, USER_AGENT, as_written, ask, nonce_of
from shared.runtime.errors import InvalidInputError
from shared.runtime.http import Answer, Call, Locate, Service, ServiceError, Verdict
from shared.runtime.text import clean, cut
from shared.sinks.notices import OLD_NEWS, skips, text_for
from shared.sinks.place import Place, with_token
from shared.sinks.sink import Detail, Made

CREDENTIALS: Final = (("bot_token",),)
_SUPPRESS_EMBEDS: Final = 1 << 2
_TRIES: Final = 3  # at once: Discord knows a nonce again for minutes only


def locate(place: Place) -> Locate:
    return with_token(place, place.api_url or API_URL, part="bot_token", scheme="Bot")


def build(service: Service | None, place: Place) -> "DiscordChannel":
    return DiscordChannel(service, channel_id=place.target, currency=place.currency)


class DiscordChannel:
    """`service` answers at API_URL. What was told cannot be looked up; a nonce keeps it from being told twice."""

    name: str = NAME
    can_look: bool = False
    gives_up_after: timedelta = OLD_NEWS
    settles_after: timedelta = timedelta(0)

    def __init__(self, service: Service | None, *, channel_id: str, currency: str) -> None:
        self._service = service
        self._channel_id = channel_id
        self._currency = currency

    def skips(self, event: Detail) -> str | None:
        return skips(event, self._currency)

    def request(self, event: Detail) -> Call:
        return message_call(event["id"], text_for(event, self._currency), self._channel_id)

    def send(self, event: Detail) -> Made:
        """Once a try is in doubt, only a later one that succeeds takes the doubt away."""
        call = self.request(event)
        doubt: ServiceError | None = None
        for _ in range(_TRIES):
            try:
                return read_message(self._ask(call))
            except ServiceError as error:
                if error.verdict is not Verdict.AMBIGUOUS:
                    raise doubt or error from None
                doubt = error
        raise doubt or ServiceError(NAME, Verdict.AMBIGUOUS, "nobody knows")

    def find(self, event: Detail) -> Made | None:
        raise ServiceError(NAME, Verdict.AMBIGUOUS, "a channel cannot be asked what was told in it")

    def _ask(self, call: Call) -> Answer:
        if self._service is None:
            raise InvalidInputError(f"{NAME} is not set up")
        return ask(self._service, call)


def message_call(event_id: str, text: str, channel_id: str) -> Call:
    body = {
        "content": cut(as_written(clean(text).strip()), LONGEST_CONTENT),
        "allowed_mentions": {"parse": []},
        "nonce": nonce_of(event_id),
        "enforce_nonce": True,
        "flags": _SUPPRESS_EMBEDS,
    }
    path = f"/channels/{channel_id}/messages"
    return Call(method="POST", path=path, json=body, headers={"User-Agent": USER_AGENT}, repeatable=False)


def read_message(answer: Answer) -> Made:
    """Raises ServiceError: who answers yes without a message may have sent it."""
    body = answer.json()
    identity = body.get("id") if isinstance(body, dict) else None
    if not isinstance(identity, str) or not identity:
        raise ServiceError(NAME, Verdict.AMBIGUOUS, f"{answer.status} without a message", answer=answer)
    return Made(external_id=identity)
