"""What people are told on Telegram, in plain text."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlsplit

Data = Mapping[str, Any]

_SIGNS: Final = {"GBP": "£", "EUR": "€", "USD": "$"}
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


def notice(event: Mapping[str, Any], *, currency: str) -> str | None:
    """The text for an event; None where nobody needs to be told. `currency` is that of a listing's amounts."""
    write = _WRITERS.get(event["type"])
    return write(event["data"], currency) if write else None


def money(value: str | None, currency: str) -> str:
    if value is None:
        return "?"
    amount = f"{abs(Decimal(value)):,.2f}"
    sign = "-" if Decimal(value) < 0 else ""
    return f"{sign}{_SIGNS[currency]}{amount}" if currency in _SIGNS else f"{sign}{amount} {currency}"


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


def _error(context: str, error: str) -> str:
    return f"❌ Switchyard error\n{context}\n{error}"


def _short(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname or ''}{parts.path}"[:80]


_WRITERS: Final[Mapping[str, Callable[[Data, str], str]]] = {
    "scraper.job.completed": _scraped,
    "scraper.job.overdue": _overdue,
    "searches.failed": _search_failed,
    "listing.operation_failed": _failed,
    "listing.state.purchased": _purchased,
    "listing.state.sold": _sold,
    "listing.deadline_approaching": _approaching,
}
