"""An interaction on its way in: proven, taken once, permitted, put on the queue, answered."""

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol

from functions.receive_interactions import answers
from functions.receive_interactions.answers import Answer
from functions.receive_interactions.request import read_request
from functions.receive_interactions.used import AUTOCOMPLETE, COMMAND, COMPONENT, FORM, PING, Used, read_used
from shared.discord.access import Access, may
from shared.discord.signature import is_signed
from shared.runtime.errors import DependencyError

# Discord waits for three seconds, of which the way here, and a cold start, take their part.
SECONDS_TO_TAKE: Final = 0.6
SECONDS_TO_SEND: Final = 1.2
_LOST: Final = "This could not be taken just now: please try again. If something appears here after all, it was."
_UNKNOWN: Final[Mapping[int, str]] = {
    COMMAND: "This command belongs to another version of Switchyard. Discord has not been told of the new ones yet.",
    COMPONENT: "This button belongs to an older version of Switchyard: use the command anew.",
    FORM: "This form belongs to an older version of Switchyard: use the command anew.",
}
_NEW: Final = "Discord can do something here that Switchyard does not know yet."
_TOO_LONG: Final = "This form cannot be opened from here: use the command instead."


class Seen(Protocol):
    def take(self, interaction_id: str, *, seconds: float) -> bool: ...


class Queue(Protocol):
    def send(self, message: Mapping[str, Any], *, seconds: float) -> None: ...


# The row of the option, what is typed -> choices. Raises DependencyError.
Suggest = Callable[[Mapping[str, Any], str], Sequence[Mapping[str, str]]]


class Done(NamedTuple):
    """`outcome` is for the log: what was not taken is unproven, replayed, unreadable, unknown, refused or lost."""

    outcome: str
    answer: Answer | None = None  # None: a refusal of HTTP, `status`
    status: int = 200
    used: Used | None = None
    trouble: str | None = None  # what AWS did not do


class Receiver:
    def __init__(
        self,
        table: Mapping[str, Mapping[str, Any]],
        access: Access,
        public_key: bytes,
        *,
        seen: Seen,
        queue: Queue,
        suggest: Suggest,
        now: Callable[[], float],
    ) -> None:
        self._table = table
        self._access = access
        self._public_key = public_key
        self._seen = seen
        self._queue = queue
        self._suggest = suggest
        self._now = now
        self._began = 0.0  # with the interaction in hand

    def receive(self, event: Mapping[str, Any]) -> Done:
        self._began = self._now()
        request = read_request(event)
        if request is None or not is_signed(request.headers, request.body, self._public_key, now=self._began):
            return Done("unproven", status=401)
        try:
            raw = json.loads(request.body)
            used = read_used(raw)
        except (ValueError, RecursionError):
            return Done("unreadable", status=400)
        if used.kind == PING:
            return Done("pong", answers.PONG)
        return self._once(raw, used)

    def _once(self, raw: Mapping[str, Any], used: Used) -> Done:
        """A table that does not answer stops nobody: the worker carries out each interaction once, too."""
        trouble = None
        try:
            if not self._seen.take(used.id, seconds=SECONDS_TO_TAKE):
                return Done("replayed", status=401, used=used)
        except DependencyError as error:
            trouble = str(error)
        done = self._permitted(raw, used)
        return done._replace(used=used, trouble=done.trouble or trouble)

    def _permitted(self, raw: Mapping[str, Any], used: Used) -> Done:
        entry = self._entry(used)
        if entry is None:
            return self._unknown(raw, used)
        role = self._access.role_of(used.user_id, used.role_ids)
        is_permitted = may(role, entry["needs"])
        if used.kind == AUTOCOMPLETE:
            return self._suggested(entry, used) if is_permitted else Done("refused", answers.suggested([]))
        if not is_permitted:
            return self._refused(raw, used, _refusal(entry["needs"], role))
        return self._opened(raw, used, entry) if entry["acknowledge"] == "modal" else self._taken(raw, used, entry)

    def _entry(self, used: Used) -> Mapping[str, Any] | None:
        """The row for it. A form that was filled in opens no other: Discord has no answer for that."""
        part = {COMMAND: "commands", AUTOCOMPLETE: "commands", COMPONENT: "components", FORM: "components"}
        entry = self._table[part[used.kind]].get(used.name) if used.kind in part else None
        return None if used.kind == FORM and entry and entry["acknowledge"] == "modal" else entry

    def _unknown(self, raw: Mapping[str, Any], used: Used) -> Done:
        """Of another version, which is a use all the same; or of a kind that nobody could record."""
        if used.kind == AUTOCOMPLETE:
            return Done("unknown", answers.suggested([]))
        trouble = self._sent(raw, used, "wrong") if used.kind in _UNKNOWN and used.name else None
        return Done("unknown", answers.said(_UNKNOWN.get(used.kind, _NEW)), trouble=trouble)

    def _suggested(self, entry: Mapping[str, Any], used: Used) -> Done:
        option, typed = used.typing
        source = entry.get("autocomplete", {}).get(option)
        if source is None:
            return Done("suggested", answers.suggested([]))
        try:
            return Done("suggested", answers.suggested(self._suggest(source, typed)))
        except DependencyError as error:
            return Done("lost", answers.suggested([]), trouble=str(error))

    def _refused(self, raw: Mapping[str, Any], used: Used, why: str) -> Done:
        """It goes on the queue so that it is recorded; where that fails, it was refused all the same."""
        trouble = self._sent(raw, used, "refused")
        return Done("refused", answers.said(why), trouble=trouble)

    def _opened(self, raw: Mapping[str, Any], used: Used, entry: Mapping[str, Any]) -> Done:
        """It goes on the queue so that it is recorded; where that fails, the form opens all the same."""
        form = answers.form(entry["modal"], used.arguments)
        if form is None:
            return Done("opened", answers.said(_TOO_LONG), trouble=self._sent(raw, used, "wrong"))
        return Done("opened", form, trouble=self._sent(raw, used, entry["acknowledge"]))

    def _taken(self, raw: Mapping[str, Any], used: Used, entry: Mapping[str, Any]) -> Done:
        trouble = self._sent(raw, used, entry["acknowledge"])
        if trouble is not None:
            return Done("lost", answers.said(_LOST), trouble=trouble)
        return Done("taken", answers.acknowledged(entry))

    def _sent(self, raw: Mapping[str, Any], used: Used, acknowledged: str) -> str | None:
        """What went wrong."""
        now = self._now()
        detail = {
            "id": f"interaction:{used.id}",
            "type": "discord.interaction",
            "trace_id": hashlib.sha256(f"discord:{used.id}".encode()).hexdigest()[:32],
            "acknowledged": acknowledged,
            "received_at": _to_text(now),
            # This function's part of the trace, for the next one to tell of; in microseconds.
            "received": {"start": int(self._began * 1e6), "duration": int((now - self._began) * 1e6)},
            "interaction": raw,
        }
        try:
            self._queue.send({"detail": detail}, seconds=SECONDS_TO_SEND)
        except DependencyError as error:
            return str(error)
        return None


def _refusal(needed: str, role: str | None) -> str:
    yours = f"yours is **{role}**" if role else "you have none"
    return f"⛔ For this one needs the role **{needed}**, and {yours}. Who runs Switchyard can give it to you."


def _to_text(seconds: float) -> str:
    """As `shared.ledger.envelope.to_text`."""
    microseconds = round(seconds * 1_000_000)
    moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(microseconds // 1_000_000))
    return f"{moment}.{microseconds % 1_000_000:06}Z"
