"""/jobs: what is done now and then to keep all well, what came of it, and having it done now."""

from collections.abc import Mapping
from typing import Any, Final

from functions.run_commands.command import Command, Subcommand, Use
from functions.run_commands.repeating import has_done
from functions.run_commands.wording import lines_within
from shared.control.jobs.doing import Ports, request_job
from shared.control.jobs.job import REQUESTED, Job, Outcome
from shared.control.jobs.known import JOBS, JobKind, job_kind
from shared.control.jobs.store import KIND
from shared.discord.answers import LONGEST_FIELD, Colour, Embed, Field, Reply, moment, shown
from shared.discord.options import Choice, Option
from shared.runtime.auth import Role
from shared.runtime.text import cut

_LONGEST_OUTCOME: Final = 500


class ListJobs(Subcommand):
    name = "list"
    description = "The jobs there are, whether each is being done, and what came of it the last time"
    needs = Role.VIEWER
    example = "/jobs list"

    def run(self, use: Use) -> Reply:
        known = use.ports.system_jobs.get_all(list(JOBS))
        fields = [Field(name=one.name, value=_told(use, one, JOBS[one.name]), inline=False) for one in known]
        is_bad = any(one.last and one.last.error is not None for one in known)
        return Reply(embeds=[Embed(title="Jobs", colour=Colour.BAD if is_bad else Colour.NEUTRAL, fields=fields)])


class RunJob(Subcommand):
    name = "run"
    description = "Have a job done now"
    needs = Role.OPERATOR
    example = "/jobs run job:poll-services"
    options = (
        Option(name="job", description="Which", required=True, choices=tuple(Choice(name, name) for name in JOBS)),
    )

    def run(self, use: Use) -> Reply:
        name = str(use.option("job"))
        kind = job_kind(name)
        if not has_done(use, KIND, name, REQUESTED):
            ports = Ports(jobs=use.ports.system_jobs, clock=use.ports.clock, pause=use.ports.pause)
            request_job(name, kind.defaults, use.cause, ports)
        return Reply(content=f"**{name}** was asked for. What comes of it, `/jobs list` shows in a moment.")


class Jobs(Command):
    name = "jobs"
    description = "What is done now and then to keep all well"
    subcommands = (ListJobs(), RunJob())


def _told(use: Use, job: Job, kind: JobKind) -> str:
    lines = [f"{kind.description}; {kind.schedule or 'when somebody asks for it'}."]
    if job.is_busy(at=use.at) and job.started_at:
        lines.append(f"🔵 It is being done, since {moment(job.started_at.timestamp())}.")
    lines.append(_outcome(job.last) if job.last else "⚪ Nothing has come of it yet.")
    return lines_within(lines, LONGEST_FIELD)


def _outcome(last: Outcome) -> str:
    when = moment(last.ended_at.timestamp())
    if last.result is None:
        return f"❌ It failed {when}: {shown(last.error or '', _LONGEST_OUTCOME)}"
    return f"✅ Done {when}{_result(last.result)}"


def _result(said: Mapping[str, Any]) -> str:
    """Numbers and short texts of it; lists by how many there are in them."""
    parts = (f", {shown(name, 60)}: {_value(value)}" for name, value in said.items() if value is not None)
    return cut(parts, _LONGEST_OUTCOME)


def _value(value: Any) -> str:
    return str(len(value)) if isinstance(value, list | dict) else shown(str(value), 100)
