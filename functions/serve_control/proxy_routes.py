"""/report/request, /summarization/suggest, /demo/e2e: by the services that are configured, or by what is known here."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.control.proxies.contracts import DemoIn, ReportIn, SuggestIn
from shared.control.proxies.requesting import demo, request_report
from shared.control.proxies.summarization import suggest
from shared.ledger.envelope import Cause
from shared.runtime import wiring_proxies
from shared.runtime.observability import count, logger

router = Router()  # type: ignore[no-untyped-call]


@router.post(
    "/report/request",
    summary="A report of what happened, of a ticket, or of a pull request",
    description="By the reporting service, with its answer as it is; without one, of what is known here: then "
    "`generated_by` is `switchyard`.",
    tags=["reports"],
)
def post_report_request(wanted: Annotated[ReportIn, Body()]) -> dict[str, Any]:
    report = request_report(wanted, _cause(), ports=wiring_proxies.ports())
    logger.info("report", kind=wanted.kind, format=wanted.format)
    count("ReportsRequested")
    return report


@router.post(
    "/summarization/suggest",
    summary="A summary of a text, and which models may see it",
    description="By the secure analyzer and its policy; without one, of the text's own sentences: then `method` is "
    "`extractive`, and nothing is said of a policy.",
    tags=["reports"],
)
def post_summarization_suggest(wanted: Annotated[SuggestIn, Body()]) -> dict[str, Any]:
    ports = wiring_proxies.ports()
    made = suggest(wanted, _cause(), analyzer=ports.analyzer, guard=ports.guard)
    logger.info("summary", method=made["method"], override=wanted.override_policy, actor=_cause().actor)
    count("SummariesMade")
    return made


@router.post("/demo/e2e", summary="Findings and log lines of the last seven days", tags=["reports"])
def post_demo_e2e(wanted: Annotated[DemoIn, Body()]) -> dict[str, Any]:
    return demo(wanted, _cause(), ports=wiring_proxies.ports())


def _cause() -> Cause:
    cause: Cause = router.context["cause"]
    return cause
