"""POST /webhooks/... -> what the services around say becomes listings, and moves them."""

import shared.runtime.cold_start  # noqa: F401 - before all else, see there

# isort: split
import time
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from functions.receive_webhooks import github, news, telegram
from functions.receive_webhooks.admission import WebhookAdmission
from functions.receive_webhooks.matches import Outcome, record_matches
from functions.receive_webhooks.reports import close_job
from shared.listings.contracts import (
    DealConfirmed,
    Declined,
    Heard,
    ItemSold,
    JobAccepted,
    JobComplete,
    MessageSent,
    Refused,
    ReplyReceived,
)
from shared.runtime import wiring, wiring_deploys, wiring_listings
from shared.runtime.api import answer, resolver
from shared.runtime.clock import system_clock
from shared.runtime.observability import count, logger, observed
from shared.runtime.request import Request
from shared.runtime.settings import settings

MAX_BODY_BYTES = 4 * 1024 * 1024  # a thousand matches with long titles and reasons
TELEGRAM = "/webhooks/telegram"
GITHUB = "/webhooks/github"

app = resolver()
listings = wiring_listings.listings()
jobs = wiring_listings.scrape_jobs()
deadlines = wiring_listings.deadlines()
admission = WebhookAdmission(
    {source: wiring.webhook_secrets(source) for source in ("scraper", "chatterbot", "ebay")},
    key_ring=wiring.key_ring(),
    state=wiring.state(),
    clock=system_clock,
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
    cause, now = app.context["cause"], system_clock()
    outcome = record_matches(
        job,
        cause,
        listings=listings,
        deadlines=deadlines,
        at=now,
        default_currency=settings().default_currency,
        pause=time.sleep,
    )
    close_job(job, outcome, cause, jobs=jobs, at=now, pause=time.sleep)
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


@app.post("/webhooks/chatterbot/message-sent", summary="The seller was written to", tags=["webhooks"])
def message_sent(told: Annotated[MessageSent, Body()]) -> Heard:
    return _hear(news.of_message_sent(told))


@app.post("/webhooks/chatterbot/reply-received", summary="The seller answered", tags=["webhooks"])
def reply_received(told: Annotated[ReplyReceived, Body()]) -> Heard:
    return _hear(news.of_reply(told))


@app.post("/webhooks/chatterbot/deal-confirmed", summary="The seller sells", tags=["webhooks"])
def deal_confirmed(told: Annotated[DealConfirmed, Body()]) -> Heard:
    return _hear(news.of_deal(told))


@app.post("/webhooks/chatterbot/declined", summary="The seller does not sell", tags=["webhooks"])
def declined(told: Annotated[Declined, Body()]) -> Heard:
    return _hear(news.of_refusal(told))


@app.post("/webhooks/ebay/item-sold", summary="It was sold on eBay", tags=["webhooks"])
def item_sold(told: Annotated[ItemSold, Body()]) -> Heard:
    return _hear(news.of_sale(told))


def _hear(told: news.News) -> Heard:
    listing, changed = news.hear(
        told, app.context["cause"], listings=listings, deadlines=deadlines, clock=system_clock, pause=time.sleep
    )
    admission.remember(app.context["request"])
    logger.info("news", news=told.name, listing_id=listing.id, state=listing.state, changed=changed)
    return Heard.model_validate(
        {"listing_id": listing.id, "state": listing.state, "version": listing.version, "changed": changed}
    )


@app.post(TELEGRAM, summary="An update of the Telegram bot: photos of listings", tags=["webhooks"])
def telegram_update(update: Annotated[telegram.Update, Body()]) -> dict[str, Any]:
    chat_id = settings().telegram_chat_id
    said = telegram.take_update(
        update,
        app.context["cause"],
        chat_id=chat_id,
        listings=listings,
        state=wiring.state(),
        clock=system_clock,
        pause=time.sleep,
    )
    count("TelegramUpdates")
    return telegram.answer(chat_id, said)


@app.post(GITHUB, summary="A webhook of GitHub: how far a run is that ships something", tags=["webhooks"])
def github_event(body: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
    deploy_id = github.take(
        app.context["request"],
        body,
        app.context["cause"],
        repository=settings().github_repository,
        deploys=wiring_deploys.deploys(),
        state=wiring.state(),
        clock=system_clock,
        pause=time.sleep,
    )
    count("GitHubEvents")
    return {"deploy_id": deploy_id}


def admit(request: Request) -> str:
    if request.path == TELEGRAM:
        return telegram.admit(request, wiring.telegram_webhook_tokens)
    if request.path == GITHUB:
        return github.admit(request, wiring_deploys.github_webhook_secrets)
    return admission.admit(request)


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return answer(app, event, context, admit=admit, max_body=MAX_BODY_BYTES)
