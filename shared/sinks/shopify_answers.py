"""What Shopify's answers say: with GraphQL, that something failed may stand in an answer of 200."""

from collections.abc import Mapping
from typing import Any, Final

from shared.runtime.http import Answer, Call, ServiceError, Verdict
from shared.runtime.text import one_line
from shared.sinks.shopify_calls import VERSION

NAME: Final = "shopify"
_LONGEST_SAYING: Final = 300
_SHORTEST_WAIT: Final = 1.0  # seconds
_LONGEST_WAIT: Final = 60.0
_UNSURE: Final = frozenset({"INTERNAL_SERVER_ERROR", "TIMEOUT", "SERVICE_UNAVAILABLE"})


def fell_forward(answer: Answer) -> str | None:
    """The version that answered, where it is not the one that was asked: ours is no longer supported.

    Source: shopify.dev/docs/api/usage/versioning.
    """
    version = answer.headers.get("x-shopify-api-version")
    return version if version and version != VERSION else None


def data_of(answer: Answer, call: Call) -> Mapping[str, Any]:
    """What stands under `data`. Raises ServiceError."""
    body = answer.json()
    if not isinstance(body, dict):
        raise _error(_unsure(call), f"{answer.status} that cannot be read", answer)
    data = body.get("data")
    if errors := _errors(body):
        raise _failed(errors, body, answer, call)
    if not isinstance(data, dict):
        raise _error(_unsure(call), f"{answer.status} without data", answer)
    return data


def payload_of(data: Mapping[str, Any], mutation: str, answer: Answer) -> Mapping[str, Any]:
    """What a mutation answers. Raises ServiceError: TERMINAL with what is wrong with our input."""
    payload = data.get(mutation)
    found = payload if isinstance(payload, dict) else {}
    errors = found.get("userErrors")
    if isinstance(errors, list) and errors:
        said = "; ".join(_user_error(one) for one in errors if isinstance(one, dict))
        raise _error(Verdict.TERMINAL, said or "it refuses what it was sent", answer)
    return found


def in_shopifys_words(error: ServiceError, call: Call) -> ServiceError:
    """The same error of an answer that is not 200: what it says of itself counts, then its status."""
    if error.answer is None:
        return error
    if error.answer.status >= 500 and not call.repeatable:
        error = type(error)(NAME, Verdict.AMBIGUOUS, error.said, answer=error.answer)
    return _as_told(error, error.answer, call) if error.answer else error


def _as_told(error: ServiceError, answer: Answer, call: Call) -> ServiceError:
    body = answer.json()
    if isinstance(body, dict) and (errors := _errors(body)):
        return _failed(errors, body, answer, call, like=error)
    return error


def _failed(
    errors: list[dict[str, Any]],
    body: Mapping[str, Any],
    answer: Answer,
    call: Call,
    *,
    like: ServiceError | None = None,
) -> ServiceError:
    """Of top-level errors. `like` is what the status alone says."""
    codes = {code for one in errors if isinstance(code := _part(one, "extensions").get("code"), str)}
    said = "; ".join(str(one.get("message") or "") for one in errors)
    if "THROTTLED" in codes:
        wait = (like.retry_after if like else None) or throttled_for(body)
        return _error(Verdict.RETRY_AFTER, said, answer, wait=wait)
    if codes & _UNSURE:
        return _error(_unsure(call), said, answer)
    return _error(like.verdict if like else Verdict.TERMINAL, said, answer, wait=like.retry_after if like else None)


def throttled_for(body: Mapping[str, Any]) -> float:
    """Seconds until there are points enough for what was asked. Source: shopify.dev/docs/api/usage/limits."""
    cost = _part(_part(body, "extensions"), "cost")
    status = _part(cost, "throttleStatus")
    requested = _number(cost.get("requestedQueryCost"))
    available, rate = _number(status.get("currentlyAvailable")), _number(status.get("restoreRate"))
    wait = (requested - available) / rate if rate > 0 else 0.0
    return min(max(wait, _SHORTEST_WAIT), _LONGEST_WAIT)


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and abs(value) < 1e15 else 0.0


def _errors(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Where who asks is not let in, `errors` is a text."""
    errors = body.get("errors")
    if isinstance(errors, str):
        return [{"message": errors}]
    return [one for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []


def _user_error(error: Mapping[str, Any]) -> str:
    field = error.get("field")
    where = ".".join(str(part) for part in field) if isinstance(field, list) else ""
    message = str(error.get("message") or error.get("code") or "")
    return f"{where}: {message}" if where else message


def _unsure(call: Call) -> Verdict:
    return Verdict.RETRY_BACKOFF if call.repeatable else Verdict.AMBIGUOUS


def _part(whole: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = whole.get(name)
    return part if isinstance(part, dict) else {}


def _error(verdict: Verdict, said: str, answer: Answer, *, wait: float | None = None) -> ServiceError:
    return ServiceError(NAME, verdict, one_line(said, _LONGEST_SAYING), retry_after=wait, answer=answer)
