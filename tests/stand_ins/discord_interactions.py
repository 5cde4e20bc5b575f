"""Interactions as Discord sends them, with all that they have today, and what became of each.

Source: discord-api-docs, developers/interactions/receiving-and-responding.mdx, API v10.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from scripts.discord.places import GUILD
from tests.stand_ins.discord_messages import Kept
from tests.stand_ins.discord_places import Person, channel, snowflake
from tests.stand_ins.discord_uploads import LARGEST_FILE
from tests.stand_ins.http import RefusedError

PING, COMMAND, COMPONENT, AUTOCOMPLETE, FORM = 1, 2, 3, 4, 5
_APP_RIGHTS = "2251799813160960"
_LOCALE = "en-GB"
_ROW, _BUTTON, _MENU, _LABEL, _INPUT = 1, 2, 3, 18, 4


@dataclass(slots=True, kw_only=True)
class Sent:
    """One interaction. `changes` counts what was done with its token; `ready_at` is when its answer is in place."""

    kind: int
    payload: dict[str, Any]
    place: "Place | None" = None
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    at: float = field(default_factory=monotonic)
    ready_at: float | None = None
    state: str = "under way"  # "answered", "did not respond"
    why: str | None = None
    status: int | None = None
    seconds: float | None = None
    answer: dict[str, Any] | None = None
    message_id: str | None = None  # what `@original` is
    source_id: str | None = None  # on which the button or menu was
    follow_ups: list[str] = field(default_factory=list)
    form: dict[str, Any] | None = None
    choices: list[dict[str, Any]] | None = None
    changes: int = 0

    @property
    def id(self) -> str:
        return str(self.payload["id"])

    @property
    def user_id(self) -> str:
        return self.place.person.id if self.place else ""

    @property
    def token(self) -> str:
        return str(self.payload["token"])

    def shown(self) -> dict[str, Any]:
        names = "state why status seconds answer message_id follow_ups form choices changes user_id token"
        kept = {name: getattr(self, name) for name in names.split()}
        return {"id": self.id, "kind": self.kind, "name": name_of(self.payload)} | kept


def name_of(payload: Mapping[str, Any]) -> str:
    data = payload.get("data") or {}
    return str(data.get("name") or data.get("custom_id") or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """From where somebody acts; without a guild it is a conversation with the bot."""

    person: Person
    channel_id: str
    guild_id: str | None = GUILD


def payload(kind: int, application_id: str, place: Place | None, more: Mapping[str, Any]) -> dict[str, Any]:
    """A whole interaction; without a place a PING."""
    return {
        "id": snowflake(),
        "application_id": application_id,
        "type": kind,
        "token": secrets.token_urlsafe(96),
        "version": 1,
        "app_permissions": _APP_RIGHTS,
        "entitlements": [],
        "authorizing_integration_owners": {},
        "attachment_size_limit": LARGEST_FILE,
        **({} if place is None else _at(place)),
        **more,
    }


def _at(place: Place) -> dict[str, Any]:
    known: dict[str, Any] = {"channel_id": place.channel_id, "locale": _LOCALE}
    if place.guild_id is None:
        private = {"id": place.channel_id, "type": 1, "name": None, "recipients": [place.person.user()], "flags": 0}
        owners: dict[str, Any] = {"authorizing_integration_owners": {"0": "0"}, "context": 1}
        return known | owners | {"channel": private, "user": place.person.user()}
    return known | {
        "authorizing_integration_owners": {"0": place.guild_id},
        "channel": channel(place.channel_id) | {"guild_id": place.guild_id},
        "context": 0,
        "guild": {"id": place.guild_id, "locale": _LOCALE, "features": []},
        "guild_id": place.guild_id,
        "guild_locale": _LOCALE,
        "member": place.person.member(),
    }


def pressed(kept: Kept, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The data of a press: of the `button` of that label, custom_id or number (from 1). Raises RefusedError.

    With a `custom_id` instead it is not looked whether there is one: no client sends that, but a program can.
    """
    if "custom_id" in wanted:
        return {"custom_id": wanted["custom_id"], "component_type": _BUTTON, "id": 2}
    buttons = [one for one in parts(kept.message) if one["type"] == _BUTTON]
    button = _found(buttons, wanted["button"])
    if button.get("disabled"):
        raise RefusedError(f"{button['label']} is off", violation=False)
    if "custom_id" not in button:
        raise RefusedError(f"{button['label']} opens {button['url']}: Discord tells nobody", violation=False)
    return {"custom_id": button["custom_id"], "component_type": _BUTTON, "id": button["id"]}


def chosen(kept: Kept, items: Sequence[Any]) -> dict[str, Any]:
    """The data of a choice, of values or numbers (from 1), from the first menu. Raises RefusedError."""
    menus = [one for one in parts(kept.message) if one["type"] == _MENU]
    if not menus:
        raise RefusedError("there is no menu on this message", violation=False)
    menu = menus[0]
    there = [item["value"] for item in menu["options"]]
    values = [there[one - 1] if isinstance(one, int) and 0 < one <= len(there) else one for one in items]
    least, most = menu.get("min_values", 1), menu.get("max_values", 1)
    if not set(values) <= set(there) or not least <= len(values) <= most or menu.get("disabled"):
        raise RefusedError(f"the menu takes {least} to {most} of {', '.join(there)}", violation=False)
    return {"custom_id": menu["custom_id"], "component_type": _MENU, "values": values, "id": menu["id"]}


def parts(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Buttons and menus of a message, as they stand there."""
    return [one for row in message["components"] for one in row["components"]]


def filled(form: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """The data of a form that was filled in. Raises RefusedError where the client would not let it go."""
    inputs = [label["component"] for label in form["components"]]
    if unknown := set(fields) - {one["custom_id"] for one in inputs}:
        raise RefusedError(f"the form does not ask for {', '.join(sorted(unknown))}", violation=False)
    labels = [
        {"type": _LABEL, "id": 2 * number + 1, "component": _value(one, fields) | {"id": 2 * number + 2}}
        for number, one in enumerate(inputs)
    ]
    return {"custom_id": form["custom_id"], "components": labels}


def _value(one: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    known = {"type": one["type"], "custom_id": one["custom_id"]}
    given = fields.get(one["custom_id"], one.get("value") or "")
    if one["type"] == _MENU:
        return known | {"values": [given] if isinstance(given, str) else list(given)}
    least, most = one.get("min_length") or 0, one.get("max_length") or 4_000
    needed = one.get("required") is not False
    if (needed and not given) or (given and not least <= len(given) <= most):
        raise RefusedError(f"{one['custom_id']} has {max(least, int(needed))} to {most} characters", violation=False)
    return known | {"value": given}


def _found(buttons: Sequence[dict[str, Any]], wanted: str | int) -> dict[str, Any]:
    if isinstance(wanted, int) and 0 < wanted <= len(buttons):
        return buttons[wanted - 1]
    for one in buttons:
        if wanted in (one.get("custom_id"), one.get("label")):
            return one
    there = ", ".join(str(one.get("label")) for one in buttons)
    raise RefusedError(f"there is nothing like {wanted} on this message, but {there or 'no button'}", violation=False)
