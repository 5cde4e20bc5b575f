"""/analytics: which commands are used, by how many, what comes of it and how long it takes."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from functions.run_commands.command import Command, Use
from functions.run_commands.recording import KIND, PLACE
from functions.run_commands.usage import Row, Summary, summed_up, used
from functions.run_commands.wording import lines_within
from shared.discord.answers import LONGEST_FIELD, Embed, Field, Reply, shown
from shared.discord.options import Option, OptionType
from shared.ledger.ledger import Aggregate, Ledger
from shared.runtime.auth import Role
from shared.status.sampled import ENOUGH_FOR_P95

MAX_READ: Final = 5_000  # uses
_MOST_DAYS: Final = 31
_SHOWN_PEOPLE: Final = 5
_LONGEST_LIST: Final = 3_000


class Analytics(Command):
    name = "analytics"
    description = "Which commands are used, by how many people, what comes of it and how long it takes"
    needs = Role.ADMIN
    example = "/analytics days:30"
    options = (
        Option(
            name="days",
            description="Back to when; 7 if you do not say",
            type=OptionType.INTEGER,
            minimum=1,
            maximum=_MOST_DAYS,
        ),
    )

    def run(self, use: Use) -> Reply:
        days = int(use.option("days", 7))
        uses = list(islice(_since(use.at - timedelta(days=days), use.ports.ledger), MAX_READ + 1))
        summary = summed_up(map(used, uses[:MAX_READ]))
        title = f"Use of commands, the last {days} {'day' if days == 1 else 'days'}"
        if summary.overall is None:
            return Reply(embeds=[Embed(title=title, description="No command was used.")])
        return Reply(embeds=[_embed(title, summary, summary.overall, is_cut=len(uses) > MAX_READ)])


def _since(since: datetime, ledger: Ledger) -> Iterator[Aggregate]:
    """Uses of commands, buttons and forms, of those too that are no more, newest first."""
    for kept in ledger.board(KIND, [PLACE]):
        if kept.changed_at < since:
            return
        yield kept


def _embed(title: str, summary: Summary, overall: Row, *, is_cut: bool) -> Embed:
    day, number = summary.days[0]
    return Embed(
        title=title,
        description=lines_within(map(_line, summary.rows), _LONGEST_LIST),
        fields=[
            Field(name="Uses", value=str(summary.uses)),
            Field(name="People", value=_people(summary)),
            Field(name="Busiest day (UTC)", value=f"{day}: {number}"),
            Field(name="What came of it", value=", ".join(f"{name} {number}" for name, number in summary.outcomes)),
            Field(name="Took", value=_took(overall)),
        ],
        footer=_footer(is_cut),
    )


def _line(row: Row) -> str:
    wrong = f" · {row.went_wrong} went wrong" if row.went_wrong else ""
    return f"**{shown(row.command, 60)}** {_uses(row)} · {_took(row)}{wrong}"


def _uses(row: Row) -> str:
    return f"{row.uses} {'use' if row.uses == 1 else 'uses'}"


def _took(row: Row) -> str:
    slowest = f", p95 {row.p95:,} ms" if row.p95 is not None else ""
    return f"median {row.median:,} ms{slowest}"


def _people(summary: Summary) -> str:
    most = (f"<@{user_id}> {number}" for user_id, number in summary.people[:_SHOWN_PEOPLE])
    return lines_within([f"{len(summary.people)} in all", *most], LONGEST_FIELD)


def _footer(is_cut: bool) -> str:
    said = f"The time is from the first answer to the end of the work; p95 from {ENOUGH_FOR_P95} uses on."
    return f"{said} Only the newest {MAX_READ:,} uses were read." if is_cut else said
