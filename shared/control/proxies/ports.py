"""What the proxies need of the system. A service that is None is neither configured nor registered."""

from dataclasses import dataclass, field
from datetime import timedelta

from shared.control.proxies.documents import Documents
from shared.control.proxies.notification import Place
from shared.control.proxies.span import Ledger
from shared.runtime.clock import Clock
from shared.runtime.guard import UrlGuard
from shared.runtime.http import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    ledger: Ledger
    documents: Documents
    guard: UrlGuard  # for URLs that callers choose
    clock: Clock
    reporting: Service | None = None
    analyzer: Service | None = None
    notification: Service | None = None
    doc_store: Service | None = None
    place: Place = field(default_factory=Place)  # where notices go
    stale_after: timedelta = timedelta(days=180)  # a document that was not changed for longer is stale
