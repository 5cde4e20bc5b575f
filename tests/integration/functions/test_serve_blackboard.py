"""/blackboard over HTTP, the ledger in DynamoDB: what an agent's key opens, and what it does not."""

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from functions.serve_blackboard import app
from shared.blackboard.artefact import claim_id_of
from shared.runtime.auth import Role
from tests.support.blackboard_in_process import answer_to, asking, hear
from tests.support.http_events import LambdaContext, json_of
from tests.support.in_process import aws_in_process

REJECTED = {"status": "rejected", "feedback": "the buyer's phone is 07700 900123"}


@pytest.fixture(autouse=True)
def aws() -> Iterator[None]:
    with aws_in_process():
        yield


# What is said where something has to be.
BODIES = {
    "/blackboard/agents/{name}": {},
    "/blackboard/instance": {},
    "/blackboard/artefacts": {"type": "Draft", "claim_id": str(uuid4())},
    "/blackboard/claims/{claim_id}/bids": {"bid": "claim"},
    "/blackboard/claims/{claim_id}/heartbeat": {},
    "/blackboard/claims/{claim_id}/release": {},
    "/blackboard/claims/{claim_id}/review": {"approved": True},
    "/blackboard/claims/{claim_id}/answer": {"text": "yes"},
    "/blackboard/claims/{claim_id}/terminate": {"reason": "it is sold"},
}
OPERATIONS = [
    pytest.param(method, path, operation["x-roles"], id=f"{method} {path}")
    for path, operations in json.loads(app.app.get_openapi_json_schema())["paths"].items()
    for method, operation in operations.items()
    if path.startswith("/blackboard/")
]


def said(method: str, path: str, body: Any = None, **how: Any) -> tuple[int, str]:
    """The status, and what is told of a request that is refused."""
    answer = app.handler(asking(method, path, body, **how), LambdaContext())
    return answer["statusCode"], json_of(answer).get("detail", "")


def a_draft() -> str:
    """Its claim. `Rev` and `Spy` are asked about it, `Other` is not."""
    answer_to("PUT", "agents/Rev", {"target_types": ["Draft"]})
    answer_to("PUT", "agents/Spy", {"target_types": ["Draft"]})
    answer_to("PUT", "agents/Other", {"target_types": ["Plan"]})
    artefact_id = answer_to("POST", "artefacts", {"type": "Draft", "payload": "a draft"})["id"]
    hear(f"ARTEFACT {artefact_id}")
    return claim_id_of(artefact_id)


def sent_back(claim: str) -> None:
    """By one of the two that were asked; the other ignored it."""
    answer_to("POST", f"claims/{claim}/bids", {"bid": "ignore"}, agent="Spy")
    answer_to("POST", f"claims/{claim}/bids", {"bid": "review"}, agent="Rev")
    hear(f"CLAIM {claim}")
    review = {"type": "Review", "structural_type": "Review", "payload": REJECTED, "claim_id": claim}
    answer_to("POST", "artefacts", review, agent="Rev")
    hear(f"CLAIM {claim}")


def test_what_happened_to_a_claim_is_read_by_who_worked_on_it_and_not_by_who_was_asked() -> None:
    claim = a_draft()
    sent_back(claim)
    told = answer_to("GET", f"claims/{claim}/history", agent="Rev")["events"]
    assert "claim.review_rejected" in [event["type"] for event in told]
    assert said("GET", f"claims/{claim}/history", agent="Spy")[0] == 403
    assert said("GET", f"claims/{claim}", agent="Spy")[0] == 200


@pytest.mark.parametrize(("method", "path", "roles"), OPERATIONS)
def test_a_path_lets_in_the_roles_that_it_says_it_does(method: str, path: str, roles: list[str]) -> None:
    place = re.sub(r"{\w+_id}", str(uuid4()), path.replace("{name}", "Ann")).removeprefix("/blackboard/")
    place += "?agent=Ann" if path == "/blackboard/work" else ""
    body = None if method == "get" else BODIES.get(path)
    let_in = []
    for role in Role:
        asked = asking(method.upper(), place, body, role=role, agent="Ann" if role is Role.AGENT else None)
        status = app.handler(asked, LambdaContext())["statusCode"]
        let_in += [str(role)] if status != 403 else []
    assert let_in == roles


def test_numbers_are_kept_as_they_were_written() -> None:
    payload = '{"price": 12.10, "big": 12345678901234567890.12, "small": [0.1234567890123456789, 7]}'
    posted = answer_to("POST", "artefacts", f'{{"type": "Draft", "payload": {payload}}}')
    assert answer_to("GET", f"artefacts/{posted['id']}")["payload"] == payload


def test_what_happened_to_a_claim_is_told_page_by_page() -> None:
    claim = a_draft()
    sent_back(claim)
    path = f"claims/{claim}/history"
    whole = answer_to("GET", path)
    assert whole["next_cursor"] is None
    pages, cursor = [answer_to("GET", path, limit=2)], None
    while cursor := pages[-1]["next_cursor"]:
        pages.append(answer_to("GET", path, limit=2, cursor=cursor))
    assert [event for page in pages for event in page["events"]] == whole["events"]
    assert {len(page["events"]) for page in pages[:-1]} == {2}
    assert said("GET", f"claims/{a_draft()}/history", cursor=pages[0]["next_cursor"])[0] == 422


def test_the_key_of_an_agent_that_is_gone_opens_nothing() -> None:
    claim = a_draft()
    answer_to("DELETE", "agents/Spy")
    absent = f"there is no claim {claim} in studio"
    assert said("POST", f"claims/{claim}/bids", {"bid": "exclusive"}, agent="Spy") == (404, absent)
    assert said("GET", f"claims/{claim}", agent="Spy") == (404, absent)
    assert said("GET", f"claims/{claim}/history", agent="Spy") == (404, absent)


@pytest.mark.parametrize("name", ["Other", "Nobody"])
def test_a_claim_that_is_not_an_agent_s_business_is_for_it_as_if_it_were_not_there(name: str) -> None:
    for claim in (a_draft(), str(uuid4())):
        absent = (404, f"there is no claim {claim} in studio")
        assert said("GET", f"claims/{claim}", agent=name) == absent
        assert said("GET", f"claims/{claim}/history", agent=name) == absent
        for deed, body in {"bids": {"bid": "claim"}, "heartbeat": {}, "release": {}}.items():
            assert said("POST", f"claims/{claim}/{deed}", body, agent=name) == absent


@pytest.mark.parametrize("name", ["Other", "Nobody"])
def test_an_artefact_that_an_agent_was_not_given_is_for_it_as_if_it_were_not_there(name: str) -> None:
    a_draft()
    there = answer_to("POST", "artefacts", {"type": "Draft", "payload": "a secret"})["id"]
    for artefact in (there, str(uuid4())):
        assert said("GET", f"artefacts/{artefact}", agent=name) == (404, f"there is no artefact {artefact} in studio")
