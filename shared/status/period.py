"""What stretch of time a digest is about, and the parts it is drawn in."""

from datetime import datetime, timedelta
from enum import StrEnum

from shared.runtime.errors import InvalidInputError


class Period(StrEnum):
    NOW = "now"
    DAILY = "daily"
    WEEKLY = "weekly"

    @property
    def length(self) -> timedelta:
        return {"now": timedelta(hours=1), "daily": timedelta(days=1), "weekly": timedelta(days=7)}[self.value]

    @property
    def parts(self) -> int:
        """How many bars a chart of it has; a single one is none."""
        return {"now": 1, "daily": 24, "weekly": 7}[self.value]

    def part_of(self, moment: datetime, since: datetime) -> int:
        return int((moment - since) * self.parts / self.length)


def read_period(text: object) -> Period:
    """Raises InvalidInputError."""
    try:
        return Period(str(text))
    except ValueError:
        raise InvalidInputError(f"period: there are {', '.join(Period)}") from None
