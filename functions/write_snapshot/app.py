"""By the clock: the snapshot of all messages, in the bucket, is brought up to date."""

import shared.runtime.cold_start  # noqa: F401 - before all else, see there

# isort: split
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from functions.write_snapshot.service import Ports, bring_up_to_date
from shared.runtime import wiring
from shared.runtime.clock import system_clock
from shared.runtime.observability import count, logger, observed, trace_id_from
from shared.runtime.tracing import entry

ports = Ports(
    files=wiring.files(),
    ledger=wiring.ledger(),
    messages=wiring.messages(),
    records=wiring.deliveries(),
    clock=system_clock,
)


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    trace_id = trace_id_from({})
    logger.append_keys(trace_id=trace_id)
    with entry("write snapshot", trace_id=trace_id), TemporaryDirectory() as folder:
        report = bring_up_to_date(Path(folder), ports=ports)
    logger.info("snapshot", read=report.read, updated=report.updated, count=report.count, written=report.written)
    count("SnapshotsWritten", report.written)
    return {"read": report.read, "updated": report.updated, "count": report.count, "written": report.written}
