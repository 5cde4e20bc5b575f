"""The Discord terminal: lines go in, and what Switchyard says comes out."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from scripts.discord.places import APPLICATION, GUILD
from scripts.discord.terminal import Terminal
from tests.integration.stand_ins.discord_app import AGENT, BUTTONS, FORM, App, a_text, edited
from tests.stand_ins.client import StandIns
from tests.stand_ins.discord import Discord

LISTING = {
    "name": "listing",
    "description": "Listings",
    "options": [
        {
            "type": 1,
            "name": "show",
            "description": "Show one",
            "options": [
                {"type": 3, "name": "listing", "description": "Which", "required": True, "autocomplete": True},
                {"type": 4, "name": "days", "description": "Of how many", "max_value": 7},
                {"type": 3, "name": "how", "description": "How", "choices": [{"name": "In full", "value": "full"}]},
            ],
        }
    ],
}
MENU = {"name": "Send to sinks", "type": 3}


class Screen:
    """What was said, and what will be answered to questions."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.answers: list[str] = []
        self.questions: list[str] = []

    def ask(self, question: str) -> str:
        self.questions.append(question)
        if not self.answers:
            raise EOFError
        return self.answers.pop(0)

    def taken(self) -> list[str]:
        said, self.lines = self.lines, []
        return said


@pytest.fixture
def screen() -> Screen:
    return Screen()


@pytest.fixture
def terminal(discord: StandIns, screen: Screen, tmp_path: Path) -> Terminal:
    return Terminal(discord, tmp_path / "files", ask=screen.ask, say=lambda line: screen.lines.append(line), quiet=0.01)


@pytest.fixture
def registered(discord: StandIns, http: httpx.Client) -> Iterator[list[Any]]:
    url = f"{discord.addresses['discord']}/api/v10/applications/{APPLICATION}/guilds/{GUILD}/commands"
    yield http.put(url, json=[LISTING, MENU], headers=AGENT | {"Authorization": f"Bot {Discord.key}"}).json()
    assert discord.violations() == []


def test_a_command_is_used_and_its_answer_is_seen_with_its_buttons(
    app: App, terminal: Terminal, screen: Screen
) -> None:
    app.answer = lambda _: {"type": 4, "data": a_text("Leica M6", flags=64, components=BUTTONS)}
    assert terminal.do("/listing show listing:leica m6")
    assert screen.taken() == [
        "[1] switchyard (only you see this):",
        "    Leica M6",
        "    press: 1 Buy (green) · 2 Skip (off)",
        "    choose: 1 lens · 2 body · 3 bag",
    ]
    assert app.received[0]["data"]["options"][0]["options"][0]["value"] == "leica m6"


def test_edits_are_seen_and_a_form_is_filled_in(app: App, terminal: Terminal, screen: Screen) -> None:
    def answer(payload: dict[str, Any]) -> dict[str, Any]:
        if payload["type"] == 3:
            return {"type": 9, "data": FORM}
        changed = {"type": 7, "data": a_text("priced", components=[])}
        return changed if payload["type"] == 5 else {"type": 4, "data": a_text("Leica M6", components=BUTTONS)}

    app.answer = answer
    screen.answers = ["450", ""]
    for line in ("/listing show listing:1", "press 1"):
        terminal.do(line)
    assert screen.taken()[-3:] == ["    a form opens: Price", "[1] switchyard (edited):", "    priced"]
    assert screen.questions == ["    Price: ", "    Note, may be empty [as new]: "]
    assert [one["component"]["value"] for one in app.received[-1]["data"]["components"]] == ["450", "as new"]


def test_what_is_thought_of_first_is_seen_twice(
    app: App,
    discord: StandIns,
    terminal: Terminal,
    screen: Screen,
    http: httpx.Client,
) -> None:
    app.then = lambda payload: edited(http, discord.addresses["discord"], payload, json=a_text("All is well"))
    terminal.do("/status")
    assert screen.taken()[-2:] == ["[1] switchyard (only you see this, edited):", "    All is well"]


def test_somebody_else_somewhere_else_sees_something_else(app: App, terminal: Terminal, screen: Screen) -> None:
    app.answer = lambda _: {"type": 4, "data": a_text("for you", flags=64)}
    terminal.do("as viewer")
    terminal.do("in #cards")
    assert terminal.prompt == "viewer #cards> "
    terminal.do("/status")
    assert app.received[0]["member"]["user"]["username"] == "viewer"
    terminal.do("as admin")
    screen.taken()
    terminal.do("messages")
    assert screen.taken() == ["    nothing was said here"]


