"""One agent of a sett.yml, as the API takes it. What says how its container is run is passed over, and told."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from shared.blackboard.agent import MAX_CAPACITY, POLL, QUEUE, WEBHOOK, Bid
from shared.blackboard.instance import checked_agent
from shared.blackboard.sett_parts import LONGEST, Findings, no_such_key, patterns
from shared.runtime.errors import InvalidInputError
from shared.runtime.part import Part

_BIDS: Final = tuple(str(bid) for bid in Bid)
_DELIVERIES: Final = (POLL, WEBHOOK, QUEUE)
_LONGEST_URL: Final = 2_048
_QUEUE_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,80}")
_CONTAINERS: Final = (
    "command",
    "image",
    "build",
    "workspace",
    "strategy",
    "environment",
    "resources",
    "health_check",
    "mode",
    "worker",
    "services",
)
_SAME: Final = {"replicas": "capacity"}  # the word of Sett, and ours


def read_agent(name: str, part: Part, findings: Findings) -> dict[str, Any]:
    """Whole: what the file does not say is as it is by itself."""
    said: dict[str, Any] = {}
    with findings.noting():
        _check_name(name, part)
    for key, value in part.mapping().items():
        with findings.noting():
            _read_field(key, value, said, findings)
    with findings.noting():
        _check_delivery(part, said)
    return _as_asked(name, said)


def _check_name(name: str, part: Part) -> None:
    """Of an agent, or of a role, which are named alike."""
    try:
        checked_agent(name)
    except InvalidInputError as error:
        part.wrong(str(error))


def _read_field(key: str, part: Part, said: dict[str, Any], findings: Findings) -> None:
    key = _SAME.get(key, key)
    reader = _FIELDS.get(key)
    if key in _CONTAINERS:
        findings.set_aside(part)
    elif reader is None:
        part.wrong(_UNHEARD_OF.get(key) or no_such_key((*_FIELDS, *_SAME, *_CONTAINERS)))
    elif key in said:
        part.wrong(f"`{key}` is said twice, in other words")
    else:
        said[key] = None  # it was said, even where it is wrong
        said |= reader(part, said)


def _bidding_strategy(part: Part, said: Mapping[str, Any]) -> dict[str, Any]:
    """A word, or as later versions of Sett have it, an object."""
    if not isinstance(part.value, dict):
        return {"bidding_strategy": _word(part, _BIDS)}
    fields = part.fields(("type", "target_types"))
    if "type" not in fields:
        part.wrong(f"`type` is missing; it is one of {', '.join(_BIDS)}")
    strategy = {"bidding_strategy": _word(fields["type"], _BIDS)}
    if "target_types" not in fields:
        return strategy
    if "target_types" in said:
        fields["target_types"].wrong("`target_types` is said twice, in other words")
    return strategy | {"target_types": patterns(fields["target_types"])}


def _target_types(part: Part, said: Mapping[str, Any]) -> dict[str, Any]:
    return {"target_types": patterns(part)}


def _bid_script(part: Part, said: Mapping[str, Any]) -> dict[str, Any]:
    return {"bid_script": part.texts(_LONGEST_URL)}


def _role(part: Part, said: Mapping[str, Any]) -> dict[str, Any]:
    role = part.text(LONGEST)
    _check_name(role, part)
    return {"role": role}


def _capacity(part: Part, said: Mapping[str, Any]) -> dict[str, Any]:
    return {"capacity": part.whole(1, MAX_CAPACITY)}


def _delivery(part: Part, said: Mapping[str, Any]) -> dict[str, Any]:
    return {"delivery": _word(part, _DELIVERIES)}


def _url(part: Part, said: Mapping[str, Any]) -> dict[str, Any]:
    url = part.text(_LONGEST_URL)
    if not url.startswith(("https://", "http://")):
        part.wrong("an address is needed, say https://agents.example.com/work")
    return {"url": url}


def _queue(part: Part, said: Mapping[str, Any]) -> dict[str, Any]:
    name = part.text(LONGEST)
    if not _QUEUE_NAME.fullmatch(name):
        part.wrong("the name of a queue of SQS is needed: up to 80 letters, digits, _ and -")
    return {"queue": name}


_FIELDS: Final[Mapping[str, Callable[[Part, Mapping[str, Any]], dict[str, Any]]]] = {
    "role": _role,
    "bidding_strategy": _bidding_strategy,
    "bid_script": _bid_script,
    "target_types": _target_types,
    "capacity": _capacity,
    "delivery": _delivery,
    "url": _url,
    "queue": _queue,
}
_UNHEARD_OF: Final = {"synchronize": "nothing here waits for several artefacts at once; have an agent look for them"}


def _word(part: Part, known: tuple[str, ...]) -> str:
    word = part.text(LONGEST)
    if word not in known:
        part.wrong(f"there is no {word} here; it is one of {', '.join(known)}")
    return word


def _check_delivery(part: Part, said: Mapping[str, Any]) -> None:
    delivery = said.get("delivery", POLL)
    for name, kind in (("url", WEBHOOK), ("queue", QUEUE)):
        if delivery == kind and name not in said:
            part.wrong(f"`{name}` is missing: delivery: {kind} needs to know where")
        if delivery not in (kind, None) and name in said:
            part.mapping()[name].wrong(f"this goes with delivery: {kind}")


def _as_asked(name: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """Who has a script for it bids itself; the strategy is what its runner falls back on."""
    strategy = None if "bid_script" in said else said.get("bidding_strategy")
    return {
        "role": said.get("role") or name,
        "bidding_strategy": strategy,
        "target_types": said.get("target_types") or [],
        "capacity": said.get("capacity") or 1,
        "delivery": said.get("delivery") or POLL,
        "url": said.get("url"),
        "queue": said.get("queue"),
    }
