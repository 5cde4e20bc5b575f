"""From the parts of a sett.yml to what is to be so: everything is checked, and all mistakes are told at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from shared.blackboard.artefact import ENDS_WORK, StructuralType
from shared.blackboard.instance import BOUNDS, MAX_AGENTS
from shared.blackboard.sett_agent import read_agent
from shared.blackboard.sett_parts import LONGEST, Findings, no_such_key, patterns
from shared.runtime.errors import InvalidInputError
from shared.runtime.part import Part

VERSION: Final = "1.0"

_UNUSED_SETTINGS: Final = ("image", "timestamp_drift_tolerance_ms")
_LISTS: Final = ("starts_work", "review_by_people")
_SETTINGS: Final = (*BOUNDS, *_LISTS)
_WORKS: Final = tuple(str(one) for one in StructuralType if one not in ENDS_WORK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sett:
    """`settings` are those that are said; each agent is whole, as the API takes it."""

    settings: Mapping[str, Any]
    agents: Mapping[str, Mapping[str, Any]]
    not_used: tuple[str, ...] = ()  # what is said and means nothing here, each with its place


@dataclass(slots=True)
class _Reading:
    findings: Findings
    settings: dict[str, Any]
    agents: dict[str, Any]


def sett_from(document: Part) -> Sett:
    """Raises InvalidInputError, a line for each mistake."""
    reading = _Reading(Findings(), {}, {})
    sections = document.mapping()
    for name in ("version", "agents"):
        with reading.findings.noting():
            if name not in sections:
                document.wrong(_MISSING[name])
    for name, part in sections.items():
        with reading.findings.noting():
            if name not in _SECTIONS:
                part.wrong(no_such_key(_SECTIONS))
            _SECTIONS[name](part, reading)
    if reading.findings.problems:
        raise InvalidInputError("\n".join(reading.findings.problems))
    return Sett(settings=reading.settings, agents=reading.agents, not_used=tuple(reading.findings.not_used))


_MISSING: Final = {
    "version": f'`version` is missing; write version: "{VERSION}"',
    "agents": "`agents` is missing; for none at all write agents: {}",
}


def _version(part: Part, reading: _Reading) -> None:
    if part.text(LONGEST) != VERSION:
        part.wrong(f'another version than this cannot be read: version: "{VERSION}"')


def _orchestrator(section: Part, reading: _Reading) -> None:
    for name, part in section.mapping().items() if section.value is not None else ():
        with reading.findings.noting():
            if name in _UNUSED_SETTINGS:
                reading.findings.set_aside(part)
            elif name in _SETTINGS:
                reading.settings[name] = _setting(name, part)
            else:
                part.wrong(no_such_key(_SETTINGS))


def _setting(name: str, part: Part) -> Any:
    match name:
        case "starts_work":
            return _starts_work(part)
        case "review_by_people":
            return patterns(part)
        case _:
            return part.whole(*BOUNDS[name])


def _starts_work(part: Part) -> list[str]:
    words = patterns(part)
    for word in words:
        if word not in _WORKS:
            part.wrong(f"{word} cannot start work; what can is {', '.join(_WORKS)}")
    return words


def _agents(section: Part, reading: _Reading) -> None:
    agents = section.mapping()
    if len(agents) > MAX_AGENTS:
        section.wrong(f"an instance has at most {MAX_AGENTS} agents")
    for name, part in agents.items():
        with reading.findings.noting():
            reading.agents[name] = read_agent(name, part, reading.findings)


def _services(part: Part, reading: _Reading) -> None:
    reading.findings.set_aside(part)


_SECTIONS: Final[Mapping[str, Callable[[Part, _Reading], None]]] = {
    "version": _version,
    "orchestrator": _orchestrator,
    "agents": _agents,
    "services": _services,
}
