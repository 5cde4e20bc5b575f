"""The work of a trace as people are shown it: a tree of spans with the time each took, and what went wrong in it."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from functions.run_commands.command import Use
from functions.run_commands.recording import KIND as COMMAND
from functions.run_commands.wording import lines_within
from shared.control.tracing.told import Told, tell
from shared.control.tracing.tree import LEDGER, Node
from shared.control.tracing.waterfall import span_of
from shared.discord.access import may
from shared.discord.answers import Colour, Embed, shown
from shared.runtime.auth import Role
from shared.runtime.errors import DependencyError
from shared.runtime.span import Kind, Status

_LONGEST_LIST: Final = 2_600
_DEEPEST: Final = 8  # steps that are still indented
_INDENT: Final = "\u2003"
_SIGNS: Final[Mapping[Status, str]] = {Status.OK: "", Status.REFUSED: "⚠️ ", Status.ERROR: "❌ "}


def work_of(trace_id: str, use: Use) -> Iterator[Embed]:
    """One; none where no spans of it were kept, or they cannot be read now."""
    try:
        if not any(True for _ in islice(use.ports.traces.of_trace(trace_id), 1)):
            return
        told = tell(trace_id, traces=use.ports.traces, ledger=use.ports.ledger)
    except DependencyError:
        return
    lines = (_line(node, told) for node in told.tree.nodes if _is_for(node, use.role))
    yield Embed(
        title=f"{told.spans} {'piece' if told.spans == 1 else 'pieces'} of work, {span_of(told.tree.duration)}",
        description=lines_within(lines, _LONGEST_LIST),
        colour=Colour.BAD if told.errors else Colour.NEUTRAL,
        footer=_footer(told),
    )


def _is_for(node: Node, role: Role | None) -> bool:
    """Who uses which command is for admins, as the events of that are."""
    is_use = node.span.service == LEDGER and node.span.name.startswith(f"{COMMAND.lower()}.")
    return not is_use or may(role, Role.ADMIN)


def _line(node: Node, told: Told) -> str:
    span = node.span
    offset = span_of(node.start - told.tree.root.start)
    step = f"{_INDENT * min(node.depth, _DEEPEST)}└ " if node.depth else ""
    took = "" if span.kind is Kind.EVENT else f" · {span_of(span.duration)}"
    return (
        f"{step}+{offset} {_SIGNS[span.status]}**{shown(span.service, 60)}** {shown(span.name, 80)}{took}{_said(node)}"
    )


def _said(node: Node) -> str:
    said = (str(node.span.attributes[name]) for name in ("status", "error") if name in node.span.attributes)
    return "".join(f" · {shown(one, 60)}" for one in said)


def _footer(told: Told) -> str:
    parts = [f"{told.errors} went wrong"] if told.errors else []
    parts += [] if told.is_all else ["there is more than is read"]
    parts += [f"{told.cut} were too many to be kept"] if told.cut else []
    return " · ".join(parts)
