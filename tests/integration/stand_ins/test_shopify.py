"""Shopify makes a draft order each time it is asked, and a metaobject once for each handle."""

from typing import Any

import httpx
import pytest

from tests.integration.stand_ins.providers import (
    CREATE_DRAFT,
    FIND_DRAFT,
    FIND_METAOBJECT,
    UPSERT,
    a_draft,
    to_shopify,
)
from tests.stand_ins.client import StandIns
from tests.stand_ins.shopify import Shopify

HANDLE = {"type": "sales_event", "handle": "discord-1"}


def create(http: httpx.Client, to: StandIns, **changes: Any) -> Any:
    return to_shopify(http, to, CREATE_DRAFT, input=a_draft(**changes)).json()["data"]["draftOrderCreate"]


def find(http: httpx.Client, to: StandIns, query: str = "tag:orc-0123456789") -> list[str]:
    answer = to_shopify(http, to, FIND_DRAFT, q=query).json()
    return [node["id"] for node in answer["data"]["draftOrders"]["nodes"]]


def ask_for_token(http: httpx.Client, to: StandIns, **changes: str) -> httpx.Response:
    form = {"grant_type": "client_credentials", "client_id": Shopify.client_id, "client_secret": Shopify.client_secret}
    return http.post(f"{to.addresses['shopify']}/admin/oauth/access_token", data=form | changes)


def test_a_draft_order_is_kept_and_found_by_its_tag(stand_ins: StandIns, http: httpx.Client) -> None:
    assert find(http, stand_ins) == []
    made = create(http, stand_ins)
    assert (made["userErrors"], made["draftOrder"]["status"]) == ([], "OPEN")
    for query in ("tag:orc-0123456789", "tag:'ORC-0123456789'", 'tag:"orc-0123456789"'):
        assert find(http, stand_ins, query) == [made["draftOrder"]["id"]]
    assert find(http, stand_ins, "tag:another") == []
    (kept,) = stand_ins.draft_orders()
    assert kept["input"] == a_draft()
    assert stand_ins.violations() == []


def test_two_requests_make_two_orders(stand_ins: StandIns, http: httpx.Client) -> None:
    ids = [create(http, stand_ins)["draftOrder"]["id"] for _ in range(2)]
    assert [order["id"] for order in stand_ins.draft_orders()] == ids
    assert find(http, stand_ins) == ids[:1]


def test_the_index_may_not_know_a_new_order_yet(stand_ins: StandIns, http: httpx.Client) -> None:
    stand_ins.set("shopify", lag=2)
    made = create(http, stand_ins)["draftOrder"]["id"]
    assert [find(http, stand_ins) for _ in range(4)] == [[], [], [made], [made]]


@pytest.mark.parametrize(
    "changes",
    [
        {"lineItems": []},
        {"lineItems": [{"title": "Kickoff", "quantity": 0}]},
        {"lineItems": [{"quantity": 1}]},
        {"tags": ["x" * 41]},
    ],
)
def test_a_draft_order_that_shopify_does_not_make_is_told_in_user_errors(
    stand_ins: StandIns, http: httpx.Client, changes: dict[str, Any]
) -> None:
    said = create(http, stand_ins, **changes)
    assert said["draftOrder"] is None
    assert len(said["userErrors"]) == 1
    assert len(stand_ins.violations()) == 1
    assert stand_ins.draft_orders() == []


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        (CREATE_DRAFT.replace("status", "stauts"), {"input": a_draft()}),
        (CREATE_DRAFT, {"input": a_draft(nota="Kickoff")}),
        (CREATE_DRAFT, {}),
        ("mutation {", {}),
        ("{ orders(first: 1) { nodes { id } } }", {}),
        (FIND_DRAFT, {"q": "status:open"}),
    ],
)
def test_what_is_not_in_shopifys_schema_is_an_error_and_remembered(
    stand_ins: StandIns, http: httpx.Client, query: str, variables: dict[str, Any]
) -> None:
    answer = to_shopify(http, stand_ins, query, **variables)
    assert (answer.status_code, bool(answer.json()["errors"][0]["message"])) == (200, True)
    assert len(stand_ins.violations()) == 1
    assert stand_ins.draft_orders() == []


def test_what_is_deprecated_is_done_and_remembered(stand_ins: StandIns, http: httpx.Client) -> None:
    line = {"title": "Kickoff", "quantity": 1, "originalUnitPrice": "0.00"}
    assert create(http, stand_ins, lineItems=[line])["draftOrder"]["name"] == "#D1"
    assert len(stand_ins.violations()) == 1


def test_a_metaobject_is_there_once_for_each_handle(stand_ins: StandIns, http: httpx.Client) -> None:
    assert to_shopify(http, stand_ins, FIND_METAOBJECT, h=HANDLE).json()["data"] == {"metaobjectByHandle": None}
    said = [
        to_shopify(http, stand_ins, UPSERT, h=HANDLE, v=values).json()["data"]["metaobjectUpsert"]["metaobject"]
        for values in ({"title": "Kickoff"}, {"note": "moved"})
    ]
    assert said[0]["id"] == said[1]["id"]
    assert said[1]["values"] == {"title": "Kickoff", "note": "moved"}
    assert len(stand_ins.metaobjects()) == 1
    found = to_shopify(http, stand_ins, FIND_METAOBJECT, h=HANDLE).json()
    assert found["data"]["metaobjectByHandle"] == {"id": said[0]["id"], "handle": "discord-1"}
    assert stand_ins.violations() == []