def test_a_message_that_was_written_can_be_sent_on(app: App, terminal: Terminal, screen: Screen) -> None:
    app.answer = lambda _: {"type": 4, "data": a_text("sent", flags=64)}
    terminal.do("say Kickoff at ten")
    terminal.do('menu "Send to sinks" on 1')
    assert screen.taken() == ["[1] operator:", "    Kickoff at ten", "[2] switchyard (only you see this):", "    sent"]


def test_what_is_typed_is_completed(app: App, terminal: Terminal, screen: Screen) -> None:
    app.answer = lambda _: {"type": 8, "data": {"choices": [{"name": "Leica M6", "value": "3668"}]}}
    terminal.do("complete /listing show listing:lei")
    assert screen.taken() == ["    1 3668"]


@pytest.mark.usefixtures("registered")
def test_help_has_what_is_registered(terminal: Terminal, screen: Screen) -> None:
    terminal.do("help listing show")
    assert screen.taken()[1:] == [
        "  /listing show listing:… [days:…] [how:…]  Show one",
        "    listing: Which",
        "    days: Of how many",
        "    how: How (In full)",
    ]


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("/lisitng show", "there is no /lisitng here"),
        ("/listing", "say which: show"),
        ("/listing hide listing:1", "/listing has no hide"),
        ("/listing show", "needs listing"),
        ("/listing show listing:1 colour:red", "has no option colour"),
        ("/listing show listing:1 days:many", "days cannot be 'many'"),
        ("/listing show listing:1 days:8", "days is from None to 7"),
        ("/listing show listing:1 how:briefly", "how is one of In full"),
        ("press 1", "nothing like that on any message"),
        ("press 1 on 9", "there is no message 9"),
        ("as king", "there is no king"),
        ("in #nowhere", "there is no #nowhere"),
        ("dance", "nothing to do here"),
    ],
)
def test_what_discord_would_not_let_go_is_told(
    app: App,
    terminal: Terminal,
    screen: Screen,
    line: str,
    told: str,
) -> None:
    assert terminal.do(line)
    (said,) = screen.taken()
    assert said.startswith("  ! ")
    assert told in said
    assert (terminal.failures, app.received) == (1, [])


@pytest.mark.usefixtures("registered")
def test_options_are_sent_as_what_they_are(app: App, terminal: Terminal) -> None:
    app.answer = lambda _: {"type": 4, "data": a_text()}
    terminal.do("/listing show listing:1 days:3 how:In full")
    options = app.received[0]["data"]["options"][0]["options"]
    assert [one["value"] for one in options] == ["1", 3, "full"]


def test_no_answer_is_told_and_counted(app: App, terminal: Terminal, screen: Screen) -> None:
    app.status = 500
    terminal.do("/status")
    assert "the application did not respond" in screen.taken()[0]
    assert terminal.failures == 1


def test_a_form_that_nobody_fills_in_is_closed(app: App, terminal: Terminal, screen: Screen) -> None:
    app.answer = lambda _: {"type": 9, "data": FORM}
    terminal.do("/price")
    assert screen.taken()[-1] == "  ! the form was closed: there is nothing more to fill in"


def test_an_image_is_put_where_it_can_be_looked_at(
    app: App,
    discord: StandIns,
    terminal: Terminal,
    screen: Screen,
    http: httpx.Client,
) -> None:
    body = a_text(attachments=[{"id": 0, "filename": "photo.png"}])
    parts = {"payload_json": (None, json.dumps(body)), "files[0]": ("photo.png", b"an image", "image/png")}
    app.then = lambda payload: edited(http, discord.addresses["discord"], payload, files=parts)
    terminal.do("/card")
    path = Path(screen.taken()[-1].partition(" -> ")[2])
    assert (path.read_bytes(), path.name.endswith("-photo.png")) == (b"an image", True)


def test_empty_lines_and_remarks_are_passed_over_and_quit_is_the_end(terminal: Terminal, screen: Screen) -> None:
    assert terminal.do("")
    assert terminal.do("# a remark")
    assert not terminal.do("quit")
    assert (screen.lines, terminal.failures) == ([], 0)
