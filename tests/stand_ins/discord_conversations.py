"""Interactions on their way: sent, answered within three seconds or not, and what the answer does.

Source: discord-api-docs, developers/interactions/receiving-and-responding.mdx, API v10.
"""

import json
from collections.abc import Mapping
from time import monotonic
from typing import Any

import httpx

from tests.contract.discord.requests import violations, violations_of_interaction
from tests.stand_ins.discord_interactions import AUTOCOMPLETE, COMMAND, COMPONENT, FORM, PING, Place, Sent, payload
from tests.stand_ins.discord_messages import EPHEMERAL, LOADING, Messages, Written
from tests.stand_ins.discord_signing import signed, spoilt
from tests.stand_ins.http import RefusedError, Request
from tests.stand_ins.stand_in import StandIn

PATH = "/discord/interactions"
_PONG, _MESSAGE, _THINKING, _NOTHING_YET, _UPDATE, _CHOICES, _FORM = 1, 4, 5, 6, 7, 8, 9
_SPEAKS = (_MESSAGE, _UPDATE)
# Which answers there are to what. 6 and 7 also where a form was opened by a button: see `_takes`.
_TAKES: Mapping[int, tuple[int, ...]] = {
    PING: (_PONG,),
    COMMAND: (_MESSAGE, _THINKING, _FORM),
    COMPONENT: (_MESSAGE, _THINKING, _NOTHING_YET, _UPDATE, _FORM),
    AUTOCOMPLETE: (_CHOICES,),
    FORM: (_MESSAGE, _THINKING),
}


