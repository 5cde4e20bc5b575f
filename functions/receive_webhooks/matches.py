"""A scrape job's matches become listings; what was seen before is counted, not doubled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID

from pydantic import ValidationError

from shared.ledger.envelope import Cause
from shared.listings.contracts import JobComplete, Match
from shared.listings.deadlines import Deadlines
from shared.listings.listing import Listing, Sighting
from shared.runtime.attempts import Pause, attempts
from shared.runtime.errors import DependencyError, InvalidInputError

ROUNDS: Final = 20  # each round lost to someone else finds more of the work done


class Listings(Protocol):
    def get_many(self, listing_ids: Sequence[str]) -> dict[str, Listing]: ...
    def claimed(self, claims: Sequence[str]) -> set[str]: ...
    def save_all(self, listings: Sequence[Listing], cause: Cause, *, claims: Mapping[str, str]) -> set[str]: ...


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What became of the matches; every match is in one of the three."""

    created: int = 0
    created_before: int = field(default=0, compare=False)  # by an earlier delivery of this very report
    skipped: int = 0
    refused: dict[int, str] = field(default_factory=dict)  # index of the match -> reason
    sightings: tuple[Sighting, ...] = field(default=(), compare=False)  # each offer once


def record_matches(
    job: JobComplete,
    cause: Cause,
    *,
    listings: Listings,
    deadlines: Deadlines,
    at: datetime,
    default_currency: str,
    pause: Pause,
) -> Outcome:
    """Record each match once per job, however often the job is reported.

    Raises DependencyError where others kept changing the same listings; what was recorded stays, and reporting
    the job again records the rest.
    """
    outcome = Outcome()
    pending: dict[str, Sighting] = {}
    for index, raw in enumerate(job.matches):
        try:
            sighting = _sighting(raw, job.job_id, default_currency)
        except InvalidInputError as refusal:
            outcome.refused[index] = str(refusal)
        else:
            pending.setdefault(sighting.listing_id, sighting)
    outcome.sightings = tuple(pending.values())
    valid = len(job.matches) - len(outcome.refused)
    for _ in attempts(ROUNDS, pause=pause):
        pending = _record(pending, outcome, cause, listings=listings, deadlines=deadlines, at=at)
        if not pending:
            outcome.skipped = valid - outcome.created
            return outcome
    raise DependencyError("too many are changing the same listings; report the job again")


def _record(
    pending: Mapping[str, Sighting],
    outcome: Outcome,
    cause: Cause,
    *,
    listings: Listings,
    deadlines: Deadlines,
    at: datetime,
) -> dict[str, Sighting]:
    """One round: read, decide, write. Returns what was lost to others and must be looked at again."""
    known = listings.get_many(list(pending))
    met_again = {i: _claim(pending[i]) for i, listing in known.items() if _is_news(listing, pending[i])}
    told_before = listings.claimed(list(met_again.values())) if met_again else set()
    created = [Listing.found(s, at=at, deadlines=deadlines) for i, s in pending.items() if i not in known]
    seen = [known[i].seen(pending[i], at=at) for i, claim in met_again.items() if claim not in told_before]
    outcome.created_before += sum(
        not _is_news(listing, pending[i]) and listing.times_seen == 1 for i, listing in known.items()
    )
    lost = listings.save_all([*created, *seen], cause, claims=met_again)
    outcome.created += sum(listing.id not in lost for listing in created)
    return {i: sighting for i, sighting in pending.items() if i in lost}


def _sighting(raw: Any, job_id: UUID, default_currency: str) -> Sighting:
    """Raises InvalidInputError, saying where and what, without repeating the value."""
    try:
        sighting = Match.model_validate(raw).sighting(job_id, default_currency)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "match"
        raise InvalidInputError(f"{where}: {first['msg']}"[:300]) from None
    _ = sighting.listing_id  # an address that cannot be read is refused here, not in the middle of the work
    return sighting


def _is_news(listing: Listing, sighting: Sighting) -> bool:
    return listing.scraper_job_id != sighting.job_id


def _claim(sighting: Sighting) -> str:
    """Taken by the first report of this job about this listing."""
    return f"SIGHTING#{sighting.job_id}#{sighting.listing_id}"
