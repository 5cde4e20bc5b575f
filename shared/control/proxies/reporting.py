"""The reporting service: what it is asked, and which answers can be used. The contract is docs/control-proxies.md."""

from collections.abc import Mapping
from typing import Any, Final

from shared.control.proxies.asking import ask, bad_answer, read_call, report_call
from shared.control.proxies.similarity import Candidate
from shared.ledger.envelope import Cause
from shared.runtime.http import Service

NAME: Final = "reporting"
SETTING: Final = "REPORTING_URL"
PATHS: Final[Mapping[str, str]] = {
    "generate": "/reports/generate",
    "life_of_ticket": "/reports/life_of_ticket",
    "pr_confidence": "/reports/pr_confidence",
    "log_analysis": "/reports/log_analysis",
}
_LARGEST: Final = 1e9  # confidence; what is meant is 0 to 1
CONSOLIDATION: Final = "/reports/confluence/consolidation"


class Reporting:
    """Every method raises BadAnswerError or DependencyError where the service does not do what it is asked."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def report(self, kind: str, body: Mapping[str, Any], cause: Cause) -> dict[str, Any]:
        """As the service gives it."""
        return ask(self._service, report_call(PATHS[kind], dict(body), cause))

    def summary(self, format: str, cause: Cause) -> dict[str, Any]:
        """Findings, added up: it has `total` and `by_severity`, or is Markdown."""
        said = self.report("generate", {"format": format}, cause)
        is_one = isinstance(said.get("total"), int) and isinstance(said.get("by_severity"), dict)
        if is_one or _is_markdown(said, format):
            return said
        raise bad_answer(self._service, "a summary: total, by_severity")

    def log_analysis(self, body: Mapping[str, Any], cause: Cause) -> dict[str, Any]:
        """It has `overview` and `sample`, or is Markdown."""
        said = self.report("log_analysis", body, cause)
        if isinstance(said.get("overview"), dict) and isinstance(said.get("sample"), list):
            return said
        if _is_markdown(said, body.get("format")):
            return said
        raise bad_answer(self._service, "a log analysis: overview, sample")

    def consolidation(self, cause: Cause) -> list[Candidate]:
        """Documents that could become one, as the service sees it."""
        items = ask(self._service, read_call(CONSOLIDATION, cause)).get("items")
        if not isinstance(items, list):
            raise bad_answer(self._service, "a list of candidates: items")
        found = [_candidate(item) for item in items]
        if None in found:
            raise bad_answer(self._service, "a list of candidates, each with an id and a confidence")
        return [candidate for candidate in found if candidate]


def _is_markdown(said: Mapping[str, Any], format: Any) -> bool:
    return format == "markdown" and isinstance(said.get("markdown"), str)


def _candidate(item: Any) -> Candidate | None:
    """None for what is none."""
    told = item if isinstance(item, dict) else {}
    confidence = told.get("confidence")
    if not told.get("id") or isinstance(confidence, bool) or not isinstance(confidence, int | float):
        return None
    if not abs(confidence) <= _LARGEST:  # nor what is no number, or infinite
        return None
    return Candidate(
        id=str(told["id"])[:512],
        title=str(told.get("title") or "")[:512],
        confidence=float(confidence),
        flags=_texts(told.get("flags")),
        owners=_texts(told.get("owners")),
    )


def _texts(values: Any) -> tuple[str, ...]:
    return tuple(str(value)[:128] for value in values[:50]) if isinstance(values, list) else ()
