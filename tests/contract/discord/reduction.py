"""Of Discord's schemas what we send and read, with what Discord's documentation says and they do not.

Sources: discord-api-docs, developers/resources/message.mdx, developers/components/reference.mdx,
developers/interactions/application-commands.mdx, developers/reference.mdx.
"""

import json
import re
from typing import Any
from urllib.parse import quote

from tests.contract.json_schemas import closed, reachable

# Of a message those fields we may send; polls, stickers and the like are left out.
_MESSAGE = ("allowed_mentions", "attachments", "components", "content", "embeds", "flags", "tts")
_CREATED = (*_MESSAGE, "enforce_nonce", "message_reference", "nonce")
_COMMAND = ("name", "type", "description", "options", "default_member_permissions", "contexts", "integration_types")
_ROW = ("ButtonComponentForMessageRequest", "StringSelectComponentForMessageRequest")
_LABELLED = ("TextInputComponentForModalRequest", "StringSelectComponentForModalRequest")
_ANSWERS = (
    "PongInteractionCallbackRequest",  # 1
    "CreateMessageInteractionCallbackRequest",  # 4, 5
    "UpdateMessageInteractionCallbackRequest",  # 6, 7
    "ApplicationCommandAutocompleteCallbackRequest",  # 8
    "ModalInteractionCallbackRequest",  # 9
)
_OURS = {
    "Message": "MessageCreateRequest",
    "Edit": "MessageEditRequestPartial",
    "InteractionEdit": "IncomingWebhookUpdateForInteractionCallbackRequestPartial",
    "FollowUp": "IncomingWebhookInteractionRequest",
}
_SAYS_SOMETHING = {"type": "string", "pattern": r"\S"}  # Discord cuts blanks off, and refuses what is left empty


def outgoing(published: dict[str, Any]) -> dict[str, Any]:
    """The definitions Message, Edit, InteractionEdit, FollowUp, Commands, Answer, and what they refer to."""
    known = {name: _without_names(one) for name, one in published.items()}
    for ours, theirs in _OURS.items():
        known[theirs] = _message(known[theirs], _CREATED if ours == "Message" else _MESSAGE)
    _patch_parts(known)
    _patch_answers(known)
    known["ApplicationCommandUpdateRequest"] = _command(known["ApplicationCommandUpdateRequest"])
    known |= {ours: _ref(theirs) for ours, theirs in _OURS.items()}
    known["Commands"] = _commands()
    known["Answer"] = {"anyOf": [_ref(name) for name in _ANSWERS]}
    # Discord ignores fields that it does not know. A misspelt field is what this is here to find.
    return reachable(closed(known), *_OURS, "Commands", "Answer")


def incoming(published: dict[str, Any]) -> dict[str, Any]:
    """The definition APIInteraction and what it refers to, under shorter names."""
    short = _short_names(published)
    text = json.dumps({short[name]: _plain(one) for name, one in published.items()})
    for name, shorter in short.items():
        text = text.replace(f'"#/definitions/{_quoted(name)}"', f'"#/$defs/{shorter}"')
    known = json.loads(text)
    # A member of a guild has flags, and a set of bits is any sum of them. The types name single ones.
    known |= {name: {"type": "integer", "minimum": 0} for name in known if name.endswith("Flags")}
    # The number of the component comes along: reference.mdx, "Message Interaction Response Example" of Button.
    for name, one in known.items():
        if name.startswith("APIMessage") and "component_type" in one.get("properties", {}):
            one["properties"]["id"] = {"type": "integer"}
    return reachable(known, "APIInteraction")


def _message(message: dict[str, Any], kept: tuple[str, ...]) -> dict[str, Any]:
    fields = {name: message["properties"][name] for name in kept if name in message["properties"]}
    # The specification says 4,000 in places. Source: message.mdx, "Create Message".
    # Discord counts code points, as JSON Schema does (discord/discord-api-docs issue 1315).
    fields["content"] = {"type": ["string", "null"], "maxLength": 2000}
    # What is above rows of buttons and menus needs flag IS_COMPONENTS_V2, which takes content and embeds away.
    fields["components"] = {"type": "array", "maxItems": 5, "items": _ref("ActionRowComponentForMessageRequest")}
    # The specification says "number"; it is a set of bits.
    fields["flags"] = {"type": "integer", "minimum": 0}
    if "nonce" in fields:
        # The specification takes integers, too: JSON numbers lose digits. We send strings. Source of 25: message.mdx.
        fields["nonce"] = {"type": "string", "minLength": 1, "maxLength": 25}
    return {"type": "object", "properties": fields}


