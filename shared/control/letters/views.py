"""What operators are shown of dead letters: never a secret that stands in one."""

import json
from datetime import datetime
from typing import Any, Final

from pydantic import AwareDatetime, BaseModel, Field

from shared.control.letters.asking import Account, Forecast
from shared.control.letters.letter import Letter
from shared.control.letters.looking import Found, Lying
from shared.runtime.redaction import redacted
from shared.runtime.text import cut_text

LONGEST_BODY: Final = 12_000  # characters of JSON, where many letters are shown: Lambda's answers have 6 MB at most
LONGEST_ONE: Final = 1_000_000  # where it is one
_FIRST: Final = 20  # letters that a dry run names


class CauseView(BaseModel):
    cause: str
    count: int


class QueueView(BaseModel):
    queue: str
    source: str | None = Field(description="Where its letters go back to")
    messages: int | None = Field(description="About how many; null where the queue could not be asked")
    oldest_seconds: int | None = Field(description="Since the oldest that was looked at was first sent")
    causes: list[CauseView] = Field(description="Of those that were looked at, the most frequent first")
    looked_at: int
    is_sample: bool = Field(description="There are more than were looked at")

    @classmethod
    def of(cls, lying: Lying, *, at: datetime) -> "QueueView":
        return cls(
            queue=lying.queue,
            source=lying.source,
            messages=lying.messages,
            oldest_seconds=_age(lying.oldest_at, at) if lying.oldest_at else None,
            causes=[CauseView(cause=cause, count=count) for cause, count in lying.causes.items()],
            looked_at=lying.looked_at,
            is_sample=lying.is_sample,
        )


class LetterStats(BaseModel):
    total: int = Field(description="Of the queues that could be asked")
    queues: list[QueueView]

    @classmethod
    def of(cls, lying: list[Lying], *, at: datetime) -> "LetterStats":
        return cls(
            total=sum(one.messages or 0 for one in lying),
            queues=[QueueView.of(one, at=at) for one in lying],
        )


class LetterView(BaseModel):
    letter_id: str
    queue: str
    source: str | None
    kind: str
    cause: str
    error: str | None = Field(description="All that is known of the cause")
    sent_at: AwareDatetime
    age_seconds: int
    receive_count: int
    event_type: str | None
    event_id: str | None
    trace_id: str | None
    is_retryable: bool
    why_not: str | None
    body: Any = Field(
        description="JSON, or text where it is none or too long; secrets are blotted out. Null where it is a use of a "
        "command in Discord, which is for admins"
    )
    is_cut: bool

    @classmethod
    def of(
        cls, letter: Letter, *, at: datetime, longest: int = LONGEST_BODY, with_commands: bool = False
    ) -> "LetterView":
        is_hidden = letter.of_command and not with_commands
        body, is_cut = (None, False) if is_hidden else _shown(letter.content, longest)
        return cls(
            letter_id=letter.id,
            queue=letter.queue,
            source=letter.source,
            kind=str(letter.kind),
            cause=letter.reason.cause,
            error=letter.reason.said,
            sent_at=letter.message.sent_at,
            age_seconds=_age(letter.message.sent_at, at),
            receive_count=letter.message.receive_count,
            event_type=letter.event_type,
            event_id=letter.event_id,
            trace_id=letter.trace_id,
            is_retryable=letter.is_retryable,
            why_not=letter.why_not,
            body=body,
            is_cut=is_cut,
        )


class LetterPage(BaseModel):
    letters: list[LetterView]
    is_all: bool = Field(description="No letter that is meant is missing")

    @classmethod
    def of(cls, found: Found, *, at: datetime, is_one: bool, with_commands: bool = False) -> "LetterPage":
        longest = LONGEST_ONE if is_one else LONGEST_BODY
        views = [LetterView.of(one, at=at, longest=longest, with_commands=with_commands) for one in found.letters]
        return cls(letters=views, is_all=found.is_all)


class LettersRefusedView(BaseModel):
    why_not: str
    count: int


class RetryView(BaseModel):
    """What was done at once."""

    retried_events: int
    total_events: int = Field(description="About how many lay in the queues that are meant")
    not_accepted: int = Field(
        default=0, description="Refused by the queues they were sent to; they are where they were"
    )
    refused: list[LettersRefusedView] = []
    is_all: bool = Field(default=True, description="No other letter that is meant was found")

    @classmethod
    def of(cls, account: Account) -> "RetryView":
        return cls(
            retried_events=account.retried,
            total_events=account.total,
            not_accepted=account.not_accepted,
            refused=_refused(account.refused),
            is_all=account.is_all,
        )


class ForecastView(BaseModel):
    """What a dry run says."""

    would_retry: int
    total_events: int
    refused: list[LettersRefusedView]
    first: list[str] = Field(description="Ids of letters, 20 at most")
    is_all: bool = Field(description="All were looked at; else there may be more")

    @classmethod
    def of(cls, forecast: Forecast) -> "ForecastView":
        return cls(
            would_retry=len(forecast.letters),
            total_events=forecast.total,
            refused=_refused(forecast.refused),
            first=[letter.id for letter in forecast.letters[:_FIRST]],
            is_all=forecast.is_all,
        )


class RetryRun(BaseModel):
    """It takes a while: the run says how far it has come."""

    status: str
    run_id: str
    workflow: str
    retried_events: int = 0
    total_events: int


class DiscardView(BaseModel):
    discarded: int
    is_all: bool = Field(description="None is left that was meant; else ask again")


def _refused(counted: Any) -> list[LettersRefusedView]:
    return [LettersRefusedView(why_not=why_not, count=count) for why_not, count in counted.most_common()]


def _age(sent_at: datetime, at: datetime) -> int:
    return max(0, int((at - sent_at).total_seconds()))


def _shown(content: Any, longest: int) -> tuple[Any, bool]:
    """Without secrets, and whether it was cut. What is cut is text in ASCII, in which JSON has a letter or six."""
    blotted = redacted(content)
    text = json.dumps(blotted)
    return (cut_text(text, longest), True) if len(text) > longest else (blotted, False)
