"""Interactions of the shapes that Discord's documentation shows: with the fields, and the gaps, of the examples there.

The shapes are from discord/discord-api-docs: developers/interactions/application-commands.mdx at 0329c53 (sections
"Slash Commands", "User Commands", "Message Commands", "Autocomplete") and developers/components/reference.mdx at
038eea1 ("Message Interaction Data Example" and "Modal Submit Interaction Data Example" of the components). The values
are ours: that text is under CC BY-SA 4.0. What it shortens to "…additionalInteractionFields" is `_AROUND` here.
"""

from collections.abc import Mapping
from typing import Any, Final

_USER: Final = {"id": "53900000000000001", "username": "anna", "avatar": None, "discriminator": "0", "public_flags": 64}
# Older than the fields `flags`, `banner` and the like; `is_pending` is no more.
_MEMBER: Final = {
    "user": _USER,
    "roles": ["539000000000000002"],
    "premium_since": None,
    "permissions": "2147483647",
    "pending": False,
    "nick": None,
    "mute": False,
    "joined_at": "2017-03-13T19:19:14.040000+00:00",
    "is_pending": False,
    "deaf": False,
}
_AROUND: Final = {
    "id": "786000000000000003",
    "token": "a-token",
    "guild_id": "290000000000000004",
    "app_permissions": "442368",
    "guild_locale": "en-US",
    "locale": "en-US",
    "channel_id": "645000000000000005",
    "member": _MEMBER,
}
_WHOLE: Final = _AROUND | {"application_id": "775000000000000006", "version": 1}
_SOMEBODY: Final = "1110000000000000007"
_RESOLVED: Final = {
    "members": {
        _SOMEBODY: {
            "avatar": None,
            "banner": None,
            "collectibles": None,
            "communication_disabled_until": None,
            "flags": 0,
            "joined_at": "2025-05-16T22:51:16.692000+00:00",
            "nick": None,
            "pending": False,
            "permissions": "2248473465835073",
            "premium_since": None,
            "roles": ["539000000000000002"],
            "unusual_dm_activity_until": None,
        }
    },
    "users": {_SOMEBODY: _USER | {"id": _SOMEBODY, "bot": True, "clan": None, "global_name": None}},
}
_MESSAGE: Final[dict[str, Any]] = {
    "attachments": [],
    "author": _USER,
    "channel_id": "645000000000000005",
    "components": [],
    "content": "some words",
    "edited_timestamp": None,
    "embeds": [],
    "flags": 0,
    "id": "867000000000000008",
    "mention_everyone": False,
    "mention_roles": [],
    "mentions": [],
    "pinned": False,
    "timestamp": "2021-07-22T15:42:57.744000+00:00",
    "tts": False,
    "type": 0,
}


def _form(component: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    label = {"type": 18, "id": 1, "component": {"id": 2} | dict(component)}
    return _AROUND | {"type": 5, "data": {"custom_id": "feedback", "components": [label]} | more}


def _component(kind: int, **data: Any) -> dict[str, Any]:
    return _AROUND | {"type": 3, "data": {"component_type": kind, "id": 2, "custom_id": "press_me"} | data}


SLASH: Final = _AROUND | {
    "type": 2,
    "data": {
        "options": [{"type": 3, "name": "card", "value": "A Monster"}],
        "type": 1,
        "name": "find",
        "id": "771000000000000009",
    },
}
OF_A_USER: Final = _WHOLE | {
    "type": 2,
    "data": {"id": "866000000000000010", "name": "stats", "resolved": _RESOLVED, "target_id": _SOMEBODY, "type": 2},
}
OF_A_MESSAGE: Final = _WHOLE | {
    "type": 2,
    "data": {
        "id": "866000000000000011",
        "name": "Bookmark it",
        "resolved": {"messages": {_MESSAGE["id"]: _MESSAGE}},
        "target_id": _MESSAGE["id"],
        "type": 3,
    },
}
TYPING: Final = _AROUND | {
    "type": 4,
    "data": {
        "id": "816000000000000012",
        "name": "horn",
        "type": 1,
        "version": "847000000000000013",
        "options": [{"type": 3, "name": "variant", "value": "what is typ", "focused": True}],
    },
}
COMPONENTS: Final = {
    "button": _component(2),
    "menu of texts": _component(3, values=["butterfly"]),
    "menu of users": _component(5, values=[_SOMEBODY], resolved=_RESOLVED),
    "menu of roles": _component(6, values=["539000000000000002"], resolved={"roles": {}}),
    "menu of both": _component(7, values=[_SOMEBODY], resolved=_RESOLVED),
    "menu of channels": _component(8, values=["645000000000000005"], resolved={"channels": {}}),
}
FORMS: Final = {
    "text": _form({"type": 4, "custom_id": "words", "value": "much better, but"}),
    "menu of texts": _form({"type": 3, "custom_id": "bug", "values": ["butterfly"]}),
    "menu of users": _form({"type": 5, "custom_id": "who", "values": [_SOMEBODY]}, resolved=_RESOLVED),
    "files": _form({"type": 19, "custom_id": "files", "values": ["111000000000000014"]}, resolved={"attachments": {}}),
    "one of several": _form({"type": 21, "custom_id": "size", "value": None}),
    "several": _form({"type": 22, "custom_id": "sizes", "values": ["s", "m"]}),
    "yes or no": _form({"type": 23, "custom_id": "agreed", "value": True}),
    # As it was before labels, with what is only shown between.
    "text in a row": _AROUND
    | {
        "type": 5,
        "data": {
            "custom_id": "feedback",
            "components": [
                {"type": 10, "id": 1},
                {"type": 1, "id": 2, "components": [{"type": 4, "id": 3, "custom_id": "words", "value": "fine"}]},
            ],
        },
    },
}
# What discord-api-types says is always there, and old examples have not. Nothing else is filled in.
FILLED: Final = {"application_id": "775000000000000006"}
EVERY: Final[Mapping[str, Mapping[str, Any]]] = {
    "slash command": SLASH,
    "menu of a user": OF_A_USER,
    "menu of a message": OF_A_MESSAGE,
    "typing": TYPING,
    **{f"component: {name}": one for name, one in COMPONENTS.items()},
    **{f"form: {name}": one for name, one in FORMS.items()},
}
