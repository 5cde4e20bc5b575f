"""`switchyard discord register`: Discord is told of the commands there are, and asked what it knows already."""

import argparse
import json
from collections.abc import Mapping
from typing import Any

import pytest

from functions.run_commands.registry import payload
from scripts.discord.command import register_commands
from shared.runtime import wiring
from shared.runtime.http import Address, Answer, Call, Service
from tests.support.told import told

APPLICATION, SERVER = "42", "1180000000000000009"
_OF_EVERYWHERE = ("contexts", "integration_types")


class Discord:
    """Of commands of a single server it does not keep where else they can be used."""

    def __init__(self) -> None:
        self.known: dict[str, list[dict[str, Any]]] = {}

    def __call__(self, url: str, call: Call, headers: Mapping[str, str]) -> Answer:
        path = url.partition("?")[0]
        if call.method == "PUT":
            self.known[path] = [self._kept(one, path) for one in call.json]
        return Answer(status=200, headers={}, body=json.dumps(self.known.get(path, [])).encode())

    @staticmethod
    def _kept(command: Mapping[str, Any], path: str) -> dict[str, Any]:
        kept = {"id": "1", "nsfw": False, **command}
        return kept if "/guilds/" not in path else kept | dict.fromkeys(_OF_EVERYWHERE)


def _locate(*, fresh: bool = False) -> Address:
    return Address(url="https://discord.example")


@pytest.mark.parametrize("guild", [SERVER, None])
def test_what_was_registered_is_as_it_should_be(
    guild: str | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    discord = Service("discord", _locate, send=Discord())
    monkeypatch.setattr(wiring, "discord", lambda: discord)
    with told(discord_application_id=APPLICATION):
        register_commands(argparse.Namespace(guild=guild, yes=True, dry_run=False))
        assert f"{len(payload())} commands are registered for" in capsys.readouterr().out
        register_commands(argparse.Namespace(guild=guild, yes=False, dry_run=True))
    assert capsys.readouterr().out.startswith(f"{len(payload())} commands are registered as they should be")
