"""Refusals at the HTTP edge: each a problem document, none with more than the caller may know."""

import io
import json
import logging
from typing import Annotated, Any
from uuid import UUID

import pytest
from aws_lambda_powertools.event_handler.openapi.params import Body, Query
from pydantic import BaseModel, ConfigDict

from shared.runtime import errors
from shared.runtime.api import answer, resolver
from shared.runtime.errors import ConflictError, ForbiddenError, UnauthorizedError
from shared.runtime.observability import logger, observed
from shared.runtime.request import Request
from tests.support.http_events import LambdaContext, api_event, json_of

STATUSES = {
    "UnauthorizedError": 401,
    "ForbiddenError": 403,
    "NotFoundError": 404,
    "IllegalTransitionError": 409,
    "ConflictError": 409,
    "ContendedError": 503,
    "InvalidInputError": 422,
    "UnreadableBodyError": 400,
    "BodyTooLargeError": 413,
    "UnsupportedMediaTypeError": 415,
    "DomainError": 400,
    "DependencyError": 503,
    "BadAnswerError": 502,
}
TRACE = "0af7651916cd43dd8448eb211c80319c"
app = resolver()


class Parcel(BaseModel):
    model_config = ConfigDict(extra="forbid")
    weight: int


class LostInTheMailError(ConflictError):
    """An error that the table does not name: its family counts."""


@app.get("/fail/<name>")
def fail(name: str) -> None:
    kind = getattr(errors, name)
    raise kind() if kind is UnauthorizedError else kind("so it is")


@app.get("/lose")
def lose() -> None:
    raise LostInTheMailError("gone")


@app.get("/break")
def break_down() -> None:
    raise RuntimeError("password=hunter2")


@app.get("/parcels")
def find(limit: Annotated[int, Query(ge=1, le=200)] = 50) -> dict[str, int]:
    return {"limit": limit}


@app.put("/parcels/<parcel_id>")
@app.delete("/parcels/<parcel_id>")
def change(parcel_id: UUID, parcel: Annotated[Parcel, Body()]) -> dict[str, str]:
    return {"id": str(parcel_id)}


def sent(event: dict[str, Any], *, refusal: Exception | None = None) -> dict[str, Any]:
    def admit(_: Request) -> str:
        if refusal:
            raise refusal
        return "anna"

    return answer(app, event, LambdaContext(), admit=admit)


def header(reply: dict[str, Any], name: str) -> str | None:
    single = {key: values[0] for key, values in (reply.get("multiValueHeaders") or {}).items()}
    told: dict[str, str] = single | (reply.get("headers") or {})
    return told.get(name)


def problem_in(reply: dict[str, Any]) -> dict[str, Any]:
    """The document, after looking whether it is one."""
    document: dict[str, Any] = json_of(reply)
    assert header(reply, "Content-Type") == "application/problem+json"
    assert {"type", "title", "status", "detail", "instance", "trace_id"} <= document.keys()
    assert document["status"] == reply["statusCode"]
    assert all(document[name] for name in ("type", "title", "detail", "instance", "trace_id"))
    return document


@pytest.mark.parametrize(("name", "status"), STATUSES.items())
def test_every_error_of_a_route_is_a_problem_document_with_its_status(name: str, status: int) -> None:
    document = problem_in(sent(api_event("GET", f"/fail/{name}", headers={"traceparent": f"00-{TRACE}-{'1' * 16}-01"})))
    assert (document["status"], document["trace_id"], document["instance"]) == (status, TRACE, f"/fail/{name}")


@pytest.mark.parametrize(("name", "status"), STATUSES.items())
def test_every_error_at_the_door_is_the_same_problem_document(name: str, status: int) -> None:
    kind = getattr(errors, name)
    refusal = kind() if kind is UnauthorizedError else kind("so it is")
    event = api_event("GET", f"/fail/{name}", headers={"traceparent": f"00-{TRACE}-{'1' * 16}-01"})
    at_the_door = sent(event, refusal=refusal)
    assert problem_in(at_the_door) == problem_in(sent(event))
    assert at_the_door["statusCode"] == status


def test_an_error_the_table_does_not_name_has_the_status_of_its_family() -> None:
    assert problem_in(sent(api_event("GET", "/lose")))["status"] == 409


def test_who_was_always_too_late_is_told_to_come_again_in_a_second() -> None:
    assert header(sent(api_event("GET", "/fail/ContendedError")), "Retry-After") == "1"
    assert header(sent(api_event("GET", "/fail/ConflictError")), "Retry-After") is None


def test_a_refused_credential_is_answered_with_how_to_show_one() -> None:
    assert header(sent(api_event("GET", "/fail/UnauthorizedError")), "WWW-Authenticate") == "Bearer"
    assert header(sent(api_event("GET", "/parcels"), refusal=UnauthorizedError()), "WWW-Authenticate") == "Bearer"
    assert header(sent(api_event("GET", "/parcels"), refusal=ForbiddenError("no")), "WWW-Authenticate") is None


