"""What is left in AWS when everything is done, less what depends on when and in how many tries it was done."""

from typing import Any

from tests.support.in_process import client

# Of a moment, or of one call.
_PASSING = frozenset(
    {"time", "timeline_pk", "trace_id", "correlation_id", "board_sk", "changed_at", "first_at", "last_at"}
    | {"found_at", "last_seen_at", "messaging_at", "negotiating_at", "purchased_at", "received_at", "listed_at"}
    | {"sold_at", "cancelled_at", "reminded_at", "reminder_at", "deadline_at", "created_at", "due_at"}
    | {"from_deadline_at", "to_deadline_at", "began_at", "attempts", "revision", "requested_at", "acted_at"}
    | {"duration_ms", "since"}
)
# Chosen by the other side, as its words are: it matters that they are there.
_CHOSEN = frozenset(
    {"conversation_thread_id", "seller_messenger_id", "ebay_listing_id", "external_id", "file_id"}
    | {"answer", "last_error", "run_id", "run_url", "message_id", "milliseconds"}
)

Item = dict[str, Any]


def end_state() -> dict[str, Any]:
    """The ledger by key, the files, the timers with how they are."""
    return ledger_items() | _files() | _timers()


def ledger_items() -> dict[str, Item]:
    found: list[Item] = client("dynamodb").scan(TableName="ledger")["Items"]
    return {f"{item['pk']['S']} {item['sk']['S']}": _lasting(item) | _of_a_delivery(item) for item in found}


def _of_a_delivery(item: Item) -> Item:
    """Where it stands is chosen by the other side, too; elsewhere an address is what we were told."""
    is_delivered = item["pk"]["S"].startswith("DELIVERY#") and "url" in item
    return {"url": {"S": "chosen"}} if is_delivered else {}


def _lasting(item: Item) -> Item:
    return {
        name: {"S": "chosen"} if name in _CHOSEN else _deep(attribute)
        for name, attribute in item.items()
        if name not in _PASSING
    }


def _deep(attribute: Item) -> Item:
    if "L" in attribute:
        return {"L": [_deep(one) for one in attribute["L"]]}
    return {"M": _lasting(attribute["M"])} if "M" in attribute else attribute


def _files() -> dict[str, str]:
    found = client("s3").list_objects_v2(Bucket="files").get("Contents", [])
    return {one["Key"]: one["ETag"] for one in found}


def _timers() -> dict[str, str]:
    states = client("stepfunctions")
    (machine,) = states.list_state_machines()["stateMachines"]
    found = states.list_executions(stateMachineArn=machine["stateMachineArn"])["executions"]
    return {f"timer {one['name']}": one["status"] for one in found}
