"""The job that looks how good documents are: those kept here, or those of the doc store."""

from collections.abc import Mapping
from itertools import islice
from typing import Any, Final

from shared.control.proxies.asking import ask, bad_answer, read_call
from shared.control.proxies.ports import Ports
from shared.control.proxies.quality import Looked, Others, flags_of, judge, worst_first
from shared.control.proxies.reading import Contents
from shared.ledger.envelope import Cause, to_text
from shared.runtime.http import Service

DOC_STORE: Final = "doc-store"
SETTING: Final = "DOC_STORE_URL"
QUALITY: Final = "/documents/quality"
MOST_DOCUMENTS: Final = 1_000  # the newest
MOST_READ: Final = 256 * 1024  # characters of one
MOST_TOLD: Final = 50  # the worst


def recalc_quality(_: Mapping[str, Any], cause: Cause, *, ports: Ports) -> dict[str, Any]:
    """`{"flagged": 2, "timestamp": "…", "documents": [{"id", "title", "score", "reasons"}], …}`, the worst first.

    Raises BadAnswerError, DependencyError.
    """
    flagged, looked_at, is_cut = _theirs(ports.doc_store, cause) if ports.doc_store else _ours(ports)
    return {
        "flagged": len(flagged),
        "timestamp": to_text(ports.clock()),
        "looked_at": looked_at,
        "documents": flagged[:MOST_TOLD],
        "is_cut": is_cut or len(flagged) > MOST_TOLD,
        "by": DOC_STORE if ports.doc_store else "switchyard",
    }


def _ours(ports: Ports) -> tuple[list[dict[str, Any]], int, bool]:
    """Those that are flagged, the worst first; how many were looked at, and whether there are more."""
    known = list(islice(ports.documents.newest_first(), MOST_DOCUMENTS + 1))
    contents = Contents(known[:MOST_DOCUMENTS], clock=ports.clock)
    others, at = Others.of(known, is_all=len(known) <= MOST_DOCUMENTS), ports.clock()
    judged = [
        judge(
            Looked(
                document=document,
                content=content[:MOST_READ],
                is_cut=len(content) > MOST_READ,
                others=others,
                age=at - document.updated_at,
                stale_after=ports.stale_after,
            )
        )
        for document, content in contents
    ]
    told = [one.told() for one in worst_first(judged) if one.is_flagged]
    return told, len(judged), contents.is_cut or len(known) > MOST_DOCUMENTS


def _theirs(service: Service, cause: Cause) -> tuple[list[dict[str, Any]], int, bool]:
    """Those with flags, in their order, and how many there are in all."""
    items = ask(service, read_call(QUALITY, cause)).get("items")
    if not isinstance(items, list) or not all(isinstance(item, dict) and item.get("id") for item in items):
        raise bad_answer(service, "a list of documents: items, each with an id")
    told = [
        {
            "id": str(item["id"])[:512],
            "title": str(item.get("title") or "")[:512],
            "score": _points(item.get("score")),
            "reasons": list(flags_of(item)),
        }
        for item in items
    ]
    return [one for one in told if one["reasons"]], len(items), False


def _points(score: Any) -> int | None:
    """In whole points, which is what the ledger keeps; None where the doc store says nothing of the kind."""
    is_number = isinstance(score, int | float) and not isinstance(score, bool) and abs(score) < 1e9
    return round(score) if is_number else None
