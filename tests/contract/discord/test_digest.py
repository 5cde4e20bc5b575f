"""Whatever a digest has seen, the message that shows it is one that Discord takes."""

import json
from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.run_commands.digests.view import Shown, reply_of
from shared.deliveries.delivery import Status
from shared.discord.answers import body_of
from shared.status.activity import GROUPS, Activity
from shared.status.brought import Brought
from shared.status.digest import Count, Digest, Unread
from shared.status.judging import Level
from shared.status.period import Period
from shared.status.queues import Depth
from shared.status.runs import Run, Runs
from shared.status.sampled import Checked, Sample
from shared.status.store import Taken
from shared.status.targets import Target
from tests.contract.discord.requests import violations
from tests.contract.strategies import lines
from tests.support.builders import NOON

NUMBERS = st.integers(0, 10**12)
SAMPLES = st.builds(
    Sample,
    milliseconds=st.none() | st.floats(0, 10**6),
    error=st.none() | st.sampled_from(["answers 500", "broke off"]),
)
CHECKED = st.builds(
    Checked,
    target=st.builds(Target, name=lines(300), url=st.just("https://api.example"), problem=st.none()),
    samples=st.lists(SAMPLES, max_size=25).map(tuple),
)
UNREAD = st.builds(Unread, why=lines(2_000), weighs=st.booleans())
RUNS = st.builds(
    Run,
    workflow_id=st.integers(1, 5),
    name=lines(400),
    conclusion=st.none() | st.sampled_from(["success", "failure", "cancelled"]),
    seconds=st.none() | st.floats(0, 10**6),
    url=st.sampled_from(["https://github.com/acme/shop/actions/runs/1", "javascript:alert(1)", ""]),
)
ACTIVITY = st.builds(
    Activity,
    bars=st.lists(st.dictionaries(st.sampled_from(GROUPS), NUMBERS).map(Counter), min_size=7, max_size=7),
    types=st.dictionaries(st.sampled_from(["listing.created"]), NUMBERS).map(Counter),
    is_cut=st.booleans(),
)
DIGESTS = st.builds(
    Digest,
    period=st.just(Period.WEEKLY),
    until=st.just(NOON),
    services=st.lists(CHECKED, max_size=12).map(tuple),
    queues=UNREAD
    | st.lists(st.builds(Depth, name=lines(100), messages=st.none() | NUMBERS, is_dead=st.booleans()), max_size=25).map(
        tuple
    ),
    listings=UNREAD
    | st.dictionaries(st.sampled_from(["FOUND", "SOLD"]), st.builds(Count, number=NUMBERS, is_more=st.booleans())),
    activity=UNREAD | ACTIVITY,
    brought=UNREAD
    | st.builds(
        Brought,
        by_sink=st.dictionaries(
            st.sampled_from(["notion", "shopify"]), st.dictionaries(st.sampled_from(Status), NUMBERS).map(Counter)
        ),
        is_cut=st.booleans(),
    ),
    runs=UNREAD | st.builds(Runs, runs=st.lists(RUNS, max_size=5), is_cut=st.booleans()),
)
BEFORE = st.none() | st.builds(
    Taken,
    at=st.just(NOON),
    level=st.just("healthy"),
    figures=st.dictionaries(st.sampled_from(["events", "waiting", "dead", "runs"]), NUMBERS),
)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(DIGESTS, st.lists(lines(500), max_size=20), st.sampled_from(Level), BEFORE)
def test_whatever_a_digest_has_seen_discord_takes_it(
    digest: Digest, reasons: list[str], level: Level, before: Taken | None
) -> None:
    body: dict[str, Any] = body_of(reply_of(Shown(digest=digest, level=level, reasons=reasons, before=before)))
    assert violations(json.loads(json.dumps(body))) == []
    (embed,) = body["embeds"]
    assert len(embed["fields"]) <= 25
    assert embed["title"]
    assert "](javascript:" not in json.dumps(body)
