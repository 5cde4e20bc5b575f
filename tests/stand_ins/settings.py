"""Settings of a stand-in: what there is, and how a part of it is changed."""

from collections.abc import Mapping
from typing import Any

from tests.stand_ins.http import RefusedError

# Faults are off. `probability` is of each request, `next` counts requests down. `retry_after` is seconds, or any text
# that is to stand there. `look_ups` says whether what changes nothing (GET, and what the service says) is meant: "no",
# "too" or "only". `down`: "no", "drop" (connections are closed without an answer) or "closed" (nothing listens).
FAULTS: dict[str, Any] = {
    "slow": 0.0,  # seconds before the work
    "late": 0.0,  # seconds between the work and the answer; webhooks may come first
    "fail": {"status": 503, "retry_after": None, "probability": 0.0, "next": 0, "after_work": False},
    "no_answer": {"probability": 0.0, "next": 0, "seconds": 0.0},  # the work is done; silence; the connection is closed
    "down": "no",
    "twice": False,  # every webhook is called two times at once
    "look_ups": "no",
    "seed": 1,
}
_MAY_BE_NULL = frozenset(
    {"retry_after", "matches", "chats", "no_look_up", "channels", "calendars", "definitions", "refuse_grants", "refs"}
)
_AS_A_WHOLE = frozenset({"properties", "service_account"})  # an object that is replaced, not changed in part
_CHOICES = {
    "down": ("no", "drop", "closed"),
    "look_ups": ("no", "too", "only"),
    "scope": ("user", "global", "shared"),
}


def merge(settings: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Settings with the changes in them. Raises RefusedError where a change is none that these settings can take."""
    return settings | {name: _changed(settings, name, value) for name, value in changes.items()}


def _changed(settings: dict[str, Any], name: str, value: Any) -> Any:
    if name not in settings:
        raise RefusedError(f"there is no setting {name}; there are {', '.join(settings)}", violation=False)
    known = settings[name]
    if name in _AS_A_WHOLE:
        return _whole(name, value)
    if isinstance(known, dict) and isinstance(value, dict):
        return merge(known, value)
    fits = name in _MAY_BE_NULL or _fits(known, value)
    if not fits or value not in _CHOICES.get(name, (value,)):
        raise RefusedError(f"the setting {name} cannot be {value!r:.80}", violation=False)
    return value


def _whole(name: str, value: Any) -> Any:
    if value is not None and not isinstance(value, dict):
        raise RefusedError(f"the setting {name} cannot be {value!r:.80}", violation=False)
    return value


def _fits(known: Any, value: Any) -> bool:
    if isinstance(known, bool) or isinstance(value, bool):
        return type(known) is type(value)
    return isinstance(value, int | float if isinstance(known, int | float) else type(known))
