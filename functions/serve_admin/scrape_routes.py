"""/admin/scrape and /admin/searches: run a search now, follow the jobs, edit the rotation."""

from itertools import islice
from typing import Annotated
from uuid import UUID, uuid4

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body, Header, Query

from shared.runtime import wiring_listings
from shared.runtime.clock import system_clock
from shared.runtime.errors import ConflictError
from shared.runtime.observability import count, logger
from shared.runtime.request import expected_version
from shared.scraping.contracts import JobList, JobView, RotationView, SearchList, Trigger
from shared.scraping.job import Status
from shared.scraping.triggering import run_search

router = Router()  # type: ignore[no-untyped-call]
jobs = wiring_listings.scrape_jobs()
rotation = wiring_listings.rotation()


@router.post(
    "/admin/scrape/trigger",
    summary="Run a search now",
    tags=["scraping"],
    responses={202: {"description": "The scraper took it on", "content": {"application/json": {"model": JobView}}}},
)
def post_trigger(wanted: Annotated[Trigger, Body()]) -> Response[JobView]:
    job = run_search(
        wanted.all_brands(),
        wanted.search,
        router.context["cause"],
        key=str(uuid4()),
        scraper=wiring_listings.scraper(),
        jobs=jobs,
        at=system_clock(),
    )
    count("ScrapeJobsCreated")
    logger.info("scrape job created", job_id=job.id)
    return Response(status_code=202, content_type="application/json", body=JobView.of(job))


@router.get("/admin/scrape/jobs", summary="List scrape jobs, newest change first", tags=["scraping"])
def get_jobs(
    status: Annotated[Status | None, Query()] = None, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> JobList:
    newest = islice(jobs.newest(status=status, at_a_time=limit), limit)
    return JobList(jobs=[JobView.of(job) for job in newest])


@router.get("/admin/scrape/jobs/<job_id>", summary="Read one scrape job", tags=["scraping"])
def get_job(job_id: UUID) -> JobView:
    return JobView.of(jobs.get(str(job_id)))


@router.get("/admin/searches", summary="Read the search rotation", tags=["scraping"])
def get_searches() -> RotationView:
    return RotationView.of(rotation.get())


@router.put("/admin/searches", summary="Put another list in the place of the search rotation", tags=["scraping"])
def put_searches(
    wanted: Annotated[SearchList, Body()],
    if_match: Annotated[str | None, Header(alias="If-Match", description="`version` of what you saw")] = None,
) -> RotationView:
    known = rotation.get()
    if expected_version(if_match) not in (None, known.version):
        raise ConflictError("the list was changed by someone else; look at it again")
    changed = known.with_searches(wanted.entries(), at=system_clock())
    return RotationView.of(rotation.save(changed, router.context["cause"]))
