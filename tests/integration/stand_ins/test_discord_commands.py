"""Discord takes commands as they are put, keeps the ids of those it knows, and lets nothing else be used."""

from typing import Any

import httpx
import pytest

from scripts.discord.places import APPLICATION, GUILD
from tests.integration.stand_ins.discord_app import AGENT
from tests.stand_ins.client import StandIns
from tests.stand_ins.discord import Discord

STATUS: dict[str, Any] = {"name": "status", "description": "How all is"}
MENU: dict[str, Any] = {"name": "Send to sinks", "type": 3}


def ask(http: httpx.Client, to: StandIns, method: str, where: str = "", **request: Any) -> httpx.Response:
    url = f"{to.addresses['discord']}/api/v10/applications/{APPLICATION}{where}/commands"
    return http.request(method, url, headers=AGENT | {"Authorization": f"Bot {Discord.key}"}, **request)


def test_all_are_put_at_once_and_what_is_known_keeps_its_id(stand_ins: StandIns, http: httpx.Client) -> None:
    first = ask(http, stand_ins, "PUT", json=[STATUS, MENU]).json()
    changed = STATUS | {"description": "How all is now", "default_member_permissions": "32"}
    second = ask(http, stand_ins, "PUT", json=[changed]).json()
    assert [one["name"] for one in second] == ["status"]
    assert second[0]["id"] == first[0]["id"]
    assert second[0]["version"] != first[0]["version"]
    assert ask(http, stand_ins, "GET").json() == second
    assert stand_ins.violations() == []


def test_a_server_has_its_own(stand_ins: StandIns, http: httpx.Client) -> None:
    (own,) = ask(http, stand_ins, "PUT", f"/guilds/{GUILD}", json=[STATUS]).json()
    assert own["guild_id"] == GUILD
    assert ask(http, stand_ins, "GET").json() == []
    assert ask(http, stand_ins, "GET", f"/guilds/{GUILD}").json() == [own]


@pytest.mark.parametrize(
    "commands",
    [
        [STATUS, STATUS],
        [STATUS | {"name": "Status"}],
        [STATUS | {"description": "x" * 101}],
        [STATUS | {"descripton": "x"}],
        [STATUS | {"default_member_permissions": 32}],
        [STATUS | {"contexts": []}],
        [MENU | {"description": "x"}],
    ],
)
def test_what_is_no_command_changes_nothing_and_is_remembered(
    stand_ins: StandIns, http: httpx.Client, commands: list[Any]
) -> None:
    answer = ask(http, stand_ins, "PUT", json=commands)
    assert (answer.status_code, answer.json()["code"]) == (400, 50035)
    assert ask(http, stand_ins, "GET").json() == []
    assert len(stand_ins.violations()) == 1
