"""The composition root of the proxies: which services there are beside this one, and what is done without them."""

import time
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.runtime.clock import system_clock
from shared.runtime.configuration import configuration
from shared.runtime.wiring import files, ledger, url_guard
from shared.runtime.wiring_registry import service_at

if TYPE_CHECKING:
    from shared.control.proxies.documents import Documents
    from shared.control.proxies.ports import Ports


def ports() -> "Ports":
    from shared.control.proxies import notification, recalculation, reporting, summarization
    from shared.control.proxies.notification import Place
    from shared.control.proxies.ports import Ports

    known = configuration()
    return Ports(
        ledger=ledger(),
        documents=_documents(),
        guard=url_guard(),
        clock=system_clock,
        reporting=service_at(reporting.NAME, known.reporting_url),
        analyzer=service_at(summarization.NAME, known.secure_analyzer_url),
        notification=service_at(notification.NAME, known.notification_url),
        doc_store=service_at(recalculation.DOC_STORE, known.doc_store_url),
        place=Place(channel=known.notification_channel or Place().channel, target=known.notification_target),
        stale_after=timedelta(days=int(known.stale_days)),
    )


def _documents() -> "Documents":
    """They are only read here: whatever is saved is saved elsewhere."""
    from shared.control.ingestion.documents.store import LedgerDocuments
    from shared.control.proxies.kept import KeptDocuments

    return KeptDocuments(LedgerDocuments(ledger(), files=files(), mirror=None, pause=time.sleep))
