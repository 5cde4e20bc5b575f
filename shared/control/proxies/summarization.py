"""Summaries: by the secure analyzer, which says which models may see a text; without it, of the text's own sentences.

The contract of the analyzer is docs/control-proxies.md.
"""

from collections.abc import Sequence
from typing import Any, Final

from shared.control.proxies.asking import ask, bad_answer, report_call
from shared.control.proxies.contracts import SuggestIn
from shared.control.proxies.keywords import keywords_of
from shared.control.proxies.patterns import hints_in
from shared.control.proxies.summary import summarise
from shared.ledger.envelope import Cause
from shared.runtime.errors import BadAnswerError, ForbiddenError
from shared.runtime.guard import UrlGuard
from shared.runtime.http import Service

NAME: Final = "secure-analyzer"
SETTING: Final = "SECURE_ANALYZER_URL"
SUGGEST: Final = "/suggest"
SUMMARIZE: Final = "/summarize"
_SECONDS_TO_LOOK: Final = 8.0
_SECONDS_TO_WRITE: Final = 15.0  # a model does
# What the analyzer says instead of a summary where the service behind it is down.
_STAND_IN: Final = "fallback"


def suggest(wanted: SuggestIn, cause: Cause, *, analyzer: Service | None, guard: UrlGuard) -> dict[str, Any]:
    """A summary, and by which rules it was made.

    Raises ForbiddenError where no model may see the text; InvalidInputError, BadAnswerError, DependencyError.
    """
    keywords = keywords_of(wanted, guard)
    if analyzer is None:
        return _own(wanted, keywords)
    text = {"content": wanted.content, "keywords": keywords or None}
    suggestion = ask(analyzer, report_call(SUGGEST, text, cause, seconds=_SECONDS_TO_LOOK))
    providers = None if wanted.override_policy else _allowed(analyzer, suggestion)
    body = text | {"providers": providers, "override_policy": wanted.override_policy}
    result = ask(analyzer, report_call(SUMMARIZE, body, cause, seconds=_SECONDS_TO_WRITE))
    if result.get("provider_used") == _STAND_IN:
        raise BadAnswerError(f"{NAME} made no summary: the service behind it is down")
    return {
        "method": NAME,
        "policy_checked": True,
        "policy_override": wanted.override_policy,
        "suggestion": suggestion,
        "providers_used": providers,
        "result": result,
    }


def _allowed(analyzer: Service, suggestion: dict[str, Any]) -> list[dict[str, str]]:
    """Without a list of models nothing may see the text."""
    models = suggestion.get("allowed_models")
    if not isinstance(models, list) or not all(isinstance(name, str) and name for name in models):
        raise bad_answer(analyzer, "a suggestion: allowed_models")
    if not models:
        raise ForbiddenError("by the policy no model may see this text")
    return [{"name": name} for name in models]


def _own(wanted: SuggestIn, keywords: Sequence[str]) -> dict[str, Any]:
    summary = summarise(wanted.content, keywords)
    return {
        "method": "extractive",
        "policy_checked": False,
        "policy_override": False,
        "suggestion": None,
        "providers_used": None,
        "hints": hints_in(wanted.content, keywords),
        "result": {
            "summary": summary.text,
            "sentences": summary.kept,
            "of_sentences": summary.of,
            "keywords": list(summary.keywords),
        },
    }
