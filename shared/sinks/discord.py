"""A Discord channel: what happened is told there. Source: discord.com/developers/docs/resources/message, API v10."""

import re
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from typing import Final

from shared.runtime.errors import InvalidInputError
from shared.runtime.http import LONGEST_WAIT, Answer, Call, Locate, Service, ServiceError, Verdict
from shared.sinks.notices import OLD_NEWS, skips, text_for
from shared.sinks.place import Place, with_token
from shared.sinks.sink import Detail, Made
from shared.sinks.text import clean, cut, letters

NAME: Final = "discord"
API_URL: Final = "https://discord.com/api/v10"
CREDENTIALS: Final = (("bot_token",),)
# Discord wants `DiscordBot (<url>, <version>)` and may turn others away. The address says nothing of who runs this.
USER_AGENT: Final = "DiscordBot (https://switchyard.example, 0.1)"
LONGEST_CONTENT: Final = 2_000
LONGEST_NONCE: Final = 25
_SUPPRESS_EMBEDS: Final = 1 << 2
_TRIES: Final = 3  # at once: Discord knows a nonce again for minutes only
_LONGEST_SAYING: Final = 300


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
        try:
            return self._service.ask(call)
        except ServiceError as error:
            raise in_discords_words(error) from None


def message_call(event_id: str, text: str, channel_id: str) -> Call:
    body = {
        "content": cut(_plain(clean(text).strip()), LONGEST_CONTENT),
        "allowed_mentions": {"parse": []},
        "nonce": nonce_of(event_id),
        "enforce_nonce": True,
        "flags": _SUPPRESS_EMBEDS,
    }
    path = f"/channels/{channel_id}/messages"
    return Call(method="POST", path=path, json=body, headers={"User-Agent": USER_AGENT}, repeatable=False)


def nonce_of(event_id: str) -> str:
    return sha256(event_id.encode()).hexdigest()[:LONGEST_NONCE]


# An address stays one that can be followed. What it may not have in it, a mention or the end of a masked link, ends it.
_ADDRESS: Final = r"https?://[A-Za-z0-9._~:/?#!$&'+,;=%-]{1,500}"
_AT_LINE_START: Final = r"^[ \t]*(?:>>>|>|-#|#{1,6}|[-+])(?=\s|$)"
# `<` begins mentions of all kinds, emoji and times.
_MENTION: Final = r"@(?=everyone|here)|<(?=[@#:/a-z])"
_PART: Final = re.compile(
    rf"(?P<address>{_ADDRESS})|(?P<start>{_AT_LINE_START})|(?P<mention>{_MENTION})|(?P<other>.)",
    re.MULTILINE | re.DOTALL,
)
_MARKUP: Final = frozenset("\\*_~`|[]<>")
_BREAK: Final = "\u200b"  # has no width; what it stands in is no mention any more


def _plain(text: str) -> Iterator[str]:
    """The text in pieces, each of which reads as it was written: no markup, no mentions, no masked links."""
    waiting = ""
    for found in _PART.finditer(text):
        if found["other"]:
            waiting += found["other"]
            continue
        yield from map(_escaped, letters(waiting))
        waiting = ""
        yield found["address"] or _defused(found)
    yield from map(_escaped, letters(waiting))


def _defused(found: re.Match[str]) -> str:
    if found["mention"]:
        return f"{_escaped(found['mention'])}{_BREAK}"
    return re.sub(r"[>#+-]", r"\\\g<0>", found["start"])


def _escaped(letter: str) -> str:
    return f"\\{letter}" if letter[0] in _MARKUP else letter


def read_message(answer: Answer) -> Made:
    """Raises ServiceError: who answers yes without a message may have sent it."""
    body = answer.json()
    identity = body.get("id") if isinstance(body, dict) else None
    if not isinstance(identity, str) or not identity:
        raise ServiceError(NAME, Verdict.AMBIGUOUS, f"{answer.status} without a message", answer=answer)
    return Made(external_id=identity)


def in_discords_words(error: ServiceError) -> ServiceError:
    """The same error with Discord's code of it; how long to stay away, Discord says to the millisecond in the body."""
    body = error.answer.json() if error.answer else None
    if not isinstance(body, dict):
        return error
    seconds = body.get("retry_after")
    if isinstance(seconds, int | float) and 0 < seconds < float("inf"):
        error.retry_after = min(float(seconds), LONGEST_WAIT)
    code = body.get("code")
    said = f"{error.said} ({code})"[:_LONGEST_SAYING] if isinstance(code, int) else error.said
    return type(error)(NAME, error.verdict, said, retry_after=error.retry_after, answer=error.answer)
