"""Answering an interaction, and speaking in a channel. Source: discord.com/developers/docs, API v10.

An interaction is answered with its token, which stands in the path: such a service is asked without a bot's token.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final

from shared.discord.answers import PRIVATE, Reply, body_of
from shared.runtime.discord import LONGEST_NONCE, USER_AGENT, ask
from shared.runtime.http import Answer, Call, Service, ServiceError, Verdict

TOKEN_SECONDS: Final = 900  # how long an interaction can be answered
UNKNOWN_WEBHOOK: Final = 10015  # Discord's code; also while it has not dealt with our first answer yet
UNKNOWN_MESSAGE: Final = 10008
INVALID_FORM: Final = 50035
_MAX_ANSWER: Final = 1024 * 1024


def edit_original(service: Service, application_id: str, token: str, reply: Reply) -> dict[str, Any]:
    """The message as it then is. Raises ServiceError."""
    return _message(ask(service, original_call(application_id, token, reply)))


def delete_original(service: Service, application_id: str, token: str) -> None:
    call = Call(
        method="DELETE",
        path=f"/webhooks/{application_id}/{token}/messages/@original",
        headers={"User-Agent": USER_AGENT},
        repeatable=True,
    )
    ask(service, call)


def follow_up(service: Service, application_id: str, token: str, reply: Reply) -> dict[str, Any]:
    """One more message, to who asked alone where the reply is private. Raises ServiceError."""
    return _message(ask(service, follow_up_call(application_id, token, reply)))


def create_message(service: Service, channel_id: str, reply: Reply, *, nonce: str) -> dict[str, Any]:
    """Within minutes the same nonce makes one message, however often it is sent. Raises ServiceError."""
    return _message(ask(service, create_call(channel_id, reply, nonce=nonce)))


def edit_message(service: Service, channel_id: str, message_id: str, reply: Reply) -> dict[str, Any]:
    """Raises ServiceError."""
    return _message(ask(service, edit_call(channel_id, message_id, reply)))


def original_call(application_id: str, token: str, reply: Reply) -> Call:
    path = f"/webhooks/{application_id}/{token}/messages/@original"
    return _call("PATCH", path, body_of(reply), reply, repeatable=True)


def follow_up_call(application_id: str, token: str, reply: Reply) -> Call:
    body = body_of(reply) | ({"flags": PRIVATE} if reply.private else {})
    return _call("POST", f"/webhooks/{application_id}/{token}?wait=true", body, reply, repeatable=False)


def create_call(channel_id: str, reply: Reply, *, nonce: str) -> Call:
    """What Discord knows again by its nonce may be sent again, at once."""
    assert 0 < len(nonce) <= LONGEST_NONCE, "a nonce has 1 to 25 letters"
    body = body_of(reply) | {"nonce": nonce, "enforce_nonce": True}
    return _call("POST", f"/channels/{channel_id}/messages", body, reply, repeatable=False)


def edit_call(channel_id: str, message_id: str, reply: Reply) -> Call:
    return _call("PATCH", f"/channels/{channel_id}/messages/{message_id}", body_of(reply), reply, repeatable=True)


def commands_path(application_id: str, guild_id: str | None) -> str:
    """Of all commands: of one server, or of all there are."""
    where = f"/guilds/{guild_id}" if guild_id else ""
    return f"/applications/{application_id}{where}/commands"


def read_commands(service: Service, application_id: str, guild_id: str | None) -> list[dict[str, Any]]:
    """Those that are registered. Raises ServiceError."""
    path = f"{commands_path(application_id, guild_id)}?with_localizations=false"
    call = Call(method="GET", path=path, headers={"User-Agent": USER_AGENT}, repeatable=True, max_answer=_MAX_ANSWER)
    return _list(ask(service, call))


def write_commands(
    service: Service, application_id: str, guild_id: str | None, payload: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Put these in the place of all that are registered. Raises ServiceError."""
    call = Call(
        method="PUT",
        path=commands_path(application_id, guild_id),
        json=list(payload),
        headers={"User-Agent": USER_AGENT},
        repeatable=True,
        max_answer=_MAX_ANSWER,
    )
    return _list(ask(service, call))


def code_of(error: ServiceError) -> int | None:
    """Discord's own code of what went wrong."""
    body = error.answer.json() if error.answer else None
    code = body.get("code") if isinstance(body, dict) else None
    return code if isinstance(code, int) else None


def _call(method: str, path: str, body: dict[str, Any], reply: Reply, *, repeatable: bool) -> Call:
    headers = {"User-Agent": USER_AGENT}
    if not reply.files:
        return Call(method=method, path=path, json=body, headers=headers, repeatable=repeatable)
    boundary = secrets.token_hex(16)
    headers["Content-Type"] = f"multipart/form-data; boundary={boundary}"
    content = _multipart(body, reply, boundary)
    return Call(method=method, path=path, content=content, headers=headers, repeatable=repeatable)


def _multipart(body: Mapping[str, Any], reply: Reply, boundary: str) -> bytes:
    """RFC 7578: the message as `payload_json`, each file as `files[n]`."""
    parts = [("payload_json", "", "application/json", json.dumps(body, ensure_ascii=False).encode())]
    parts += [
        (f"files[{number}]", f'; filename="{file.name}"', file.content_type, file.content)
        for number, file in enumerate(reply.files)
    ]
    made = b""
    for name, more, content_type, content in parts:
        where = f'Content-Disposition: form-data; name="{name}"{more}'
        lines = (f"--{boundary}", where, f"Content-Type: {content_type}", "", "")
        made += "\r\n".join(lines).encode() + content + b"\r\n"
    return made + f"--{boundary}--\r\n".encode()


def _message(answer: Answer) -> dict[str, Any]:
    body = answer.json()
    if not isinstance(body, dict) or not isinstance(body.get("id"), str):
        raise ServiceError("discord", Verdict.AMBIGUOUS, f"{answer.status} without a message", answer=answer)
    return body


def _list(answer: Answer) -> list[dict[str, Any]]:
    body = answer.json()
    if not isinstance(body, list):
        raise ServiceError("discord", Verdict.AMBIGUOUS, f"{answer.status} without a list", answer=answer)
    return body
