"""Somebody on the stand-in's Discord, as tests and the terminal move them."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.stand_ins.client import StandIns
from tests.support.ends import FOR_EVER

_THINKING, _NOTHING_YET = 5, 6
_TURN = 5.0  # seconds of one look


class UnansweredError(AssertionError):
    """The application did not do what it was waited for."""


@dataclass(slots=True)
class Used:
    """What became of a command, a press, a choice or a form; `told` is as the control page has it."""

    told: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.told["id"])

    @property
    def responded(self) -> bool:
        """Within three seconds, with something that Discord takes; `why` says why not."""
        return bool(self.told["state"] == "answered")

    @property
    def why(self) -> str | None:
        return None if self.told["why"] is None else str(self.told["why"])

    @property
    def kind(self) -> int | None:
        """Of the first answer: 4 a message, 5 "is thinking…", 6 nothing yet, 7 another message, 8 choices, 9 a form."""
        return self.told["answer"]["type"] if self.told["answer"] else None

    @property
    def form(self) -> dict[str, Any] | None:
        """With its `title` and its labelled inputs in `components`."""
        form: dict[str, Any] | None = self.told["form"]
        return form

    @property
    def choices(self) -> list[Any]:
        """The values that are offered."""
        return [one["value"] for one in self.told["choices"] or []]

    @property
    def message(self) -> dict[str, Any]:
        """`@original` as it is now. Raises KeyError where there is none, or none any more."""
        message: dict[str, Any] = self.told["messages"][self.told["message_id"]]
        return message

    @property
    def follow_ups(self) -> list[dict[str, Any]]:
        return [self.told["messages"][one] for one in self.told["follow_ups"] if one in self.told["messages"]]

    @property
    def is_private(self) -> bool:
        """Whether nobody else sees `message`."""
        return self.told["message_id"] in self.told["private"]

    @property
    def text(self) -> str:
        """All that is to be read: of the follow-ups too."""
        there = [self.told["messages"].get(self.told["message_id"]), *self.follow_ups]
        return "\n".join(text_of(message) for message in there if message)

    @property
    def is_settled(self) -> bool:
        """Whether there is something where first there was nothing."""
        return not self.responded or self.kind not in (_THINKING, _NOTHING_YET) or self.told["changes"] > 0


@dataclass(frozen=True, slots=True)
class Somebody:
    """One person in one channel. `who`: "viewer", "operator", "admin", "nobody", or `{"id", "name"?, "roles"?}`.

    What they do returns when the application has answered and, if it first said "is thinking…" or nothing, has said
    something; `wait=False` returns with the first answer. Raises StandInError for what Discord would not let them do.
    `how` has a stranger send it who gets something wrong, see discord_signing.WAYS: then it is `forge` that returns.
    """

    stand_ins: StandIns
    who: Any = "operator"
    channel: str = "operations"
    more: Mapping[str, Any] = field(default_factory=dict)  # `guild`: None is a conversation with the bot alone

    def use(self, command: str, *, wait: bool = True, **options: Any) -> Used:
        """`use("listing show", listing="3668…")`."""
        return self._do("use", wait=wait, command=command, options=_given(options))

    def press(self, message: Mapping[str, Any] | str, button: str | int, *, wait: bool = True) -> Used:
        """By its label, its custom_id or its number, from 1."""
        return self._do("press", wait=wait, message_id=_id(message), button=button)

    def choose(self, message: Mapping[str, Any] | str, *items: str | int, wait: bool = True) -> Used:
        """By their values or their numbers, from 1."""
        return self._do("choose", wait=wait, message_id=_id(message), items=list(items))

    def submit(self, opened: Used, *, wait: bool = True, **fields: str) -> Used:
        """Fill in the form that was opened; what is left out has what stood there already."""
        return self._do("submit", wait=wait, interaction_id=opened.id, fields=_given(fields))

    def menu(self, name: str, message: Mapping[str, Any] | str, *, wait: bool = True) -> Used:
        """Choose an entry of a message's menu."""
        return self._do("menu", wait=wait, command=name, message_id=_id(message))

    def complete(self, command: str, focused: str, typed: str = "", **options: Any) -> list[Any]:
        """The values that are offered while `typed` stands in the option `focused`."""
        given = _given(options) | {focused: typed}
        return self._do("complete", wait=False, command=command, focused=focused, options=given).choices

    def press_forged(self, message: Mapping[str, Any] | str, custom_id: str, *, wait: bool = True) -> Used:
        """A press of what is not there: no client of Discord's sends it, but a program can."""
        return self._do("press", wait=wait, message_id=_id(message), custom_id=custom_id)

    def forge(self, how: str, command: str, **options: Any) -> int | None:
        """The status that a stranger gets for this use, see discord_signing.WAYS."""
        told = self._act("use", command=command, options=_given(options), how=how)
        return None if told["status"] is None else int(told["status"])

    def replay(self, used: Used) -> int | None:
        """The status for the same bytes with the same signature once more."""
        told = self._act("replay", interaction_id=used.id)
        return None if told["status"] is None else int(told["status"])

    def ping(self) -> Used:
        return self._do("ping", wait=False)

    def set_endpoint(self) -> bool:
        """Whether Discord would take the application's address: a good PING is answered, a bad one refused with 401."""
        return bool(self._act("endpoint")["accepted"])

    def commands(self) -> list[dict[str, Any]]:
        """What is registered here."""
        return list(self._act("commands")["commands"])

    def fetch(self, url: str) -> bytes:
        """A file of a message. Raises httpx.HTTPError."""
        return httpx.get(url, trust_env=False).raise_for_status().content

    def write(self, content: str) -> dict[str, Any]:
        return dict(self._act("write", content=content)["message"])

    def sees(self) -> list[dict[str, Any]]:
        """The messages of this channel, oldest first, private ones of this person too."""
        return list(self._act("look")["messages"])

    def look(self, used: Used) -> Used:
        """The same as it is now."""
        return Used(self._act("look", interaction_id=used.id)["interaction"])

    def history(self, message: Mapping[str, Any] | str) -> list[dict[str, Any]]:
        """What a message said before, oldest first."""
        return list(self.stand_ins.state("discord")["histories"].get(_id(message), []))

    def until(self, used: Used, holds: Callable[[Used], bool], limit: float = FOR_EVER) -> Used:
        """Wait for further edits until it `holds`. Raises UnansweredError after `limit` seconds."""
        end = time.monotonic() + limit
        while not holds(used):
            left = end - time.monotonic()
            if left <= 0:
                raise UnansweredError(f"after {limit:g} seconds there is: {used.text or used.told}")
            after = used.told["changes"]
            told = self._act("wait", interaction_id=used.id, after=after, seconds=min(left, _TURN))
            used = Used(told["interaction"])
        return used

    def news(self, after: int = 0, seconds: float = 0.0) -> tuple[list[dict[str, Any]], int]:
        """What is new since that number, and the number for the next look.

        `what` happened ("new", "edit", "delete") to which `message`, and `user_id`, who alone sees it.
        """
        told = self._act("news", after=after, seconds=seconds)
        return list(told["news"]), int(told["after"])

    def _do(self, action: str, *, wait: bool, **body: Any) -> Used:
        used = Used(self._act(action, **body)["interaction"])
        return self.until(used, lambda one: one.is_settled) if wait else used

    def _act(self, action: str, **body: Any) -> dict[str, Any]:
        known = {"as": self.who, "in": self.channel} | dict(self.more)
        return self.stand_ins.act("discord", action, **(known | body))


def text_of(message: Mapping[str, Any]) -> str:
    """What is to be read of a message, its embeds and its buttons included."""
    lines = [message["content"]]
    for embed in message["embeds"]:
        lines += [embed.get("title", ""), embed.get("description", "")]
        lines += [f"{field['name']}: {field['value']}" for field in embed.get("fields", ())]
        lines.append((embed.get("footer") or {}).get("text", ""))
    return "\n".join(line for line in lines if line)


def buttons_of(message: Mapping[str, Any]) -> list[str]:
    """The labels of the buttons that can be pressed."""
    inside = [one for row in message["components"] for one in row["components"]]
    return [one["label"] for one in inside if one["type"] == 2 and not one.get("disabled")]


def _id(message: Mapping[str, Any] | str) -> str:
    return message if isinstance(message, str) else str(message["id"])


def _given(options: Mapping[str, Any]) -> dict[str, Any]:
    """Without those that are None; a name that is a word of Python ends with an underscore."""
    return {name.removesuffix("_"): value for name, value in options.items() if value is not None}
