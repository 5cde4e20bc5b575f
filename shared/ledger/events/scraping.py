"""Events of scraper jobs and of the list of searches."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from shared.ledger.event_data import Amount, EventData


class ScraperJobCreated(EventData):
    """The scraper took a search on."""

    job_id: UUID
    brands: list[str]
    search: str
    due_at: AwareDatetime


class Find(BaseModel):
    """One of the things a scrape found, for a notice."""

    brand: str
    model: str
    price: Amount
    currency: str
    estimated_profit: Amount | None
    url: str


class ScraperJobCompleted(EventData):
    """The scraper reported what it found. `best` are a few of the matches, the most profitable first."""

    job_id: UUID
    brands: list[str]
    matches: int
    created_listings: int
    skipped: int
    refused: int
    best: list[Find]


class ScraperJobOverdue(EventData):
    """The scraper has not reported a job in the time it has."""

    job_id: UUID
    brands: list[str]
    search: str
    due_at: AwareDatetime


class SearchesChanged(EventData):
    """An operator changed the list of searches."""

    searches: list[dict[str, Any]]


class SearchesAdvanced(EventData):
    """The next search of the list had its turn."""

    search_id: str
    brand: str
    search: str


class SearchesFailed(EventData):
    """The search whose turn it was could not be handed to the scraper."""

    search_id: str
    brand: str
    search: str
    answer: str


EVENTS: Mapping[str, type[EventData]] = {
    "scraper.job.created": ScraperJobCreated,
    "scraper.job.completed": ScraperJobCompleted,
    "scraper.job.overdue": ScraperJobOverdue,
    "searches.changed": SearchesChanged,
    "searches.advanced": SearchesAdvanced,
    "searches.failed": SearchesFailed,
}
