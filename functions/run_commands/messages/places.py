"""How it stands with an event at each place it goes to, in words."""

from typing import Final

from functions.run_commands.messages.looking import Place
from functions.run_commands.wording import sink_title
from shared.deliveries.delivery import Delivery, Status
from shared.discord.answers import link, moment, shown

SIGNS: Final = {
    Status.PENDING: "⏳",
    Status.SENDING: "⏳",
    Status.ACCEPTED: "✅",
    Status.DELIVERED: "✅",
    Status.DRY_RUN: "🧪",
    Status.SKIPPED: "⏭️",
    Status.FAILED: "❌",
    Status.IN_DOUBT: "❓",
}
NAMED: Final = {
    Status.PENDING: "waits",
    Status.SENDING: "under way",
    Status.ACCEPTED: "taken on",
    Status.DELIVERED: "delivered",
    Status.DRY_RUN: "dry run",
    Status.SKIPPED: "skipped",
    Status.FAILED: "given up",
    Status.IN_DOUBT: "in doubt",
}
_LONGEST_ERROR: Final = 110


def place_line(place: Place) -> str:
    one = place.standing
    sign = "⏸️" if place.is_paused and one.status is Status.PENDING else SIGNS[one.status]
    return f"{'⏳' if place.is_asked else sign} **{sink_title(one.sink)}**: {_how(place)}"


def _how(place: Place) -> str:
    record = place.standing.record
    if place.is_paused and place.standing.status is Status.PENDING:
        return "waits: this sink is paused"
    if record is None:
        return "waits for its first try"
    if place.is_asked:
        return "asked for once more; it is on its way"
    return _WORDS[record.status](record)


def _pending(record: Delivery) -> str:
    again = f", tried again {moment(record.retry_at.timestamp())}" if record.retry_at else ""
    return f"not there yet{again}{_why(record)}"


def _delivered(record: Delivery) -> str:
    return f"it is there{' · ' + link('open', record.url) if record.url else ''}"


def _failed(record: Delivery) -> str:
    tries = f" after {record.attempts} tries" if record.attempts > 1 else ""
    return f"given up{tries}{_why(record)}"


def _in_doubt(record: Delivery) -> str:
    if record.retry_at:
        return f"it may be there; looked for again {moment(record.retry_at.timestamp())}{_why(record)}"
    return f"it may be there: look first{_why(record)}"


def _why(record: Delivery) -> str:
    return f" ({shown(record.last_error, _LONGEST_ERROR)})" if record.last_error else ""


_WORDS: Final = {
    Status.PENDING: _pending,
    Status.SENDING: lambda _: "under way",
    Status.ACCEPTED: lambda _: "it has taken it on",
    Status.DELIVERED: _delivered,
    Status.DRY_RUN: lambda _: "dry run: the request was made up, and nobody was asked",
    Status.SKIPPED: lambda record: f"nothing for it{_why(record)}",
    Status.FAILED: _failed,
    Status.IN_DOUBT: _in_doubt,
}
