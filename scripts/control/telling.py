"""A refusal or failure of the API, in one line."""

from http import HTTPStatus
from typing import Any, Final

from shared.runtime.http import Answer, ServiceError, Verdict
from shared.runtime.text import one_line

_LONGEST: Final = 600
_MOST_FIELDS: Final = 5


def told(error: ServiceError, *, key: str) -> str:
    """With what leads to the log of it; never with the key."""
    said = f"{error.service} {error.said}" if error.answer is None else _said(error.answer, error.said)
    doubt = "; it may have been done" if error.verdict is Verdict.AMBIGUOUS else ""
    line = f"{said}{doubt}{_trace(error.answer)}"
    return one_line(line.replace(key, "[key]") if key else line, _LONGEST)


def _said(answer: Answer, said: str) -> str:
    """A status that nobody explained is explained, and values that are wrong are named."""
    if said == str(answer.status):
        return f"{said} {_phrase(answer.status)}".rstrip()
    return f"{said}{_fields(answer)}"


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else ""


def _fields(answer: Answer) -> str:
    errors = _problem(answer).get("errors")
    known = [one for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []
    lines = [f"{one.get('at')}: {one.get('problem')}" for one in known[:_MOST_FIELDS]]
    return f" ({'; '.join(lines)})" if lines else ""


def _trace(answer: Answer | None) -> str:
    if answer is None:
        return ""
    trace_id = _problem(answer).get("trace_id")
    request_id = answer.headers.get("x-amzn-requestid")  # where API Gateway itself refused
    return f" [trace {trace_id}]" if trace_id else f" [request {request_id}]" if request_id else ""


def _problem(answer: Answer) -> dict[str, Any]:
    found = answer.json()
    return found if isinstance(found, dict) else {}
