"""POST /webhooks/scraper/job-complete -> each match becomes a listing, once."""

import shared.runtime.cold_start  # noqa: F401 - before all else, see there

# isort: split
import time
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from functions.receive_webhooks.admission import WebhookAdmission
from functions.receive_webhooks.service import Outcome, record_matches
from shared.listings.contracts import JobAccepted, JobComplete, Refused
from shared.runtime import wiring
from shared.runtime.api import answer, resolver
from shared.runtime.clock import system_clock
from shared.runtime.observability import count, logger, observed
from shared.runtime.settings import settings

MAX_BODY_BYTES = 4 * 1024 * 1024  # a thousand matches with long titles and reasons

app = resolver()
listings = wiring.listings()
admission = WebhookAdmission(
    {"scraper": wiring.scraper_secrets}, key_ring=wiring.key_ring(), state=wiring.state(), clock=system_clock
)


@app.post(
    "/webhooks/scraper/job-complete",
    summary="Report what a scrape job found",
    tags=["webhooks"],
    responses={
        202: {
            "description": "Taken; what could not be is refused by index, with the reason",
            "content": {"application/json": {"model": JobAccepted}},
        }
    },
)
def job_complete(job: Annotated[JobComplete, Body()]) -> Response[JobAccepted]:
    outcome = record_matches(
        job,
        app.context["cause"],
        listings=listings,
        at=system_clock(),
        default_currency=settings().default_currency,
        pause=time.sleep,
    )
    admission.remember(app.context["request"])
    _report(job, outcome)
    refused = [Refused(index=index, reason=reason) for index, reason in sorted(outcome.refused.items())]
    accepted = JobAccepted(accepted=True, created_listings=outcome.created, skipped=outcome.skipped, refused=refused)
    return Response(status_code=202, content_type="application/json", body=accepted)


def _report(job: JobComplete, outcome: Outcome) -> None:
    count("ListingsCreated", outcome.created)
    count("ListingsSkipped", outcome.skipped)
    count("MatchesRefused", len(outcome.refused))
    logger.info(
        "scrape job received",
        job_id=str(job.job_id),
        created_listings=outcome.created,
        skipped=outcome.skipped,
        refused=len(outcome.refused),
    )


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return answer(app, event, context, admit=admission.admit, max_body=MAX_BODY_BYTES)