def _patch_parts(known: dict[str, Any]) -> None:
    known["ActionRowComponentForMessageRequest"]["properties"]["components"]["items"] = _any(_ROW)
    known["LabelComponentForModalRequest"]["properties"]["component"] = _any(_LABELLED)
    field = known["RichEmbedField"]["properties"]
    field |= {"name": _SAYS_SOMETHING | {"maxLength": 256}, "value": _SAYS_SOMETHING | {"maxLength": 1024}}
    known["RichEmbedFooter"] |= {"required": ["text"]}
    embed = known["RichEmbed"]["properties"]
    for unused in ("author", "provider", "thumbnail", "type", "video"):
        del embed[unused]
    # In an upload the id is the number of its part: reference.mdx, "Uploading Files", has it as a number.
    known["MessageAttachmentRequest"]["properties"]["id"] = {
        "anyOf": [_ref("SnowflakeType"), {"type": "integer", "minimum": 0}]
    }


def _patch_answers(known: dict[str, Any]) -> None:
    # A branch of the published schema takes anything.
    choices = "InteractionApplicationCommandAutocompleteCallback{}Data"
    data = _any([choices.format(kind) for kind in ("String", "Integer", "Number")])
    known["ApplicationCommandAutocompleteCallbackRequest"]["properties"]["data"] = data
    form = known["ModalInteractionCallbackRequestData"]["properties"]
    # Labels instead of rows, five at most: receiving-and-responding.mdx, "Modal"; reference.mdx, "Label".
    form["components"] = {"type": "array", "minItems": 1, "maxItems": 5, "items": _ref("LabelComponentForModalRequest")}


def _command(command: dict[str, Any]) -> dict[str, Any]:
    fields = {name: command["properties"][name] for name in _COMMAND}
    # A set of bits as a string: JSON numbers lose digits. Source: application-commands.mdx; README of the package.
    fields["default_member_permissions"] = {"anyOf": [{"type": "string", "pattern": "^[0-9]+$"}, {"type": "null"}]}
    # Not in the specification: application-commands.mdx, "Create Global Application Command".
    fields["nsfw"] = {"type": "boolean"}
    return {"type": "object", "properties": fields, "required": command["required"]}


def _commands() -> dict[str, Any]:
    # 100 slash commands, 15 for users, 15 for messages: application-commands.mdx.
    return {"type": "array", "maxItems": 130, "items": _ref("ApplicationCommandUpdateRequest")}


def _any(names: Any) -> dict[str, Any]:
    return {"anyOf": [_ref(name) for name in names]}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}


def _without_names(one: dict[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in one.items() if name not in ("$id", "$schema")}


def _plain(part: Any) -> Any:
    """Without descriptions. A field may have that name as well: then it is a schema, not a text."""
    if isinstance(part, list):
        return [_plain(one) for one in part]
    if not isinstance(part, dict):
        return part
    prose = ("description", "deprecated")
    return {name: _plain(one) for name, one in part.items() if name not in prose or isinstance(one, dict)}


def _short_names(published: dict[str, Any]) -> dict[str, str]:
    """Names of what is made for one use have places in files in them: `APIGuildTextChannel<enum-1078…>`."""
    short: dict[str, str] = {}
    for name in published:
        plain = re.sub(r"[^A-Za-z0-9]+", "_", re.sub(r"[-\d]{6,}", "", name)).strip("_")
        taken = sum(1 for one in short.values() if re.fullmatch(rf"{re.escape(plain)}(_\d+)?", one))
        short[name] = plain if not taken else f"{plain}_{taken + 1}"
    return short


def _quoted(name: str) -> str:
    """As the generator refers to it: by JavaScript's encodeURIComponent."""
    return quote(name, safe="!'()*~")
