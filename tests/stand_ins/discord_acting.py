"""What people do on Discord, as the control page is asked for it: use, press, choose, fill in, write, look."""

from collections.abc import Mapping
from time import monotonic
from typing import Any

from scripts.discord.places import GUILD
from tests.stand_ins.discord_commands import OF_MESSAGES, Commands, Typed, data_of
from tests.stand_ins.discord_conversations import Conversations
from tests.stand_ins.discord_interactions import (
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    FORM,
    PING,
    Place,
    Sent,
    chosen,
    filled,
    pressed,
)
from tests.stand_ins.discord_messages import Kept, Written
from tests.stand_ins.discord_places import channel_id, person, snowflake
from tests.stand_ins.http import RefusedError
from tests.stand_ins.stand_in import Action

Body = dict[str, Any]
_LONGEST_WAIT = 60.0  # seconds


class Acting:
    """Each takes `as` (a name of PEOPLE, or `{"id", "name"?, "roles"?}`), `in` (a channel) and `guild` (null: none).

    With `how` the request is made by a stranger, wrong in that way: see discord_signing.
    """

    def __init__(self, conversations: Conversations, commands: Commands) -> None:
        self.conversations = conversations
        self.messages = conversations.messages
        self.commands = commands

    def actions(self) -> Mapping[str, Action]:
        return {
            "use": self._use,
            "menu": self._menu,
            "complete": self._complete,
            "press": self._press,
            "choose": self._choose,
            "submit": self._submit,
            "ping": lambda body: self._sent(body, PING, {}),
            "endpoint": self._endpoint,
            "replay": lambda body: self.conversations.replay(self._found(body)),
            "write": self._write,
            "look": self._look,
            "wait": self._wait,
            "news": self._news,
            "commands": lambda body: {"commands": self.commands.of(body.get("guild", GUILD))},
        }

    def _use(self, body: Body) -> Body:
        """`{"command": "listing show", "options": {…}}`."""
        return self._sent(body, COMMAND, {"data": self._typed(body, None)})

    def _complete(self, body: Body) -> Body:
        """The same, while `focused` is typed: `choices` are what is offered."""
        return self._sent(body, AUTOCOMPLETE, {"data": self._typed(body, body["focused"])})

    def _menu(self, body: Body) -> Body:
        """`{"command": "Send to sinks", "message_id"}`."""
        message = self._seen(body).message
        command = self.commands.find(body["command"], OF_MESSAGES, body.get("guild", GUILD))
        data = {
            "id": command["id"] if command else snowflake(),
            "name": body["command"],
            "type": OF_MESSAGES,
            "target_id": message["id"],
            "resolved": {"messages": {message["id"]: message}},
        }
        return self._sent(_on(message, body), COMMAND, {"data": data})

    def _press(self, body: Body) -> Body:
        """`{"message_id", "button"}`: a label, a custom_id or a number; or a `custom_id` that nobody has looked for."""
        kept = self._seen(body)
        return self._on_message(body, kept, pressed(kept, body))

    def _choose(self, body: Body) -> Body:
        """`{"message_id", "items"}`: values or numbers, of the first menu of the message."""
        kept = self._seen(body)
        return self._on_message(body, kept, chosen(kept, body["items"]))

    def _on_message(self, body: Body, kept: Kept, data: Body) -> Body:
        more = {"data": data, "message": kept.message}
        return self._sent(_on(kept.message, body), COMPONENT, more, kept.message["id"])

    def _submit(self, body: Body) -> Body:
        """`{"interaction_id", "fields": {…}}`: of the interaction that was answered with a form."""
        opened = self._found(body)
        if opened.form is None:
            raise RefusedError("no form was opened", violation=False)
        data: Body = {"data": filled(opened.form, body.get("fields") or {})}
        if opened.source_id:
            data["message"] = self.messages.find(opened.source_id).message
        if how := body.get("how"):
            return self.conversations.forge(how, FORM, opened.place, data)
        return {"interaction": self._told(self.conversations.send(FORM, opened.place, data, opened.source_id))}

    def _endpoint(self, _: Body) -> Body:
        """Set the address of the application: Discord tries it with a good signature and with a bad one."""
        good = self.conversations.send(PING, None, {})
        bad = self.conversations.forge("wrong signature", PING, None, {})
        is_taken = good.state == "answered" and bad["status"] == 401
        return {"accepted": is_taken, "good": good.shown(), "bad": bad}

    def _write(self, body: Body) -> Body:
        """`{"content"}`: somebody says something."""
        place = _place(body)
        written = Written(body={"content": body["content"]}, author=place.person.user())
        return {"message": self.messages.add(place.channel_id, written)}

    def _look(self, body: Body) -> Body:
        """What somebody sees, in all channels or in one; or `interaction_id`: what became of that."""
        if "interaction_id" in body:
            return {"interaction": self._told(self._found(body))}
        public = [message for channel in self.messages.public().values() for message in channel]
        own = [one["message"] for one in self.messages.private() if one["user_id"] == person(body["as"]).id]
        there = channel_id(body["in"]) if "in" in body else None
        seen = [message for message in public + own if there in (None, message["channel_id"])]
        return {"messages": sorted(seen, key=lambda message: int(message["id"]))}

    def _wait(self, body: Body) -> Body:
        """`{"interaction_id", "after"}`: until something more is done with its token, or `seconds` have passed."""
        sent, ends = self._found(body), monotonic() + min(float(body.get("seconds", 10.0)), _LONGEST_WAIT)
        with self.messages.changed:
            while sent.changes <= int(body.get("after", 0)) and self._goes_on(ends):
                self.messages.changed.wait(max(ends - monotonic(), 0.0))
        return {"interaction": self._told(sent)}

    def _news(self, body: Body) -> Body:
        """`{"after"}`: what is new to somebody since that number; waits for it at most `seconds`."""
        after, user_id = int(body.get("after", 0)), person(body["as"]).id
        ends = monotonic() + min(float(body.get("seconds", 0.0)), _LONGEST_WAIT)
        with self.messages.changed:
            while not (found := self.messages.news_for(user_id, after)) and self._goes_on(ends):
                self.messages.changed.wait(max(ends - monotonic(), 0.0))
            return {"news": found, "after": len(self.messages.news)}

    def _goes_on(self, ends: float) -> bool:
        return monotonic() < ends and not self.conversations.own.cancelled.is_set()

    def _typed(self, body: Body, focused: str | None) -> Body:
        words = str(body["command"]).removeprefix("/").split()
        command = self.commands.find(words[0], 1, body.get("guild", GUILD))
        return data_of(Typed(words=words, options=body.get("options") or {}, focused=focused), command)

    def _sent(self, body: Body, kind: int, more: Body, source_id: str | None = None) -> Body:
        place = None if kind == PING else _place(body)
        if how := body.get("how"):
            return self.conversations.forge(how, kind, place, more)
        return {"interaction": self._told(self.conversations.send(kind, place, more, source_id))}

    def _told(self, sent: Sent) -> Body:
        """With the messages it led to, as they are now."""
        ids = [one for one in (sent.message_id, *sent.follow_ups) if one]
        kept = {one: self.messages.kept[one] for one in ids}
        messages = {one: item.message for one, item in kept.items() if not item.is_deleted}
        return sent.shown() | {"messages": messages, "private": [one for one, item in kept.items() if item.for_user]}

    def _found(self, body: Body) -> Sent:
        sent = self.conversations.by_id.get(str(body["interaction_id"]))
        if sent is None:
            raise RefusedError("there is no such interaction", status=404, violation=False)
        return sent

    def _seen(self, body: Body) -> Kept:
        """The message, where it can be seen by who acts. Raises RefusedError."""
        kept = self.messages.find(str(body["message_id"]))
        if kept.for_user not in (None, person(body["as"]).id):
            raise RefusedError("somebody else sees this message, and nobody but them", violation=False)
        return kept


def _on(message: Mapping[str, Any], body: Body) -> Body:
    """The same, done where the message is."""
    return body | {"in": message["channel_id"]}


def _place(body: Body) -> Place:
    there = channel_id(str(body.get("in", "operations")))
    return Place(person=person(body["as"]), channel_id=there, guild_id=body.get("guild", GUILD))
