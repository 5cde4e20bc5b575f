"""What people are shown of runs: one with its steps and what can be done about it, and many in lines."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from functions.run_commands.runs.acting import may_steer
from functions.run_commands.wording import actor_of, lines_within, press
from shared.control.runs.run import Run, Status, Step, StepStatus
from shared.discord.answers import (
    LONGEST_FIELD,
    Button,
    Colour,
    Embed,
    Field,
    Item,
    Menu,
    Reply,
    Style,
    moment,
    shown,
    shown_lines,
)
from shared.runtime.text import cut

OPEN: Final = "runs.open"
REFRESH: Final = "workflow.refresh"
CANCEL: Final = "workflow.cancel"
REDRIVE: Final = "workflow.redrive"
_LONGEST_LIST: Final = 4_000
_LONGEST_STEPS: Final = 3_000
_LONGEST_SAID: Final = 300  # by a step


class _Look(NamedTuple):
    sign: str
    colour: Colour
    words: str


_LOOKS: Final[Mapping[Status, _Look]] = {
    Status.PENDING: _Look("⚪", Colour.NEUTRAL, "has not begun yet"),
    Status.RUNNING: _Look("🔵", Colour.NEUTRAL, "is on its way"),
    Status.COMPENSATING: _Look("↩️", Colour.WARNING, "has turned back: what it did is taken back"),
    Status.COMPLETED: _Look("✅", Colour.GOOD, "is done"),
    Status.COMPENSATED: _Look("⏮️", Colour.QUIET, "was taken back, as far as it can be"),
    Status.FAILED: _Look("❌", Colour.BAD, "could not be taken back: somebody has to look at what is parked"),
}
_STEP_SIGNS: Final[Mapping[StepStatus, str]] = {
    StepStatus.PENDING: "⚪",
    StepStatus.RUNNING: "🔵",
    StepStatus.COMPLETED: "✅",
    StepStatus.FAILED: "❌",
    StepStatus.COMPENSATING: "↩️",
    StepStatus.COMPENSATED: "⏮️",
    StepStatus.PARKED: "🛑",
    StepStatus.SKIPPED: "⏭️",
}


def view_of(run: Run, role: str, said: str = "") -> Reply:
    """For somebody of this role, with what they may do about it. `said` stands above it."""
    look = _LOOKS[run.status]
    fields = [
        Field(name="Progress", value=progress_of(run)),
        Field(name="Asked for", value=f"{moment(run.created_at.timestamp())} by {actor_of(run.created_by)}"),
        Field(name="Ended", value=_ended(run)),
        Field(name="Parameters", value=lines_within(_pairs(run.parameters), LONGEST_FIELD), inline=False),
        Field(name="Why it has turned back", value=shown_lines(run.error or "", 600), inline=False),
        Field(name="Cancelled", value=_cancelled(run), inline=False),
        Field(name="Once more", value=f"of the run `{run.redrive_of}`" if run.redrive_of else "", inline=False),
    ]
    embed = Embed(
        title=f"{look.sign} {shown(run.workflow, 60)} {look.words}",
        description=lines_within(map(_step, run.steps), _LONGEST_STEPS),
        colour=look.colour,
        fields=[one for one in fields if one.value],
        footer=f"run {run.id} · trace {run.trace_id}",
    )
    return Reply(content=said, embeds=[embed], buttons=list(_buttons(run, role)))


def list_of(runs: Sequence[Run], title: str, *, is_more: bool) -> Reply:
    if not runs:
        nothing = "None among those that were looked at." if is_more else "There are none."
        return Reply(embeds=[Embed(title=title, description=nothing)])
    text = lines_within(map(_line, runs), _LONGEST_LIST)
    embed = Embed(title=title, description=text, footer="There are more." if is_more else "")
    items = [
        Item(label=f"{run.workflow}: {run.status}", value=run.id, description=f"{run.created_at:%d %b %H:%M} UTC")
        for run in runs
    ]
    return Reply(embeds=[embed], menu=Menu(custom_id=OPEN, items=items, placeholder="See one"))


def progress_of(run: Run) -> str:
    done = sum(step.status is StepStatus.COMPLETED for step in run.steps)
    return f"{done} of {len(run.steps)} steps done"


def _line(run: Run) -> str:
    who, when = actor_of(run.created_by), moment(run.created_at.timestamp())
    name = shown(run.workflow, 60)
    return f"{_LOOKS[run.status].sign} **{name}** {run.status}, {progress_of(run)} · {when} by {who}\n-# {run.id}"


def _buttons(run: Run, role: str) -> Iterator[Button]:
    """Each is pressed once: what has been done since, the run's status or its machine's number says."""
    yield from press("Refresh", REFRESH, run.id)
    if not may_steer(run, role):
        return
    if run.status in (Status.PENDING, Status.RUNNING):
        yield from press("Cancel", CANCEL, run.id, style=Style.DANGER)
    if run.status in (Status.FAILED, Status.COMPENSATED):
        yield from press("Redrive", REDRIVE, run.id, str(run.machine), style=Style.PRIMARY)


def _ended(run: Run) -> str:
    if run.ended_at is None:
        return ""
    return f"{moment(run.ended_at.timestamp())}, after {span_of(run.seconds or 0)}"


def span_of(seconds: int) -> str:
    """`1 h 2 min`, `5 min 3 s`, `12 s`."""
    hours, minutes, rest = seconds // 3_600, seconds // 60 % 60, seconds % 60
    if hours:
        return f"{hours:,} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _cancelled(run: Run) -> str:
    return f"by {actor_of(run.cancelled_by)}: {shown(run.cancel_reason or '', 300)}" if run.cancelled_by else ""


def _step(step: Step) -> str:
    lines = [f"{_STEP_SIGNS[step.status]} **{shown(step.name, 60)}** {step.status}{_how_long(step)}"]
    if said := _pairs(step.output or step.progress):
        lines.append(f"-# {cut((f'{pair} · ' for pair in said), _LONGEST_SAID).removesuffix(' · ')}")
    if error := step.undo_error or step.error:
        lines.append(f"⚠️ {shown(error, _LONGEST_SAID)}")
    return "\n".join(lines)


def _how_long(step: Step) -> str:
    if step.started_at is None:
        return ""
    if step.ended_at is None:
        later = f", again {moment(step.not_before.timestamp())}" if step.not_before else ""
        tries = f", try {step.tries}" if step.tries > 1 else ""
        return f" since {moment(step.started_at.timestamp())}{tries}{later}"
    return f", {span_of(max(int((step.ended_at - step.started_at).total_seconds()), 0))}"


def _pairs(said: Mapping[str, Any]) -> list[str]:
    return [f"{shown(name, 60)}: {shown(_text(value), 200)}" for name, value in said.items()]


def _text(value: Any) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(map(_text, value)) or "none"
        case dict():
            return ", ".join(f"{name} {_text(inner)}" for name, inner in value.items()) or "none"
        case None:
            return "none"
        case _:
            return str(value)