class Conversations:
    """All interactions of a server, by id and by token."""

    def __init__(self, own: StandIn, messages: Messages) -> None:
        self.own = own
        self.messages = messages
        self.by_id: dict[str, Sent] = {}
        self.by_token: dict[str, Sent] = {}

    def send(self, kind: int, place: Place | None, more: Mapping[str, Any], source_id: str | None = None) -> Sent:
        """Tell the application, and do what it answers. Raises NotDeployedError where it is nowhere."""
        sent = self._made(kind, place, more, source_id)
        sent.headers = signed(self._known()["private_key"], sent.body)
        with self.messages.changed:
            self.by_id[sent.id] = self.by_token[sent.token] = sent
        self._read(sent, self._post(sent.body, sent.headers))
        return sent

    def forge(self, how: str, kind: int, place: Place | None, more: Mapping[str, Any]) -> dict[str, Any]:
        """Somebody else does: what they are told. Nothing is done about it."""
        sent = self._made(kind, place, more, None)
        headers, body = spoilt(how, self._known()["private_key"], sent.body)
        return _told(self._post(body, headers))

    def replay(self, sent: Sent) -> dict[str, Any]:
        """The same bytes with the same signature once more."""
        return _told(self._post(sent.body, sent.headers))

    def take(self, sent: Sent, answer: Mapping[str, Any]) -> None:
        """Do what the application answers. Raises RefusedError where it is no answer to this."""
        if wrong := violations(answer, "Answer"):
            raise RefusedError("; ".join(wrong), code=("data", "MODEL_TYPE_CONVERT"))
        if answer["type"] not in _takes(sent):
            raise RefusedError(f"{answer['type']} is no answer to an interaction of type {sent.kind}", code=50035)
        data = answer.get("data") or {}
        if answer["type"] in _SPEAKS:
            self.check_mentions(data, f"POST {PATH}")
        with self.messages.changed:
            self._do(sent, int(answer["type"]), data)
            sent.state, sent.answer = "answered", dict(answer)
            sent.ready_at = monotonic() + self.own.settings["processing"]
            self.messages.changed.notify_all()

    def check_mentions(self, body: Mapping[str, Any], line: str) -> None:
        if "content" in body and (body.get("allowed_mentions") or {}).get("parse") != []:
            self._violate(line, "allowed_mentions does not say parse: [], so that a text can call everyone")

    def _do(self, sent: Sent, kind: int, data: Mapping[str, Any]) -> None:
        if kind in (_MESSAGE, _THINKING):
            sent.message_id = self.write(sent, Written(body=data), loading=kind == _THINKING)["id"]
        if kind in (_NOTHING_YET, _UPDATE):
            sent.message_id = sent.source_id
        if kind == _UPDATE:
            self.messages.edit(str(sent.source_id), data, {})
        if kind == _FORM:
            sent.form = dict(data)
        if kind == _CHOICES:
            sent.choices = list(data.get("choices") or [])

    def write(self, sent: Sent, written: Written, *, loading: bool = False) -> dict[str, Any]:
        """A message that answers: private if its flags say so."""
        assert sent.place is not None, "only who is somewhere can be answered with a message"
        is_private = bool((written.body.get("flags") or 0) & EPHEMERAL)
        written.for_user = sent.user_id if is_private else None
        application_id = sent.payload["application_id"]
        about = {"application_id": application_id, "webhook_id": application_id}
        if sent.kind == COMMAND:
            about |= {"type": 23 if sent.payload["data"]["type"] == 3 else 20}
        if loading:
            about |= {"flags": LOADING | (EPHEMERAL if is_private else 0)}
        written.more = dict(written.more) | about
        return self.messages.add(sent.place.channel_id, written)

    def _made(self, kind: int, place: Place | None, more: Mapping[str, Any], source_id: str | None) -> Sent:
        whole = payload(kind, self._known()["application_id"], place, more)
        if wrong := violations_of_interaction(whole):
            raise RefusedError(f"Discord would not send this: {'; '.join(wrong)}", violation=False)
        body = json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()
        return Sent(kind=kind, payload=whole, place=place, body=body, source_id=source_id)

    def _post(self, body: bytes, headers: Mapping[str, str]) -> httpx.Response | str:
        """The answer, or why there is none."""
        url = f"{self.own.caller.stack.api_url()}{PATH}"
        patience = self.own.settings["patience"]
        try:
            answer = self.own.caller.client.post(url, content=body, headers=dict(headers), timeout=patience)
        except httpx.HTTPError as error:
            return f"no answer: {error!r}"
        seconds = answer.elapsed.total_seconds()
        return answer if seconds <= patience else f"an answer after {seconds:.1f} seconds"

    def _read(self, sent: Sent, answer: httpx.Response | str) -> None:
        sent.seconds = round(monotonic() - sent.at, 3)
        try:
            if isinstance(answer, str):
                raise RefusedError(answer, violation=False)
            sent.status = answer.status_code
            self._read_answer(sent, answer)
        except RefusedError as error:
            if error.violation:
                self._violate(f"POST {PATH}", error.reason)
            with self.messages.changed:
                sent.state, sent.why = "did not respond", error.reason
                self.messages.changed.notify_all()

    def _read_answer(self, sent: Sent, answer: httpx.Response) -> None:
        if answer.status_code == 202 and not answer.content and sent.state == "answered":
            return  # through the callback
        if answer.status_code != 200:
            raise RefusedError(f"answered with {answer.status_code}: {answer.text:.200}", violation=False)
        if not answer.headers.get("content-type", "").startswith("application/json"):
            raise RefusedError("the answer does not say that it is JSON")
        try:
            said = answer.json()
        except ValueError as error:
            raise RefusedError(f"the answer is no JSON: {error}") from error
        self.take(sent, said)

    def _known(self) -> Mapping[str, str]:
        return self.own.caller.stack.discord()

    def _violate(self, line: str, reason: str) -> None:
        method, path = line.split(" ", 1)
        self.own.violate(Request(method=method, path=path), reason)


def _takes(sent: Sent) -> tuple[int, ...]:
    of_a_button = sent.kind == FORM and sent.source_id
    return (*_TAKES[sent.kind], _NOTHING_YET, _UPDATE) if of_a_button else _TAKES[sent.kind]


def _told(answer: httpx.Response | str) -> dict[str, Any]:
    if isinstance(answer, str):
        return {"status": None, "answer": answer}
    return {"status": answer.status_code, "answer": answer.text}
