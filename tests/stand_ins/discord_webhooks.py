"""What an application does with the token of an interaction: edit its answer, say more, take it back.

Source: discord-api-docs, developers/interactions/receiving-and-responding.mdx, "Followup Messages", API v10.
"""

from collections.abc import Mapping
from time import monotonic
from typing import Any

from tests.stand_ins import discord_api
from tests.stand_ins.discord_conversations import Conversations
from tests.stand_ins.discord_interactions import Sent
from tests.stand_ins.discord_messages import Written
from tests.stand_ins.discord_uploads import read
from tests.stand_ins.http import Answer, RefusedError, Request
from tests.stand_ins.routes import Route

_API = "/api/v10"
_ORIGINAL = "@original"


class Webhooks:
    """The routes below `/webhooks` and `/interactions`."""

    def __init__(self, conversations: Conversations) -> None:
        self.all = conversations
        self.messages = conversations.messages

    def routes(self) -> Mapping[str, Route]:
        one = f"{_API}/webhooks/{{}}/{{}}/messages/{{}}"
        return {
            f"POST {_API}/interactions/{{}}/{{}}/callback": self._answer,
            f"POST {_API}/webhooks/{{}}/{{}}": self._follow_up,
            f"GET {one}": self._get,
            f"PATCH {one}": self._edit,
            f"DELETE {one}": self._delete,
        }

    def _answer(self, request: Request) -> Answer:
        interaction_id, token = request.parts()[3:5]
        sent = self.all.by_token.get(token)
        if sent is None or sent.id != interaction_id or sent.state == "did not respond":
            raise RefusedError("Unknown interaction", status=404, code=10062, violation=False)
        if sent.state == "answered":
            raise RefusedError("Interaction has already been acknowledged.", code=40060, violation=False)
        self.all.take(sent, request.json())
        return Answer(status=204)

    def _follow_up(self, request: Request) -> Answer:
        sent = self._sent(request)
        body, files = read(request)
        discord_api.check_message(body, "FollowUp")
        self.all.check_mentions(body, request.line)
        with self.messages.changed:
            if sent.message_id and self.messages.kept[sent.message_id].is_loading:  # the deprecated way to answer
                message = self.messages.edit(sent.message_id, body, files)
            else:
                message = self.all.write(sent, Written(body=body, files=files, base=discord_api.base(request)))
                sent.follow_ups.append(message["id"])
            sent.changes += 1
            self.messages.changed.notify_all()
        return self._told(sent, message)

    def _get(self, request: Request) -> Answer:
        sent = self._sent(request)
        return self._told(sent, self.messages.find(self._message_id(sent, request)).message)

    def _edit(self, request: Request) -> Answer:
        sent = self._sent(request)
        body, files = read(request)
        discord_api.check_edit(body, "InteractionEdit")
        self.all.check_mentions(body, request.line)
        with self.messages.changed:
            message_id = self._message_id(sent, request)
            kept = self.messages.find(message_id)
            kept.base = discord_api.base(request)
            message = self.messages.edit(message_id, body, files)
            sent.changes += 1
            self.messages.changed.notify_all()
        return self._told(sent, message)

    def _delete(self, request: Request) -> Answer:
        sent = self._sent(request)
        with self.messages.changed:
            self.messages.delete(self._message_id(sent, request))
            sent.changes += 1
            self.messages.changed.notify_all()
        return Answer(status=204)

    def _sent(self, request: Request) -> Sent:
        """The interaction with this token. Raises RefusedError as Discord does."""
        application_id, token = request.parts()[3:5]
        sent = self.all.by_token.get(token)
        if sent is None:
            raise RefusedError("Invalid Webhook Token", status=401, code=50027, violation=False)
        if sent.payload["application_id"] != application_id:
            raise RefusedError("Unknown Webhook", status=404, code=10015)
        now = monotonic()
        if now - sent.at > self.all.own.settings["token_seconds"]:
            raise RefusedError("Invalid Webhook Token", status=401, code=50027, violation=False)
        if sent.state != "answered" or sent.ready_at is None or now < sent.ready_at:
            raise RefusedError("Unknown Webhook", status=404, code=10015, violation=False)
        return sent

    @staticmethod
    def _message_id(sent: Sent, request: Request) -> str:
        said = request.parts()[6]
        known = {_ORIGINAL: sent.message_id, str(sent.message_id): sent.message_id} | {
            one: one for one in sent.follow_ups
        }
        found: Any = known.get(said)
        if found is None:
            raise RefusedError("Unknown Message", status=404, code=10008, violation=False)
        return str(found)

    @staticmethod
    def _told(sent: Sent, message: Mapping[str, Any]) -> Answer:
        return Answer(body=message, headers=discord_api.limits(sent.id))
