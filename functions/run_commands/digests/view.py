"""A digest as people read it, on a phone, too: what is wrong first, then a line or two for each part."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from functions.run_commands.digests.parts import ICONS, Trend, fields_of
from shared.discord.answers import Colour, Embed, File, Reply, moment, shown
from shared.status.chart import draw
from shared.status.digest import Digest, Unread
from shared.status.judging import Level
from shared.status.period import Period
from shared.status.store import Taken

COLOURS: Final = {
    Level.HEALTHY: Colour.GOOD,
    Level.UNKNOWN: Colour.QUIET,
    Level.DEGRADED: Colour.WARNING,
    Level.CRITICAL: Colour.BAD,
}
TITLES_OF_PERIODS: Final = {Period.NOW: "Status", Period.DAILY: "Daily digest", Period.WEEKLY: "Weekly digest"}
PICTURE: Final = "events.png"
_SHOWN_REASONS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A digest, how well all is and why, and what is kept of the one before."""

    digest: Digest
    level: Level
    reasons: list[str]
    before: Taken | None


def reply_of(told: Shown) -> Reply:
    digest = told.digest
    trend = Trend(digest, told.before.figures if told.before else {})
    picture = _picture(digest)
    embed = Embed(
        title=f"{ICONS[told.level]} {TITLES_OF_PERIODS[digest.period]}: {told.level.word}",
        description="\n".join(_says(told)),
        colour=COLOURS[told.level],
        fields=list(fields_of(digest, trend)),
        footer=f"{_day(digest.since)} to {_day(digest.until)} UTC",
        image=PICTURE if picture else "",
    )
    return Reply(embeds=[embed], files=[picture] if picture else [])


def _picture(digest: Digest) -> File | None:
    """None where there is nothing to draw."""
    activity = digest.activity
    if digest.period is Period.NOW or isinstance(activity, Unread) or not activity.total:
        return None
    return File(name=PICTURE, content_type="image/png", content=draw(activity.bars, digest.period, digest.since))


def _says(told: Shown) -> Iterator[str]:
    for reason in told.reasons[:_SHOWN_REASONS]:
        yield f"• {shown(reason, 300)}"
    if len(told.reasons) > _SHOWN_REASONS:
        yield f"• … and {len(told.reasons) - _SHOWN_REASONS} more"
    if told.before:
        yield f"▲▼ since {moment(told.before.at.timestamp())}, when it was {told.before.level}"


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%b %H:%M}"
