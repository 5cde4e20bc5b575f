"""/ingest and /docstore: have documents brought, see what was found in them; list, read and save documents."""

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from shared.control.ingestion.contracts import IngestIn, SaveIn
from shared.control.ingestion.findings import Analysis
from shared.control.ingestion.pages import WantedDocuments, WantedFindings, page_of_documents, page_of_findings
from shared.control.ingestion.views import Accepted, DocumentPage, DocumentView, EnvelopeView, FindingsPage, Saved
from shared.control.runs.shipped import find_workflow
from shared.control.runs.starting import start_run
from shared.ledger.envelope import Cause
from shared.runtime import wiring, wiring_ingestion, wiring_runs
from shared.runtime.clock import system_clock
from shared.runtime.errors import NotFoundError
from shared.runtime.observability import count, logger

router = Router()  # type: ignore[no-untyped-call]

WORKFLOW = "ingestion"
Source = Literal["github", "jira", "confluence", "swagger", "saved"]
Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(min_length=1, max_length=1_024, description="The last page's `next_cursor`")]


@router.post(
    "/ingest",
    summary="Have the documents of one source brought, and looked at",
    description="What has changed since the last time. The same asked for again is known by its `correlation_id`.",
    tags=["ingestion"],
    responses={202: {"description": "It is", "content": {"application/json": {"model": Accepted}}}},
)
def post_ingest(wanted: Annotated[IngestIn, Body()]) -> Response[Accepted]:
    wiring_ingestion.check_scope(wanted.source, wanted.scope)
    run, is_new = start_run(
        find_workflow(WORKFLOW),
        scope=wanted.scope,
        parameters={"sources": [wanted.source]},
        correlation_id=wanted.correlation_id,
        cause=_cause(),
        runs=wiring_runs.runs(),
        at=system_clock(),
    )
    logger.info("ingestion asked for", run_id=run.id, source=wanted.source, is_new=is_new)
    count("IngestionsAskedFor", int(is_new))
    body = Accepted(
        status="accepted" if is_new else "known",
        source=wanted.source,
        correlation_id=run.correlation_id,
        run_id=run.id,
    )
    place = {"Location": f"/workflows/runs/{run.id}"}
    return Response(status_code=202, content_type="application/json", body=body, headers=place)


@router.get(
    "/ingest/findings",
    summary="What was found in documents, the worst first",
    description="By the newest analysis of a correlation id, or by that of a run; by the newest of all without either.",
    tags=["ingestion"],
)
def get_findings(
    correlation_id: Annotated[str | None, Query(min_length=1, max_length=128)] = None,
    run_id: Annotated[str | None, Query(min_length=1, max_length=64)] = None,
    severity: Annotated[Literal["low", "med", "high"] | None, Query()] = None,
    type: Annotated[str | None, Query(min_length=1, max_length=100)] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> FindingsPage:
    analysis = _analysis(correlation_id, run_id)
    wanted = WantedFindings(run_id=analysis.run_id, severity=severity, type=type, limit=limit, cursor=cursor)
    everything = wiring_ingestion.findings().all(analysis.run_id)
    page, following = page_of_findings(wanted, everything, secret=wiring.cursor_secret)
    return FindingsPage.of(analysis, page, following)


@router.get("/docstore/documents", summary="Documents, the newest change first", tags=["docstore"])
def get_documents(
    source: Annotated[Source | None, Query()] = None, limit: Limit = 50, cursor: Cursor = None
) -> DocumentPage:
    wanted = WantedDocuments(source=source, limit=limit, cursor=cursor)
    documents = wiring_ingestion.documents()
    page, following = page_of_documents(wanted, documents=documents, secret=wiring.cursor_secret)
    return DocumentPage(documents=[DocumentView.of(one) for one in page], next_cursor=following)


@router.get(
    "/docstore/documents/<document_id>",
    summary="A document with its content, and its versions",
    tags=["docstore"],
)
def get_document(document_id: str, version: Annotated[int | None, Query(ge=1)] = None) -> EnvelopeView:
    """The version that counts, unless another one is asked for; any there ever was can be. The newest are listed."""
    documents = wiring_ingestion.documents()
    versions = documents.versions(document_id)
    record = documents.get(document_id) if version is None else documents.version(document_id, version)
    return EnvelopeView.of(record, documents.content(record), versions)


@router.post(
    "/docstore/save",
    summary="Save a document",
    description="A new version where the id is known and it says something else; ids like those of ingested documents "
    "are refused. Where a doc store is configured, only what that has taken is saved.",
    tags=["docstore"],
    responses={
        200: {"description": "It was there, just so", "content": {"application/json": {"model": Saved}}},
        201: {"description": "It is saved", "content": {"application/json": {"model": Saved}}},
    },
)
def post_save(wanted: Annotated[SaveIn, Body()]) -> Response[Saved]:
    cause = _cause()
    envelope = wanted.envelope(cause.correlation_id, at=system_clock())
    record, is_new = wiring_ingestion.documents().save(envelope, None, cause, clock=system_clock)
    logger.info("document saved", document_id=record.id, version=record.version, is_new=is_new)
    count("DocumentsSaved", int(is_new))
    body = Saved(
        status="saved" if is_new else "known",
        id=record.id,
        version=record.version,
        content_hash=record.content_hash,
    )
    return Response(status_code=201 if is_new else 200, content_type="application/json", body=body)


def _analysis(correlation_id: str | None, run_id: str | None) -> Analysis:
    """Raises NotFoundError."""
    findings = wiring_ingestion.findings()
    if run_id is not None:
        return findings.get(run_id)
    if correlation_id is not None:
        return findings.of_correlation(correlation_id)
    newest = findings.newest()
    if newest is None:
        raise NotFoundError("nothing was looked at yet")
    return newest


def _cause() -> Cause:
    cause: Cause = router.context["cause"]
    return cause