def test_a_fault_of_ours_is_not_dressed_up_as_an_answer() -> None:
    with pytest.raises(RuntimeError):
        sent(api_event("GET", "/break"))


def test_after_a_refusal_the_next_request_is_answered() -> None:
    sent(api_event("GET", "/parcels"), refusal=UnauthorizedError())
    assert json_of(sent(api_event("GET", "/parcels?limit=7"))) == {"limit": 7}


@pytest.mark.parametrize("path", ["/", "/parcel", "/parcels/1/2", "/fail/", "/../parcels", "/%2e%2e", "/parcels%00"])
def test_a_path_that_leads_nowhere_is_not_found(path: str) -> None:
    assert problem_in(sent(api_event("GET", path)))["status"] == 404


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/parcels", "GET"),
        ("HEAD", "/parcels", "GET"),
        ("OPTIONS", "/parcels", "GET"),
        ("BREW", "/parcels", "GET"),
        ("GET", "/parcels/6f1d1f5e-7a52-4c0b-9f3e-1b1f3c1f0a01", "DELETE, PUT"),
    ],
)
def test_a_method_that_a_path_does_not_take_is_told_which_it_takes(method: str, path: str, allowed: str) -> None:
    reply = sent(api_event(method, path))
    assert problem_in(reply)["status"] == 405
    assert header(reply, "Allow") == allowed


@pytest.mark.parametrize(
    "limit", ["0", "-1", "201", "1e9", "ten", "", "5&limit=6", "9" * 5_000, "%EF%BC%95", "%00", "5.5"]
)
def test_a_limit_out_of_bounds_is_refused_with_where_it_was(limit: str) -> None:
    document = problem_in(sent(api_event("GET", f"/parcels?limit={limit}")))
    assert document["status"] == 422
    assert [error["at"] for error in document["errors"]] == ["query.limit"]


@pytest.mark.parametrize("parcel_id", ["..", "%2f", "%00", "x" * 5_000, "6f1d1f5e", "1' OR '1'='1"])
def test_an_id_that_is_none_is_refused_with_where_it_was(parcel_id: str) -> None:
    document = problem_in(sent(api_event("PUT", f"/parcels/{parcel_id}", body={"weight": 1})))
    assert document["status"] in {404, 422}
    assert len(document["instance"]) <= 256


@pytest.mark.parametrize(
    "body",
    [{"weight": "hunter2"}, {"weight": ["hunter2"]}, {"weight": 1, "extra": "hunter2"}, "hunter2", ["hunter2"]],
    ids=str,
)
def test_a_value_that_was_refused_is_repeated_neither_to_the_caller_nor_in_the_log(
    body: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        reply = sent(api_event("PUT", "/parcels/6f1d1f5e-7a52-4c0b-9f3e-1b1f3c1f0a01", body=json.dumps(body)))
    assert problem_in(reply)["status"] == 422
    assert "hunter2" not in reply["body"] + str([vars(record) for record in caplog.records])


def test_a_refusal_leaves_one_line_with_its_trace_and_is_counted(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = observed(lambda event, _: sent(event))
    handler(api_event("GET", "/nowhere"), LambdaContext())
    capsys.readouterr()  # what was counted before
    monkeypatch.setattr(logger.registered_handler, "stream", log := io.StringIO())
    handler(api_event("GET", "/lose", headers={"traceparent": f"00-{TRACE}-{'1' * 16}-01"}), LambdaContext())
    (line,) = [json.loads(line) for line in log.getvalue().splitlines()]
    told = ("message", "status", "reason", "method", "path", "trace_id")
    assert [line[name] for name in told] == ["refused", 409, "gone", "GET", "/lose", TRACE]
    assert json.loads(capsys.readouterr().out)["Refusals"] == [1.0]


def test_every_value_that_cannot_be_used_is_named() -> None:
    reply = sent(api_event("PUT", "/parcels/none", body={"weight": "heavy", "colour": "red"}))
    assert {error["at"] for error in problem_in(reply)["errors"]} == {"path.parcel_id", "body.weight", "body.colour"}


@pytest.mark.parametrize(
    ("headers", "trace_id"),
    [
        ({"TraceParent": f"00-{TRACE}-b7ad6b7169203331-01"}, TRACE),
        ({"X-Amzn-Trace-Id": "Root=1-0af76519-16cd43dd8448eb211c80319c;Sampled=1"}, TRACE),
    ],
    ids=["W3C", "Amazon"],
)
def test_a_refusal_names_the_callers_trace(headers: dict[str, str], trace_id: str) -> None:
    assert problem_in(sent(api_event("GET", "/nowhere", headers=headers)))["trace_id"] == trace_id


def test_a_refusal_without_a_trace_gets_one_of_its_own() -> None:
    made = {problem_in(sent(api_event("GET", "/nowhere")))["trace_id"] for _ in range(3)}
    assert len(made) == 3
