"""An application as Discord talks with it: small, and of our making."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from threading import Thread
from time import sleep
from typing import Any

import httpx
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from scripts.discord.places import APPLICATION
from tests.support.http_server import PatientServer

# RFC 8032 §7.1, test 1.
SEED = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
PUBLIC_KEY = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
DISCORD = {"application_id": APPLICATION, "private_key": SEED, "public_key": PUBLIC_KEY}
AGENT = {"User-Agent": "DiscordBot (https://switchyard.example, 0.1)"}

BUTTONS = [
    {
        "type": 1,
        "components": [
            {"type": 2, "style": 3, "label": "Buy", "custom_id": "listing.buy:7"},
            {"type": 2, "style": 4, "label": "Skip", "custom_id": "listing.skip:7", "disabled": True},
        ],
    },
    {
        "type": 1,
        "components": [
            {
                "type": 3,
                "custom_id": "listing.tag:7",
                "max_values": 2,
                "options": [{"label": name, "value": name} for name in ("lens", "body", "bag")],
            }
        ],
    },
]
FORM = {
    "custom_id": "listing.price:7",
    "title": "Price",
    "components": [
        {"type": 18, "label": "Price", "component": {"type": 4, "custom_id": "price", "style": 1, "max_length": 9}},
        {
            "type": 18,
            "label": "Note",
            "component": {"type": 4, "custom_id": "note", "style": 2, "required": False, "value": "as new"},
        },
    ],
}


@dataclass
class App:
    """Answers each interaction with `answer` of it, and does `then` a moment later."""

    address: str = ""
    received: list[dict[str, Any]] = field(default_factory=list)
    answer: Callable[[dict[str, Any]], Any] = lambda _: {"type": 5, "data": {"flags": 64}}
    then: Callable[[dict[str, Any]], object] | None = None
    slow: float = 0.0
    status: int = 200
    content_type: str = "application/json"

    def asked(self, headers: Any, content: bytes) -> tuple[int, bytes]:
        """As Discord's documentation has it verified."""
        signed = headers.get("X-Signature-Timestamp", "").encode() + content
        try:
            VerifyKey(bytes.fromhex(PUBLIC_KEY)).verify(signed, bytes.fromhex(headers.get("X-Signature-Ed25519", "")))
        except (BadSignatureError, ValueError):
            return 401, b"invalid request signature"
        payload = json.loads(content)
        self.received.append(payload)
        sleep(self.slow)
        said = {"type": 1} if payload["type"] == 1 else self.answer(payload)
        return self.status, b"" if said is None else json.dumps(said).encode()

    def afterwards(self) -> None:
        if self.then and self.received:
            self.then(self.received[-1])


@contextmanager
def serving() -> Iterator[App]:
    with PatientServer(("127.0.0.1", 0), _Handler) as server:
        app = App(f"http://127.0.0.1:{server.server_port}")
        server.app = app  # type: ignore[attr-defined]
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield app
        server.shutdown()


def a_text(content: str = "Done", **changes: Any) -> dict[str, Any]:
    return {"content": content, "allowed_mentions": {"parse": []}} | changes


def webhook(http: httpx.Client, discord: str, payload: dict[str, Any], rest: str, **request: Any) -> httpx.Response:
    """`rest`: `POST` for a follow-up, `PATCH /messages/@original`."""
    method, _, path = rest.partition(" ")
    url = f"{discord}/api/v10/webhooks/{APPLICATION}/{payload['token']}{path}"
    return http.request(method, url, headers=AGENT, **request)


def edited(http: httpx.Client, discord: str, payload: dict[str, Any], **request: Any) -> httpx.Response:
    """The answer is edited as soon as Discord has it."""
    while True:
        answer = webhook(http, discord, payload, "PATCH /messages/@original", **request)
        if answer.status_code != 404:
            return answer
        sleep(0.01)


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        app: App = self.server.app  # type: ignore[attr-defined]
        assert self.path == "/api/discord/interactions"
        status, content = app.asked(self.headers, self.rfile.read(int(self.headers["Content-Length"])))
        try:
            self.send_response(status)
            self.send_header("Content-Type", app.content_type)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except ConnectionError:
            return  # who asked had no patience
        Thread(target=app.afterwards, daemon=True).start()

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing."""
