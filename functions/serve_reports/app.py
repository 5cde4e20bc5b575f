"""GET /admin/reports/... -> what the listings add up to, and all of them as a table."""

import shared.runtime.cold_start  # noqa: F401 - before all else, see there

# isort: split
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.serve_reports.service import CSV, found_between, summary_of, table_of
from shared.files.store import attachment
from shared.listings.lifecycle import State
from shared.listings.report import Selection
from shared.listings.report_views import Summary
from shared.runtime import wiring, wiring_listings
from shared.runtime.api import answer, resolver
from shared.runtime.clock import system_clock
from shared.runtime.observability import count, logger, observed
from shared.runtime.request import principal

app = resolver()
listings = wiring_listings.listings()

Brand = Annotated[str | None, Query(min_length=1, max_length=128, description="In upper or lower case")]
Since = Annotated[
    str | None, Query(min_length=1, max_length=64, description="Found then or later: a date or time, UTC")
]
Until = Annotated[
    str | None, Query(min_length=1, max_length=64, description="Found on that day or earlier, or before that time")
]


@app.get("/admin/reports/summary", summary="What the listings add up to", tags=["reports"])
def get_summary(brand: Brand = None, since: Since = None, until: Until = None) -> Summary:
    selection = found_between(since, until, brand=brand)
    tally = summary_of(selection, listings=listings)
    logger.info("listings added up", listings=tally.states.total())
    return Summary.of(tally, selection, at=system_clock())


@app.get(
    "/admin/reports/listings.csv",
    summary="All listings as a table, newest change first",
    description="Text that a spreadsheet would take for a formula has an apostrophe before it.",
    tags=["reports"],
    responses={
        200: {"description": "The table", "content": {"text/csv": {"schema": {"type": "string"}}}},
        303: {"description": "It is large, and at `Location` for a quarter of an hour"},
    },
)
def get_listings_csv(state: Annotated[State | None, Query()] = None, brand: Brand = None) -> Response[str]:
    states = [state] if state else list(State)
    table = table_of(states, Selection(brand=brand), listings=listings, files=wiring.files, clock=system_clock)
    headers = {"Cache-Control": "no-store"}
    if table.text is None:
        count("ReportsStored")
        return Response(status_code=303, content_type=CSV, headers=headers | {"Location": table.link}, body="")
    headers |= {"Content-Disposition": attachment(table.filename)}
    return Response(status_code=200, content_type=CSV, headers=headers, body=table.text)


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return answer(app, event, context, admit=principal)
