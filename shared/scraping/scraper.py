"""The scraper: asked to search. The contract is docs/services.md."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from shared.runtime.http import Answer, Call, Service, ServiceError, Verdict

NAME: Final = "scraper"


def scrape_call(brands: Sequence[str], search: str, *, key: str) -> Call:
    """To search twice costs the scraper some work and changes nothing here."""
    return Call(
        method="POST",
        path="/scrape",
        headers={"Idempotency-Key": key},
        json={"brands": list(brands), "search": search},
        repeatable=True,
    )


class Scraper:
    def __init__(self, service: Service) -> None:
        self._service = service

    def scrape(self, brands: Sequence[str], search: str, *, key: str) -> str:
        """The id of the job. Raises ServiceError."""
        return _job_id(self._service.ask(scrape_call(brands, search, key=key)))


def _job_id(answer: Answer) -> str:
    said: Any = answer.json()
    try:
        return str(UUID(said["job_id"]))
    except (TypeError, KeyError, ValueError, AttributeError):
        raise ServiceError(NAME, Verdict.AMBIGUOUS, f"{answer.status} without a job_id", answer=answer) from None