def test_a_metaobject_needs_a_definition(stand_ins: StandIns, http: httpx.Client) -> None:
    stand_ins.set("shopify", definitions=["another"])
    said = to_shopify(http, stand_ins, UPSERT, h=HANDLE, v={}).json()["data"]["metaobjectUpsert"]
    assert (said["metaobject"], said["userErrors"][0]["code"]) == (None, "UNDEFINED_OBJECT_TYPE")
    assert stand_ins.violations() == []


def test_every_answer_says_its_cost_and_its_version(stand_ins: StandIns, http: httpx.Client) -> None:
    stand_ins.set("shopify", version="2027-01")
    answer = to_shopify(http, stand_ins, FIND_DRAFT, q="tag:a")
    assert answer.headers["X-Shopify-API-Version"] == "2027-01"
    cost = answer.json()["extensions"]["cost"]
    assert cost["requestedQueryCost"] == 2
    assert cost["throttleStatus"] == {"maximumAvailable": 2000.0, "currentlyAvailable": 2000, "restoreRate": 100.0}


def test_who_has_used_up_the_cost_is_throttled(stand_ins: StandIns, http: httpx.Client) -> None:
    stand_ins.set("shopify", throttle=True, maximum=25, restore_rate=0)
    said = [to_shopify(http, stand_ins, CREATE_DRAFT, input=a_draft()).json() for _ in range(3)]
    assert ["errors" in one for one in said] == [False, False, True]
    assert said[2]["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert said[2]["extensions"]["cost"]["throttleStatus"]["currentlyAvailable"] == 5
    assert len(stand_ins.draft_orders()) == 2
    assert stand_ins.violations() == []


@pytest.mark.parametrize(("status", "code"), [(200, "THROTTLED"), (429, "THROTTLED"), (200, "INTERNAL_SERVER_ERROR")])
def test_errors_in_graphql_come_with_any_of_two_statuses(
    stand_ins: StandIns, http: httpx.Client, status: int, code: str
) -> None:
    stand_ins.set("shopify", code=code, faults={"fail": {"status": status, "retry_after": 2, "next": 1}})
    answer = to_shopify(http, stand_ins, CREATE_DRAFT, input=a_draft())
    assert (answer.status_code, answer.headers["Retry-After"]) == (status, "2")
    assert answer.json()["errors"][0]["extensions"] == {"code": code}
    assert "throttleStatus" in answer.json()["extensions"]["cost"]
    assert create(http, stand_ins)["userErrors"] == []


@pytest.mark.parametrize(
    ("status", "said"), [(402, "Unavailable Shop"), (423, "Locked"), (500, "Internal Server Error")]
)
def test_a_shop_in_trouble_says_so_in_plain_words(
    stand_ins: StandIns, http: httpx.Client, status: int, said: str
) -> None:
    stand_ins.set("shopify", faults={"fail": {"status": status, "next": 1, "after_work": True}})
    answer = to_shopify(http, stand_ins, CREATE_DRAFT, input=a_draft())
    assert (answer.status_code, answer.json()) == (status, {"errors": said})
    assert len(stand_ins.draft_orders()) == 1


def test_queries_are_look_ups_that_faults_leave_alone_unless_they_are_meant(
    stand_ins: StandIns, http: httpx.Client
) -> None:
    def statuses() -> tuple[int, int, int]:
        created = to_shopify(http, stand_ins, CREATE_DRAFT, input=a_draft())
        found = to_shopify(http, stand_ins, FIND_DRAFT, q="tag:a")
        return created.status_code, found.status_code, ask_for_token(http, stand_ins).status_code

    stand_ins.set("shopify", faults={"fail": {"probability": 1.0}})
    assert statuses() == (503, 200, 200)
    stand_ins.set("shopify", faults={"look_ups": "only"})
    assert statuses() == (200, 503, 503)


def test_client_credentials_give_a_token_for_a_day(stand_ins: StandIns, http: httpx.Client) -> None:
    said = ask_for_token(http, stand_ins).json()
    assert said["expires_in"] == 86_399
    found = to_shopify(http, stand_ins, FIND_DRAFT, token=said["access_token"], q="tag:a")
    assert found.status_code == 200
    assert stand_ins.act("shopify", "expire") == {"expired": 1}
    refused = to_shopify(http, stand_ins, FIND_DRAFT, token=said["access_token"], q="tag:a")
    assert (refused.status_code, "Invalid API key or access token" in refused.json()["errors"]) == (401, True)
    assert stand_ins.violations() == []


def test_wrong_credentials_tokens_and_versions_are_violations(stand_ins: StandIns, http: httpx.Client) -> None:
    assert ask_for_token(http, stand_ins, client_secret="another").json()["error"] == "invalid_request"
    assert to_shopify(http, stand_ins, FIND_DRAFT, token="another", q="tag:a").status_code == 401
    url = f"{stand_ins.addresses['shopify']}/admin/api/2019-01/graphql.json"
    headers = {"X-Shopify-Access-Token": Shopify.key}
    assert http.post(url, json={"query": "{ shop { id } }"}, headers=headers).status_code == 404
    assert len(stand_ins.violations()) == 3
