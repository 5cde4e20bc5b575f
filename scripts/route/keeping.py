"""What a run of `switchyard route` remembers: the snapshot, what was delivered, and which messages were told."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from scripts.route.deliveries import Digests, LocalDeliveries
from scripts.route.files import Files, held, load, replace
from shared.deliveries.delivery import Deliveries, MemoryDeliveries
from shared.messages.snapshot import Snapshot
from shared.runtime.clock import system_clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """`told` is of this run, `earlier` and `records` of the runs before; None where nothing of them is kept.

    `deliveries` is what to deliver by, `is_new` that no earlier run has left a record of any.
    """

    told: Digests
    deliveries: Deliveries
    snapshot: Snapshot | None = None
    records: LocalDeliveries | None = None
    earlier: Digests | None = None
    is_new: bool = False


@contextmanager
def keeping(files: Files | None, *, live: bool) -> Iterator[Keeping]:
    """At its end the snapshot is written, in one go. Without files nothing is kept.

    A dry run leaves no record of deliveries. Raises OSError, DependencyError; InvalidInputError for an earlier
    snapshot that is none.
    """
    with (
        TemporaryDirectory(prefix="switchyard-") as work,
        closing(Digests(Path(work) / "told.db", is_safe=False)) as told,
    ):
        if files is None:
            yield Keeping(told=told, deliveries=MemoryDeliveries())
            return
        with held(files), Snapshot(Path(work) / "snapshot.db") as snapshot:
            load(snapshot, files.snapshot)
            is_new = not files.deliveries.exists()
            with _records(files, live=live) as (records, earlier):
                yield Keeping(
                    told=told,
                    deliveries=records if records is not None else MemoryDeliveries(),
                    snapshot=snapshot,
                    records=records,
                    earlier=earlier,
                    is_new=is_new,
                )
            extras = {"repo_root": str(files.repository)}
            replace(files.snapshot, lambda out: snapshot.write(out, at=system_clock(), extras=extras))


@contextmanager
def _records(files: Files, *, live: bool) -> Iterator[tuple[LocalDeliveries | None, Digests | None]]:
    if not live and not files.deliveries.exists():
        yield None, None
        return
    records = LocalDeliveries(files.deliveries)
    with closing(records), closing(Digests(files.deliveries, is_safe=True)) as earlier:
        yield records, earlier
