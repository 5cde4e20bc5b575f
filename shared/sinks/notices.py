"""What people are told of an event where they talk, in plain text."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from shared.runtime.errors import InvalidInputError
from shared.runtime.money import money
from shared.runtime.text import one_line
from shared.sinks.content import Content, content_of
from shared.sinks.facts import in_words, is_message
from shared.sinks.names import TITLES
from shared.sinks.sink import Detail

Data = Mapping[str, Any]

OLD_NEWS: Final = timedelta(days=1)  # what could not be told by then is not told any more
NOTHING_TO_TELL: Final = "nothing to tell"
_LONGEST_NAME: Final = 100
_LONGEST_TITLE: Final = 200

_OPERATIONS: Final = {
    "message_seller": "writing to the seller",
    "list_on_ebay": "listing on eBay",
    "fetch_photo": "fetching a photo",
    "deal_confirmed": "a deal",
    "item_sold": "a sale",
}
# What somebody has to do where it is not tried again by itself.
_ADVICE: Final = {
    "message_seller": "retry listing",
    "list_on_ebay": "retry listing",
    "fetch_photo": "send it again, for listing",
}


def text_of(event: Detail, currency: str) -> str | None:
    """The text for an event; None where nobody needs to be told. `currency` is that of amounts that do not say."""
    if is_message(event):
        return _message(content_of(event))
    write = _WRITERS.get(event["type"])
    if write is None or not is_worth_telling(event):
        return None
    data = {**event["data"], "subject": event["subject"]}
    return write(data, data.get("currency") or currency)


def skips(event: Detail, currency: str) -> str | None:
    """As a sink that tells people says it."""
    return NOTHING_TO_TELL if text_of(event, currency) is None else None


def text_for(event: Detail, currency: str) -> str:
    """Raises InvalidInputError where there is none."""
    text = text_of(event, currency)
    if text is None:
        raise InvalidInputError(NOTHING_TO_TELL)
    return text


def is_worth_telling(event: Detail) -> bool:
    """A failure that goes on is told once, and once more when a person has to act; of documents, what is new; of a
    service, that it is not well.
    """
    data = event["data"]
    match event["type"]:
        case "listing.operation_failed":
            return bool(data["times"] == 1 or data["next"] == "person")
        case "ingestion.completed":
            brought = (one["documents"] + one["removed"] for one in data["sources"].values())
            return any(brought) or data["new_count"] > 0
        case "service.health_changed":
            return bool(data["to"] == "unhealthy")
    return True


def _message(content: Content) -> str:
    """Who said what where, and when it is."""
    who = one_line(content.author or content.origin, _LONGEST_NAME)
    where = one_line((content.channel or "").lstrip("#"), _LONGEST_NAME)
    said = content.text.strip() or content.item or content.url or content.title
    lines = [f"{who} in #{where}: {said}" if where else f"{who}: {said}"]
    if content.scheduled_for:
        lines.append(f"⏰ {in_words(content.scheduled_for)}")
    return "\n".join(lines)


def _scraped(data: Data, _: str) -> str:
    lines = [
        "📷 ScraperV2 Session Results",
        f"Brand: {', '.join(data['brands']) or 'all'}",
        f"Matches: {data['matches']} found, {data['created_listings']} new",
    ]
    for find in data["best"]:
        price, profit = (money(find[name], find["currency"]) for name in ("price", "estimated_profit"))
        lines += ["", f"{find['brand']} {find['model']}", f"{price} • Est. Profit {profit}", _short(find["url"])]
    if data["refused"]:
        lines += ["", f"{data['refused']} could not be read"]
    return "\n".join(lines)


def _overdue(data: Data, _: str) -> str:
    return _error(f"scrape job {data['job_id']}", f"no report of {data['search']} ({', '.join(data['brands'])}) came")


def _search_failed(data: Data, _: str) -> str:
    return _error(f"search {data['brand']} {data['search']}", f"the scraper did not take it: {data['answer']}")


def _failed(data: Data, _: str) -> str:
    """Once when it starts, and once when a person has to act."""
    what = _OPERATIONS.get(data["operation"], data["operation"])
    act = f"Somebody has to act: {_ADVICE.get(data['operation'], 'look at listing')} {data['listing_id']}."
    advice = "It is tried again." if data["next"] == "retry" else act
    doubt = " It may have been done all the same." if data["in_doubt"] else ""
    return _error(f"{what} for {data['title']}", f"{data['answer']}\n{advice}{doubt}")


def _purchased(data: Data, currency: str) -> str:
    details = data["details"]
    lines = ["🛒 Purchased", data["title"], f"Price: {money(details['purchase_price'], currency)}"]
    if "shipping_cost" in details:
        lines.append(f"Shipping: {money(details['shipping_cost'], currency)}")
    return "\n".join(lines)


def _sold(data: Data, currency: str) -> str:
    sold = money(data["details"]["ebay_sold_price"], currency)
    return "\n".join(["💰 Sold", data["title"], f"For: {sold}", f"Profit: {money(data['final_profit'], currency)}"])


def _approaching(data: Data, _: str) -> str:
    until = f"{data['deadline_at'][:16].replace('T', ' ')} UTC"
    return f"⏰ {data['title']}\nstill in {data['state']}; given up at {until}. Listing {data['listing_id']}"


def _ingested(data: Data, _: str) -> str:
    """What each source brought, and what was found in all documents."""
    lines = ["📚 Documents were brought" if data["sources"] else "📚 Documents were looked at"]
    lines += [f"{source}: {_brought(one)}" for source, one in sorted(data["sources"].items())]
    counts = data["severity_counts"]
    severities = ", ".join(f"{counts.get(name, 0)} {name}" for name in ("high", "med", "low"))
    lines += ["", f"Findings: {data['count']} ({severities}), {data['new_count']} of them new"]
    return "\n".join([*lines, *(f"• {one_line(title, _LONGEST_TITLE)}" for title in data["worst"])])


def _brought(source: Data) -> str:
    if source["status"] == "skipped":
        return f"skipped, {source['reason']}"
    gone = f", {source['removed']} gone" if source["removed"] else ""
    refused = f", {source['refused']} refused: {source['reason']}" if source.get("refused") else ""
    return f"{source['documents']} new or changed{gone}{refused}"


def _parked(data: Data, _: str) -> str:
    what = f"what {data['step']} of {data['workflow']} did could not be taken back"
    return _error(what, f"{data['error']}\nRun {data['subject']}.")


def _run_failed(data: Data, _: str) -> str:
    """What the steps did that are named is as it was; the others of the run are taken back."""
    act = f"Somebody has to look, and redrive run {data['subject']} when that is put right."
    return _error(f"{data['workflow']} is parked at {', '.join(data['parked'])}", f"{data['reason']}\n{act}")


def _unhealthy(data: Data, _: str) -> str:
    return _error(f"service {data['name']} is unhealthy", data["detail"])


def _unreachable(data: Data, _: str) -> str:
    return _error(f"peer {_short(data['url'])} cannot be reached", f"{data['error']}\nIt is tried again.")


def _given_up(data: Data, _: str) -> str:
    doubt = "\nIt may be there all the same." if data["in_doubt"] else ""
    return _error(f"could not bring {data['title']} to {_title(data)}", f"{data['answer']}{doubt}")


def _paused(data: Data, _: str) -> str:
    return _with_reason(f"⏸ {_title(data)} is paused", data["reason"])


def _resumed(data: Data, _: str) -> str:
    return _with_reason(f"▶ {_title(data)} is served again", data["reason"])


def _with_reason(said: str, reason: str | None) -> str:
    return f"{said}: {reason}" if reason else said


def _title(data: Data) -> str:
    return TITLES.get(data["sink"], data["sink"])


def _error(context: str, error: str) -> str:
    return f"❌ Switchyard error\n{context}\n{error}"


def _short(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname or ''}{parts.path}"[:80]


_WRITERS: Final[Mapping[str, Callable[[Data, str], str]]] = {
    "scraper.job.completed": _scraped,
    "scraper.job.overdue": _overdue,
    "searches.failed": _search_failed,
    "ingestion.completed": _ingested,
    "listing.operation_failed": _failed,
    "listing.state.purchased": _purchased,
    "listing.state.sold": _sold,
    "listing.deadline_approaching": _approaching,
    "saga.parked": _parked,
    "saga.failed": _run_failed,
    "service.health_changed": _unhealthy,
    "peer.unreachable": _unreachable,
    "delivery.failed": _given_up,
    "sink.paused": _paused,
    "sink.resumed": _resumed,
}
