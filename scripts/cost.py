"""`make cost`: what a million listings and a million messages cost on AWS, from the use that one of each makes of it.

The life of the listing is the usual one: found by a scrape of its own, messaged, haggled over, bought, photographed,
listed, sold, with a notice on Telegram of the three things people want to know. The message is posted by itself and
goes to Notion, Google Calendar and Shopify. Every event goes alone; a busy system saves by batches.
"""

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tests.support.usage import Usage

# US dollars, us-east-1, without free tiers. Sources: AWS's price pages and Temporal's, as of November 2026.
PRICES: Final[Mapping[str, float]] = {
    "API Gateway, REST request": 3.50e-6,
    "Lambda, request": 0.20e-6,
    "Lambda, GB-second on arm64": 13.3334e-6,
    "DynamoDB, write request unit": 0.625e-6,
    "DynamoDB, read request unit": 0.125e-6,
    "EventBridge, custom event": 1.00e-6,
    "SQS, request": 0.40e-6,
    "Step Functions, state transition": 25.0e-6,
    "S3, write": 5.0e-6,
    "CloudWatch Logs, GB": 0.50,
    "Temporal Cloud, action": 50.0e-6,
    "Temporal Cloud, support plan": 0.10,  # of the rest
}
# A warm call of ours, measured through the local AWS: mostly waiting for DynamoDB.
BILLED_SECONDS: Final = 0.05
GIGABYTES: Final = 0.5
GIGABYTES_OF: Final[Mapping[str, float]] = {"receive_messages": 1.0, "receive_webhooks": 1.0}

# The same seven steps as a workflow elsewhere, the services around and the API left out.
# A step waits for a callback, does its task and chooses what follows.
TRANSITIONS_ALONE: Final = 7 * 3
# A start, a signal and an activity for each of seven steps, and two timers.
TEMPORAL_ACTIONS: Final = 1 + 7 * 2 + 2


@dataclass(frozen=True, slots=True)
class Line:
    what: str
    amount: float  # of one listing or message
    price: float  # dollars for one

    @property
    def per_million(self) -> float:
        return self.amount * self.price * 1_000_000


def lines(usage: "Usage") -> list[Line]:
    """The bill for one listing, or one message."""
    calls = sum(usage.invocations.values())
    seconds = BILLED_SECONDS * sum(n * GIGABYTES_OF.get(name, GIGABYTES) for name, n in usage.invocations.items())
    amounts = {
        "API Gateway, REST request": usage.api_requests,
        "Lambda, request": calls,
        "Lambda, GB-second on arm64": seconds,
        "DynamoDB, write request unit": usage.write_units,
        "DynamoDB, read request unit": usage.read_units,
        "EventBridge, custom event": usage.bus_events,
        "SQS, request": usage.queue_requests,
        "Step Functions, state transition": usage.state_transitions,
        "S3, write": usage.file_writes,
        "CloudWatch Logs, GB": usage.log_bytes / 1e9,
    }
    return [Line(what, amount, PRICES[what]) for what, amount in amounts.items()]


def elsewhere() -> dict[str, float]:
    """Dollars for a million listings, for the orchestration alone."""
    temporal = TEMPORAL_ACTIONS * PRICES["Temporal Cloud, action"] * (1 + PRICES["Temporal Cloud, support plan"])
    return {
        f"Step Functions alone ({TRANSITIONS_ALONE} transitions)": (
            TRANSITIONS_ALONE * PRICES["Step Functions, state transition"] * 1_000_000
        ),
        f"Temporal Cloud ({TEMPORAL_ACTIONS} actions)": temporal * 1_000_000,
    }


def table(usage: "Usage") -> str:
    """As it stands in the README."""
    bill = lines(usage)
    timers = next(line for line in bill if line.what.startswith("Step Functions"))
    rows = [*_bill_rows("one listing", bill), f"| of it orchestration: timers | | {timers.per_million:,.0f} |"]
    rows += [
        f"| the same life on {name}, orchestration alone | | {dollars:,.0f} |" for name, dollars in elsewhere().items()
    ]
    return "\n".join(rows)


def message_table(usage: "Usage") -> str:
    """The same for a message."""
    return "\n".join(_bill_rows("one message to three sinks", [line for line in lines(usage) if line.amount]))


def _bill_rows(what: str, bill: Sequence[Line]) -> list[str]:
    rows = [f"| {line.what} | {line.amount:,.6g} | {line.per_million:,.2f} |" for line in bill]
    total = sum(line.per_million for line in bill)
    head = [f"| for {what} | | dollars for a million |", "| --- | --- | --- |"]
    return [*head, *rows, f"| **all of it** | | **{total:,.0f}** |"]


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    from tests import conftest  # noqa: F401 - the environment of the tests, and moto before the first client

    os.environ["POWERTOOLS_METRICS_NAMESPACE"] = "Switchyard"
    from tests.support.whole_life import message_to_three, whole_life

    listing, usage = whole_life()
    assert listing["state"] == "SOLD", listing
    statuses, message_usage = message_to_three()
    assert statuses == ["delivered"] * 3, statuses
    print(table(usage), message_table(message_usage), sep="\n\n")


if __name__ == "__main__":
    main()
