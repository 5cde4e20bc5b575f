"""What is paid for on AWS, read from the calls that code makes."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from scripts.write_units import item_units
from tests.support.aws_calls import Call


@dataclass(slots=True)
class Usage:
    """What is paid for, by AWS's own units."""

    api_requests: int = 0
    invocations: Counter[str] = field(default_factory=Counter)  # by function
    write_units: int = 0
    read_units: float = 0.0
    bus_events: int = 0
    queue_requests: int = 0
    state_transitions: int = 0
    file_writes: int = 0
    log_bytes: int = 0


class Meter:
    """Reads the calls to AWS as the bill does."""

    def __init__(self, usage: Usage) -> None:
        self.usage = usage
        self._items: dict[str, Any] = {}

    def read(self, calls: list[Call]) -> None:
        for call in calls:
            count = getattr(self, f"_{call.operation}", None)
            if count is not None:
                count(call.parameters)

    def _TransactWriteItems(self, asked: Any) -> None:  # noqa: N802 - the names of AWS
        for each in asked["TransactItems"]:
            self._put(each["Put"], in_transaction=True)

    def _PutItem(self, asked: Any) -> None:  # noqa: N802
        self._put(asked, in_transaction=False)

    def _put(self, put: Any, *, in_transaction: bool) -> None:
        item = put["Item"]
        key = f"{put['TableName']} {item['pk']} {item.get('sk')}"
        self.usage.write_units += item_units(item, self._items.get(key), in_transaction=in_transaction)
        self._items[key] = item

    def _GetItem(self, asked: Any) -> None:  # noqa: N802
        self.usage.read_units += 1.0 if asked.get("ConsistentRead") else 0.5

    def _BatchGetItem(self, asked: Any) -> None:  # noqa: N802
        self.usage.read_units += sum(len(table["Keys"]) for table in asked["RequestItems"].values())

    def _PutEvents(self, asked: Any) -> None:  # noqa: N802
        self.usage.bus_events += len(asked["Entries"])
        self.usage.log_bytes += sum(len(entry["Detail"]) for entry in asked["Entries"])  # EventLogRule keeps each

    def _SendMessage(self, _: Any) -> None:  # noqa: N802
        self.usage.queue_requests += 1

    def _StartExecution(self, _: Any) -> None:  # noqa: N802
        self.usage.state_transitions += 1  # into the wait, from which the listing's next step takes it

    def _PutObject(self, _: Any) -> None:  # noqa: N802
        self.usage.file_writes += 1
