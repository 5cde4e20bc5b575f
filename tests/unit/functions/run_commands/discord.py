"""Discord's side of an answer: takes what it is told, or does what `fates` say, one after the other."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from functions.run_commands.answering import DiscordAnswers
from shared.runtime.http import Address, Answer, Call, NoAnswerError, Service
from tests.support.builders import NOON

TOKEN: Final = "interaction-token"
UNKNOWN_WEBHOOK: Final = (404, {"message": "Unknown Webhook", "code": 10015})
INVALID_TOKEN: Final = (401, {"message": "Invalid Webhook Token", "code": 50027})
NO_ACCESS: Final = (403, {"message": "Missing Access", "code": 50001})
DOWN: Final = (503, {"message": "Service Unavailable", "code": 0})


class FakeDiscord:
    """`told` is what came: method, path, body. A fate is a status with a body, or None for no answer at all."""

    def __init__(self, *fates: tuple[int, Mapping[str, Any]] | None) -> None:
        self.fates = list(fates)
        self.told: list[tuple[str, str, Any]] = []
        self.tokens: list[str | None] = []
        self.now = NOON
        self.paused: list[float] = []
        bot = {"Authorization": "Bot of-ours"}
        self.answers = DiscordAnswers(self._service({}), self._service(bot), clock=self.clock, pause=self.pause)

    def clock(self) -> datetime:
        return self.now

    def pause(self, seconds: float) -> None:
        self.paused.append(seconds)
        self.now += timedelta(seconds=seconds)

    def send(self, url: str, call: Call, headers: Mapping[str, str]) -> Answer:
        self.told.append((call.method, call.path, call.json))
        self.tokens.append(headers.get("Authorization"))
        fate = self.fates.pop(0) if self.fates else (200, {"id": str(len(self.told))})
        if fate is None:
            raise NoAnswerError("did not answer in time")
        status, body = fate
        return Answer(status=status, headers={}, body=json.dumps(body).encode())

    def _service(self, headers: Mapping[str, str]) -> Service:
        def locate(*, fresh: bool = False) -> Address:
            return Address(url="https://discord.example", headers=headers)

        return Service("discord", locate, send=self.send)

    @property
    def lines(self) -> list[str]:
        return [f"{method} {path.replace(TOKEN, '<token>')}" for method, path, _ in self.told]

    @property
    def said(self) -> str:
        """The text of the last message it was told."""
        return str(self.told[-1][2]["content"])
