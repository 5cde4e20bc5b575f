"""The snapshot in the bucket: every message and what became of it, brought up to date by the clock."""

import json
from typing import Any

from tests.support.cloud import Cloud
from tests.support.posting import SOON, Posting, a_message, a_sale, event_id
from tests.support.waiting import eventually

KEY = "ssot/data/core-orchestrator/events.json"


def run(cloud: Cloud) -> dict[str, Any]:
    """What the function says of its run."""
    said: dict[str, Any] = cloud.invoke("WriteSnapshotFunction", {"task": "write_snapshot"})
    return said


def stored(cloud: Cloud) -> tuple[dict[str, Any], str]:
    """The file, and what tells it from an earlier one."""
    found = cloud.client("s3").get_object(Bucket=cloud.stack.outputs["FilesBucketName"], Key=KEY)
    snapshot: dict[str, Any] = json.loads(found["Body"].read())
    return snapshot, f"{found['LastModified']} {found['ETag']}"


def entries(cloud: Cloud) -> dict[str, dict[str, Any]]:
    """By event."""
    snapshot, _ = stored(cloud)
    assert snapshot["metadata"]["count"] == len(snapshot["events"])
    assert [one["key"] for one in snapshot["events"]] == sorted(one["key"] for one in snapshot["events"])
    return {one["event_id"]: one for one in snapshot["events"]}


def test_the_snapshot_has_each_message_as_it_was_posted_with_its_tags_and_what_became_of_it(
    cloud: Cloud, posting: Posting
) -> None:
    chat, sale = a_message(scheduled_for=SOON, budget=12.5, metadata={"who": "Zoë"}), a_sale()
    posting.post(chat, sale)
    page = posting.until(event_id(chat), "notion", "delivered")
    posting.until(event_id(chat), "google-calendar", "delivered")
    posting.until(event_id(sale), "shopify", "delivered")
    said = run(cloud)
    assert said["written"] is True
    assert said["read"] >= 2

    known = entries(cloud)
    mine = known[event_id(chat)]
    assert (mine["key"], mine["source"], mine["type"]) == (
        f"discord:message.created:{chat['id']}",
        "discord",
        "message.created",
    )
    assert (mine["tags"], mine["raw"]) == (["scheduled"], {"discord": chat})
    assert (mine["payload"]["content"], mine["payload"]["author"]) == (chat["content"], chat["author"])
    assert mine["payload"]["metadata"]["budget"] == "12.5"
    assert mine["payload"]["metadata"]["who"] == "Zoë"
    assert {sink: one["status"] for sink, one in mine["deliveries"].items()} == {
        "notion": "delivered",
        "google-calendar": "delivered",
    }
    assert mine["deliveries"]["notion"]["url"] == page["url"]
    assert known[event_id(sale)]["deliveries"]["shopify"]["status"] == "delivered"


def test_a_run_that_finds_nothing_new_writes_nothing(cloud: Cloud, posting: Posting) -> None:
    message = a_message()
    posting.until(posting.posted(message), "notion", "delivered")
    assert run(cloud)["written"]
    eventually(lambda: not run(cloud)["written"])  # what others have left under way comes to its end meanwhile
    before = stored(cloud)
    again = run(cloud)
    assert (again["written"], again["read"], again["updated"]) == (False, 0, 0)
    assert stored(cloud) == before
    assert event_id(message) in entries(cloud)


def test_what_waited_at_one_run_stands_as_it_is_at_a_later_one(cloud: Cloud, posting: Posting) -> None:
    posting.decide("notion", "pause")
    message = a_message()
    of = posting.posted(message)
    run(cloud)
    waiting = entries(cloud)[of]
    assert waiting["deliveries"] == {"notion": {"status": "pending", "attempts": 0}}

    posting.decide("notion", "resume")
    page = posting.until(of, "notion", "delivered")
    assert run(cloud)["updated"] >= 1
    delivered = entries(cloud)[of]
    assert delivered["deliveries"]["notion"]["external_id"] == page["external_id"]
    assert delivered["deliveries"]["notion"]["status"] == "delivered"
    assert delivered | {"deliveries": {}} == waiting | {"deliveries": {}}
