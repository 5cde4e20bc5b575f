"""What operators ask of dead letters."""

from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, model_validator

from shared.control.letters.cause import LONGEST_CAUSE
from shared.control.letters.discarding import LONGEST_REASON
from shared.control.letters.wanted import Wanted
from shared.runtime.line import line

FASTEST: Final = 500  # letters a second
MOST: Final = 1_000_000

QueueName = Annotated[str, Field(min_length=1, max_length=80, description="As the template calls it")]
LetterId = Annotated[str, Field(min_length=1, max_length=100)]
CauseText = Annotated[str, Field(min_length=1, max_length=LONGEST_CAUSE + 1, description="As the statistics say it")]
EventType = Annotated[str, Field(min_length=1, max_length=100)]
Limit = Annotated[int, Field(strict=True, ge=1, le=MOST)]


class RetryIn(BaseModel):
    """Without anything, all letters of all queues are meant."""

    model_config = ConfigDict(extra="forbid")

    queue: QueueName | None = None
    letter_id: LetterId | None = None
    cause: CauseText | None = None
    event_type: EventType | None = None
    dry_run: StrictBool = False
    rate: Annotated[int, Field(strict=True, ge=1, le=FASTEST, description="Letters a second")] = 50
    limit: Limit | None = None

    @model_validator(mode="after")
    def check_letter_has_a_queue(self) -> Self:
        if self.letter_id is not None and self.queue is None:
            raise ValueError("a letter is looked for in its queue: say which")
        return self

    def wanted(self) -> Wanted:
        return Wanted(letter_id=self.letter_id, cause=self.cause, event_type=self.event_type)


class DiscardIn(BaseModel):
    """Which letters, said in one way."""

    model_config = ConfigDict(extra="forbid")

    queue: QueueName
    letter_id: LetterId | None = None
    cause: CauseText | None = None
    all: StrictBool = False
    reason: line(LONGEST_REASON)  # type: ignore[valid-type]

    @model_validator(mode="after")
    def check_is_one_way(self) -> Self:
        if [self.letter_id is not None, self.cause is not None, self.all].count(True) != 1:
            raise ValueError("say one of letter_id, cause, or all: true")
        return self
