"""Services that are asked on behalf of a caller: one JSON object for an answer, or an honest error.

Services of this family may put an answer into an envelope, `{"success": true, "data": {…}}`, and say that they failed
with status 200 and `"success": false`.
"""

from typing import Any, Final

from shared.ledger.envelope import Cause
from shared.runtime.errors import BadAnswerError, DependencyError
from shared.runtime.http import Answer, Call, Service, ServiceError, Verdict, saying
from shared.runtime.nesting import is_too_deep

# What a service says with these is about the request. With others it is about itself, or about our key.
_ABOUT_THE_REQUEST: Final = frozenset({400, 404, 405, 409, 410, 413, 415, 422})


def read_call(path: str, cause: Cause) -> Call:
    return Call(method="GET", path=path, headers=thread_headers(cause), repeatable=True)


def report_call(path: str, body: dict[str, Any], cause: Cause, *, seconds: float | None = None) -> Call:
    """A question in a body: it changes nothing, so it may be asked twice. `seconds`: see Call."""
    return Call(method="POST", path=path, json=body, headers=thread_headers(cause), repeatable=True, seconds=seconds)


def thread_headers(cause: Cause) -> dict[str, str]:
    return {"X-Correlation-ID": cause.correlation_id}


def ask(service: Service, call: Call) -> dict[str, Any]:
    """The object it answers with, out of its envelope.

    Raises BadAnswerError where it answers with anything else, DependencyError where it does not answer.
    """
    try:
        return read(service.name, service.ask(call))
    except ServiceError as error:
        raise refusal_of(error) from None


def read(name: str, answer: Answer) -> dict[str, Any]:
    """Raises BadAnswerError."""
    said = answer.json()
    if not isinstance(said, dict):
        raise BadAnswerError(f"{name} answered {answer.status} with something that is no JSON object")
    if is_too_deep(said):
        raise BadAnswerError(f"{name} answered {answer.status} with more than can be shown: it is nested too deep")
    if said.get("success") is False:
        raise BadAnswerError(f"{name} says that it failed: {saying(answer)}")
    data = said.get("data")
    return data if said.get("success") is True and isinstance(data, dict) else said


def refusal_of(error: ServiceError) -> DependencyError:
    """What the caller is told. Of a service that is unwell only the status: its words may be anything."""
    answer = error.answer
    if answer is None:
        return error
    if error.verdict is Verdict.RETRY_AFTER:
        return DependencyError(f"{error.service} is busy, it answered {answer.status}")
    if answer.status in _ABOUT_THE_REQUEST:
        return BadAnswerError(f"{error.service} refused: {error.said}")
    return BadAnswerError(f"{error.service} answered {answer.status}")


def bad_answer(service: Service, wanted: str) -> BadAnswerError:
    return BadAnswerError(f"{service.name} answered with something that is not {wanted}")
