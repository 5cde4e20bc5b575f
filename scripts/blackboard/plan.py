"""What has to change for an instance to be as its file says: added, changed, removed; nothing twice."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from shared.blackboard.sett_reading import Sett

ADD: Final = "+"
CHANGE: Final = "~"
REMOVE: Final = "-"
_FIELDS: Final = ("role", "bidding_strategy", "target_types", "capacity", "delivery", "url", "queue")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """`name` is an agent's; None for the settings. `body` is what the API is to be given."""

    sign: str
    name: str | None
    body: Mapping[str, Any] | None
    why: tuple[str, ...]  # field by field

    def lines(self) -> Iterator[str]:
        what = "settings" if self.name is None else f"agent {self.name}"
        if self.sign == CHANGE:
            yield f"{self.sign} {what}"
            yield from (f"    {one}" for one in self.why)
        else:
            yield f"{self.sign} {what}: {', '.join(self.why)}" if self.why else f"{self.sign} {what}"


def plan(
    sett: Sett, *, agents: Mapping[str, Mapping[str, Any]], settings: Mapping[str, Any], prune: bool
) -> list[Change]:
    """`agents` and `settings` are as they are now. Settings that the file does not say stay.

    Who leaves makes room for who comes: an instance has so many agents and no more.
    """
    changes = list(_settings(sett, settings))
    changes += [_removal(name, agents[name]) for name in strangers(sett, agents) if prune]
    for name, wanted in sett.agents.items():
        changes += _agent(name, wanted, agents.get(name))
    return changes


def strangers(sett: Sett, agents: Mapping[str, Any]) -> list[str]:
    """Agents that are there and not in the file."""
    return sorted(set(agents) - set(sett.agents))


def _settings(sett: Sett, known: Mapping[str, Any]) -> Iterator[Change]:
    why = tuple(_differences(known, sett.settings))
    if why:
        yield Change(sign=CHANGE, name=None, body={**known, **sett.settings}, why=why)


def _agent(name: str, wanted: Mapping[str, Any], known: Mapping[str, Any] | None) -> Iterator[Change]:
    body = {field: wanted[field] for field in _FIELDS if wanted[field] is not None or field == "bidding_strategy"}
    if known is None:
        yield Change(sign=ADD, name=name, body=body, why=tuple(_said(wanted)))
        return
    why = tuple(_differences(known, wanted))
    if why:
        yield Change(sign=CHANGE, name=name, body=body, why=why)


def _said(agent: Mapping[str, Any]) -> Iterator[str]:
    """What is worth a word."""
    strategy = agent["bidding_strategy"]
    yield f"bids {strategy}" if strategy else "bids itself"
    if agent["target_types"]:
        yield f"on {' '.join(agent['target_types'])}"
    for name in ("capacity", "delivery", "url", "queue"):
        if agent[name] not in (None, 1, "poll"):
            yield f"{name} {agent[name]}"


def _removal(name: str, agent: Mapping[str, Any]) -> Change:
    in_hand = len(agent.get("working_on") or ())
    return Change(sign=REMOVE, name=name, body=None, why=(f"has {in_hand} in hand",) if in_hand else ())


def _differences(known: Mapping[str, Any], wanted: Mapping[str, Any]) -> Iterator[str]:
    for name, value in wanted.items():
        if known.get(name) != value:
            yield f"{name}: {_shown(known.get(name))} -> {_shown(value)}"


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(str, value))}]"
    return "none" if value is None else str(value)
