"""Flows of several steps: what a button will do is kept until somebody presses it, and done once.

What was taken stays, with a mark: who presses again learns that it is done, and not that it expired.
"""

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from shared.runtime.errors import ContradictionError, ForbiddenError, NotFoundError

if TYPE_CHECKING:
    from shared.state.store import StateStore

_ID_BYTES: Final = 12  # nobody guesses them, and they are short in a custom_id: 16 letters


class FlowOverError(NotFoundError):
    """Too much time has passed, or there never was such a flow."""

    def __init__(self) -> None:
        super().__init__("this has expired, and nothing was done; start again with the command")


class FlowDoneError(ContradictionError):
    """Somebody pressed before."""

    def __init__(self) -> None:
        super().__init__("this was answered already")


class NotYoursError(ForbiddenError):
    """Somebody else began it."""

    def __init__(self) -> None:
        super().__init__("this is for the person who started it; give the command yourself")


def begin(
    state: "StateStore",
    what: Mapping[str, Any],
    *,
    user_id: str,
    namespace: str = "button",
    ttl: int | None = None,
) -> str:
    """Keep `what`, as JSON, for `user_id` to go on with; the id is for a custom_id. `ttl`: seconds.

    Without a `ttl` it lives as long as its namespace says. Raises DependencyError.
    """
    flow_id = secrets.token_urlsafe(_ID_BYTES)
    state.put(f"{namespace}:{flow_id}", {"user_id": user_id, "what": dict(what), "ttl": ttl}, ttl=ttl)
    return flow_id


def peek(state: "StateStore", flow_id: str, *, user_id: str, namespace: str = "button", by: str = "") -> dict[str, Any]:
    """What `take` would return, left where it is. Raises the same."""
    kept = _kept(state, f"{namespace}:{flow_id}", user_id)
    if "taken_by" in kept:
        _check_taken(kept, by)
    return dict(kept["what"])


def take(state: "StateStore", flow_id: str, *, user_id: str, namespace: str = "button", by: str = "") -> dict[str, Any]:
    """What was begun, to be done now; of all who ask, one gets it.

    `by` is the key of the use (`use.key`): the same use may take it again, because a message that comes twice, or
    work that was cut off, is not a second press. Raises FlowOverError, FlowDoneError, NotYoursError, DependencyError.
    """
    key = f"{namespace}:{flow_id}"
    kept = _kept(state, key, user_id)
    if "taken_by" not in kept:
        if state.compare_and_set(key, kept, kept | {"taken_by": by}, ttl=kept["ttl"]):
            return dict(kept["what"])
        kept = _kept(state, key, user_id)  # who was first has marked it
    _check_taken(kept, by)
    return dict(kept["what"])


def _check_taken(kept: Mapping[str, Any], by: str) -> None:
    if not by or kept.get("taken_by") != by:
        raise FlowDoneError


def _kept(state: "StateStore", key: str, user_id: str) -> dict[str, Any]:
    kept = state.get(key)
    if not isinstance(kept, dict):
        raise FlowOverError
    if kept["user_id"] != user_id:
        raise NotYoursError
    return kept
