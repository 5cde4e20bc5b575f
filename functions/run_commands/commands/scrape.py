"""/scrape: run a search now, and see what came of the last ones."""

from itertools import islice
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from functions.run_commands.command import Command, Subcommand, Use
from functions.run_commands.reading import read
from shared.discord.answers import Embed, Field, Reply, moment, shown
from shared.discord.options import Choice, Option
from shared.runtime.auth import Role
from shared.runtime.errors import NotFoundError
from shared.scraping.contracts import Trigger
from shared.scraping.job import Job, Status
from shared.scraping.triggering import run_search

_MOST_JOBS: Final = 10
_SIGNS: Final = {Status.RUNNING: "⏳", Status.COMPLETED: "✅", Status.OVERDUE: "⚠️"}


class Now(Subcommand):
    name = "now"
    description = "Have the scraper search now"
    options = (
        Option(name="brands", description="One, or several with commas between", required=True, longest=1_000),
        Option(name="search", description="What for; Camera where it is left out", longest=128),
    )
    needs = Role.OPERATOR
    example = "/scrape now brands: Sony, Canon search: Lens"

    def run(self, use: Use) -> Reply:
        """The key is this use's: carried out twice it starts nothing twice."""
        brands = [brand.strip() for brand in str(use.option("brands")).split(",") if brand.strip()]
        wanted = read(Trigger, {"brands": brands, "search": use.option("search")})
        ports = use.ports
        if ports.scraper is None:
            raise NotFoundError("no scraper is configured; see ScraperApiUrl")
        job = run_search(
            wanted.all_brands(),
            wanted.search,
            use.cause,
            key=str(uuid5(NAMESPACE_URL, f"discord:{use.key}")),
            scraper=ports.scraper,
            jobs=ports.jobs,
            at=use.at,
        )
        said = "The scraper took it on." if job.status is Status.RUNNING else "The scraper has done it."
        return Reply(content=said, embeds=[Embed(fields=[_field(job)])])


class Jobs(Subcommand):
    name = "jobs"
    description = "The last searches, and what came of them"
    options = (
        Option(
            name="status",
            description="Only those with it",
            choices=[Choice(status, status) for status in Status],
        ),
    )
    needs = Role.VIEWER
    example = "/scrape jobs status: overdue"

    def run(self, use: Use) -> Reply:
        wanted = use.option("status")
        status = Status(wanted) if wanted else None
        newest = islice(use.ports.jobs.newest(status=status, at_a_time=_MOST_JOBS), _MOST_JOBS)
        fields = [_field(job) for job in newest]
        return Reply(embeds=[Embed(title="Searches", fields=fields)]) if fields else Reply(content="There is none.")


def _field(job: Job) -> Field:
    name = f"{_SIGNS[job.status]} {shown(', '.join(job.brands) or 'all', 120)} · {shown(job.search or '?', 80)}"
    outcome = job.outcome
    lines = [f"{job.status}, asked for {moment(job.created_at.timestamp())}"]
    if outcome:
        found = f"{outcome.matches} {'match' if outcome.matches == 1 else 'matches'}"
        lines.append(f"{found}: {outcome.created_listings} new, {outcome.skipped} known, {outcome.refused} unreadable")
    elif job.due_at:
        lines.append(f"to report {moment(job.due_at.timestamp())}")
    return Field(name=name, value="\n".join([*lines, f"`{job.id}`"]), inline=False)


class Scrape(Command):
    name = "scrape"
    description = "Searches of the scraper"
    needs = Role.VIEWER
    subcommands = (Now(), Jobs())
