"""Is what we send what Discord takes? By `schema.json`, which says where it is from, and the rules no schema has."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.contract.discord import command_rules, message_rules
from tests.contract.json_schemas import checker, load

SCHEMA = load(Path(__file__).with_name("schema.json"))
INCOMING = load(Path(__file__).with_name("incoming.json"))
_check = checker(SCHEMA)
_check_incoming = checker(INCOMING)

_RULES: Mapping[str, Callable[[Any], list[str]]] = {
    "Message": message_rules.broken_by_new,
    "Edit": message_rules.broken,
    "InteractionEdit": message_rules.broken,
    "FollowUp": message_rules.broken_by_new,
    "Commands": command_rules.broken,
    "Answer": message_rules.broken_by_answer,
}

# By type: what is wrong is said more clearly of one kind than of any.
_INTERACTIONS: Mapping[Any, str] = {
    1: "APIPingInteraction",
    2: "APIApplicationCommandInteraction",
    3: "APIMessageComponentInteraction",
    4: "APIApplicationCommandAutocompleteInteraction",
    5: "APIModalSubmitInteraction",
}
_ANSWERS: Mapping[Any, str] = {
    1: "PongInteractionCallbackRequest",
    4: "CreateMessageInteractionCallbackRequest",
    5: "CreateMessageInteractionCallbackRequest",
    6: "UpdateMessageInteractionCallbackRequest",
    7: "UpdateMessageInteractionCallbackRequest",
    8: "ApplicationCommandAutocompleteCallbackRequest",
    9: "ModalInteractionCallbackRequest",
}


def violations(body: Any, name: str = "Message") -> list[str]:
    """What is wrong with the body; nothing where it is good. Of the rules, only where the schema has nothing to say.

    `Message`: POST /channels/{channel_id}/messages. `Edit`: PATCH of a message there. `InteractionEdit`: PATCH
    /webhooks/{application_id}/{token}/messages/… `FollowUp`: POST /webhooks/{application_id}/{token}. `Commands`: PUT
    /applications/{application_id}/commands. `Answer`: what an interaction is answered with.
    """
    exact = _ANSWERS.get(_type(body), name) if name == "Answer" else name
    return _check(exact, body) or _RULES[name](body)


def violations_of_interaction(payload: Any) -> list[str]:
    """Why Discord would not send this."""
    return _check_incoming(_INTERACTIONS.get(_type(payload), "APIInteraction"), payload)


def _type(part: Any) -> Any:
    kind = part.get("type") if isinstance(part, dict) else None
    return kind if isinstance(kind, int) else None
