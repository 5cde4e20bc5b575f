"""/findings: what was found in documents when they were looked at last, the worst first."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Final

from functions.run_commands.command import Command, Use
from functions.run_commands.wording import lines_within
from shared.control.ingestion.finding import SEVERITIES, Finding
from shared.control.ingestion.findings import Analysis
from shared.discord.answers import MAX_MENU, Colour, Embed, Field, Reply, moment, shown
from shared.discord.options import Choice, Option, OptionType
from shared.runtime.auth import Role
from shared.runtime.errors import NotFoundError

_NAMED: Final[Mapping[str, str]] = {"high": "🔴 High", "med": "🟡 Medium", "low": "⚪ Low"}
_COLOURS: Final[Mapping[str, Colour]] = {"high": Colour.BAD, "med": Colour.WARNING, "low": Colour.NEUTRAL}
_LONGEST_LIST: Final = 4_000


class Findings(Command):
    name = "findings"
    description = "What was found in documents when they were looked at last, the worst first"
    options = (
        Option(
            name="severity",
            description="Only those of it",
            choices=tuple(Choice(_NAMED[severity], severity) for severity in SEVERITIES),
        ),
        Option(name="run", description="What this run has found; the newest, if you do not say", longest=64),
        Option(
            name="limit",
            description="How many; 15 if you do not say",
            type=OptionType.INTEGER,
            minimum=1,
            maximum=MAX_MENU,
        ),
    )
    needs = Role.VIEWER
    example = "/findings severity:high"

    def run(self, use: Use) -> Reply:
        analysis = _analysis(use)
        severity, limit = use.option("severity"), int(use.option("limit", 15))
        everything = use.ports.findings.all(analysis.run_id)
        meant = [one for one in everything if severity in (None, one.severity)]
        return Reply(embeds=[_embed(analysis, list(islice(meant, limit)), left=max(len(meant) - limit, 0))])


def _analysis(use: Use) -> Analysis:
    """Raises NotFoundError."""
    run_id = str(use.option("run", "")).strip()
    if run_id:
        return use.ports.findings.get(run_id)
    newest = use.ports.findings.newest()
    if newest is None:
        raise NotFoundError("no documents were looked at yet; see `/ingest`")
    return newest


def _embed(analysis: Analysis, found: Sequence[Finding], *, left: int) -> Embed:
    counts = analysis.severity_counts
    worst = next((severity for severity in SEVERITIES if counts.get(severity)), "")
    fields = [Field(name=_NAMED[severity], value=str(counts.get(severity, 0))) for severity in SEVERITIES]
    fields.append(
        Field(
            name="Looked at",
            value=_looked_at(analysis),
            inline=False,
        )
    )
    more = f"{left:,} more are not shown. · " if left else ""
    return Embed(
        title=f"{analysis.count:,} findings, {analysis.new_count:,} of them new",
        description=lines_within(map(_line, found), _LONGEST_LIST) or "None.",
        colour=_COLOURS.get(worst, Colour.GOOD),
        fields=fields,
        footer=f"{more}run {analysis.run_id}",
    )


def _looked_at(analysis: Analysis) -> str:
    part = ", a part of what there is to find," if analysis.is_cut else ""
    by = shown(analysis.by, 60)
    return f"{analysis.documents:,} documents{part} {moment(analysis.at.timestamp())} by {by}"


def _line(one: Finding) -> str:
    sign = _NAMED[one.severity].partition(" ")[0]
    return f"{sign} **{shown(one.title, 200)}** {shown(one.type, 60)}\n-# {shown(one.where, 200)}"
