"""Discord's side of an interaction: it signs, waits three seconds, does what the answer says, and takes edits of it."""

import json
from time import sleep
from typing import Any

import httpx
import pytest

from scripts.discord.places import CHANNELS, GUILD, ROLES
from shared.discord.interaction import Kind, read_interaction
from tests.contract.discord.requests import violations_of_interaction
from tests.integration.stand_ins.discord_app import BUTTONS, FORM, App, a_text, edited, webhook
from tests.stand_ins.client import StandInError, StandIns
from tests.stand_ins.discord_api import advertised
from tests.stand_ins.discord_client import Somebody, Used, buttons_of
from tests.stand_ins.discord_signing import WAYS


@pytest.fixture
def operator(discord: StandIns) -> Somebody:
    return Somebody(discord)


@pytest.fixture
def edits(app: App, discord: StandIns, http: httpx.Client) -> None:
    """The application edits each of its answers."""
    address = discord.addresses["discord"]
    app.then = lambda payload: edited(http, address, payload, json=a_text())


def with_buttons(app: App, operator: Somebody) -> dict[str, Any]:
    """A message that all see, with buttons and a menu."""
    app.answer = lambda _: {"type": 4, "data": a_text("Leica M6", components=BUTTONS)}
    return operator.use("listing show", listing="leica").message


def test_an_interaction_is_what_discords_types_say_and_is_understood(app: App, operator: Somebody) -> None:
    app.answer = lambda _: {"type": 4, "data": a_text(flags=64)}
    operator.use("listing show", listing="3668", count=3, loud=True, share=0.5)
    (payload,) = app.received
    assert violations_of_interaction(payload) == []
    read = read_interaction(payload)
    assert (read.kind, read.name) == (Kind.COMMAND, "listing show")
    assert read.options == {"listing": "3668", "count": 3, "loud": True, "share": 0.5}
    assert (read.guild_id, read.channel_id) == (GUILD, CHANNELS["operations"])
    assert read.role_ids == {ROLES["operator"]}


def test_with_the_bot_alone_there_is_a_user_and_no_member(app: App, discord: StandIns) -> None:
    app.answer = lambda _: {"type": 4, "data": a_text()}
    Somebody(discord, "viewer", more={"guild": None}).use("status")
    assert violations_of_interaction(app.received[0]) == []
    assert app.received[0]["context"] == 1
    assert read_interaction(app.received[0]).guild_id is None


@pytest.mark.usefixtures("edits")
def test_what_is_thought_of_first_is_said_later(app: App, operator: Somebody) -> None:
    used = operator.use("status")
    assert (used.kind, used.is_private, used.text) == (5, True, "Done")
    assert [version["flags"] for version in operator.history(used.message)] == [128 + 64]
    assert operator.stand_ins.violations() == []


@pytest.mark.usefixtures("edits")
def test_what_is_private_one_person_sees(app: App, operator: Somebody) -> None:
    used = operator.use("status")
    assert [message["id"] for message in operator.sees()] == [used.message["id"]]
    other = Somebody(operator.stand_ins, "admin")
    assert other.sees() == operator.stand_ins.discord_messages() == []
    with pytest.raises(StandInError, match="somebody else sees this"):
        other.press(used.message, "Buy")


def test_an_answer_after_three_seconds_is_none(app: App, operator: Somebody, http: httpx.Client) -> None:
    app.slow = 0.4
    operator.stand_ins.set("discord", patience=0.1)
    used = operator.use("status")
    assert not used.responded
    assert "no answer" in str(used.why)
    late = webhook(
        http, operator.stand_ins.addresses["discord"], app.received[0], "PATCH /messages/@original", json=a_text()
    )
    assert (late.status_code, late.json()["code"]) == (404, 10015)
    assert operator.sees() == []


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"type": 4, "data": {"content": "x" * 2001, "allowed_mentions": {"parse": []}}}, "content"),
        ({"type": 6}, "no answer to an interaction of type 2"),
        ({"type": 8, "data": {"choices": []}}, "no answer to an interaction of type 2"),
        ({"type": 4, "data": {}}, "nothing in the message"),
        ({"type": 5, "data": {"content": "x"}}, "private"),
        ({"type": 99}, "type"),
        ({}, "type"),
    ],
)
def test_what_is_no_answer_is_a_mistake(app: App, operator: Somebody, answer: Any, told: str) -> None:
    app.answer = lambda _: answer
    used = operator.use("status")
    assert not used.responded
    assert told in str(used.why)
    assert len(operator.stand_ins.violations()) == 1


def test_an_answer_says_that_it_is_json(app: App, operator: Somebody) -> None:
    app.content_type = "text/plain"
    assert not operator.use("status").responded
    assert len(operator.stand_ins.violations()) == 1


def test_a_refusal_is_no_answer(app: App, operator: Somebody) -> None:
    app.status = 500
    used = operator.use("status")
    assert (used.responded, used.told["status"]) == (False, 500)


def test_an_edit_before_discord_has_the_answer_is_refused_and_later_is_not(
    app: App, operator: Somebody, http: httpx.Client
) -> None:
    operator.stand_ins.set("discord", processing=0.3)
    operator.use("status", wait=False)
    address = operator.stand_ins.addresses["discord"]
    how = ("PATCH /messages/@original",)
    early = webhook(http, address, app.received[0], *how, json=a_text())
    assert (early.status_code, early.json()) == (404, {"message": "Unknown Webhook", "code": 10015})
    while webhook(http, address, app.received[0], *how, json=a_text()).status_code == 404:
        sleep(0.02)
    assert operator.sees()[0]["content"] == "Done"
    assert operator.stand_ins.violations() == []


def test_a_token_is_good_for_a_quarter_of_an_hour(app: App, operator: Somebody, http: httpx.Client) -> None:
    operator.use("status", wait=False)
    operator.stand_ins.set("discord", token_seconds=0)
    answer = webhook(
        http, operator.stand_ins.addresses["discord"], app.received[0], "PATCH /messages/@original", json=a_text()
    )
    assert (answer.status_code, answer.json()) == (401, {"message": "Invalid Webhook Token", "code": 50027})


def test_more_is_said_changed_and_taken_back(app: App, operator: Somebody, http: httpx.Client) -> None:
    app.answer = lambda _: {"type": 4, "data": a_text("first")}
    used = operator.use("status")
    address = operator.stand_ins.addresses["discord"]

    def ask(rest: str, **request: Any) -> httpx.Response:
        return webhook(http, address, app.received[0], rest, **request)

    more = ask("POST ", json=a_text("only you", flags=64)).json()
    assert (more["flags"], operator.look(used).follow_ups) == (64, [more])
    assert ask(f"PATCH /messages/{more['id']}", json=a_text("still you")).json()["content"] == "still you"
    assert ask("GET /messages/@original").json()["content"] == "first"
    assert ask("DELETE /messages/@original").status_code == 204
    assert ask("GET /messages/@original").json()["code"] == 10008
    assert ask("PATCH /messages/123", json=a_text()).json()["code"] == 10008
    assert [message["content"] for message in operator.sees()] == ["still you"]
    assert operator.history(more) == [
        {
            "content": "only you",
            "embeds": [],
            "components": [],
            "attachments": [],
            "edited_timestamp": None,
            "flags": 64,
        }
    ]
    assert operator.stand_ins.violations() == []


def test_the_first_message_after_thinking_is_the_answer(app: App, operator: Somebody, http: httpx.Client) -> None:
    used = operator.use("status", wait=False)
    webhook(http, operator.stand_ins.addresses["discord"], app.received[0], "POST ", json=a_text("here"))
    assert (operator.look(used).message["content"], operator.look(used).follow_ups) == ("here", [])


def test_an_answer_may_come_through_the_callback(app: App, operator: Somebody, http: httpx.Client) -> None:
    address = operator.stand_ins.addresses["discord"]
    codes: list[int] = []

    def call(payload: dict[str, Any]) -> None:
        url = f"{address}/api/v10/interactions/{payload['id']}/{payload['token']}/callback"
        answers = [http.post(url, json={"type": 4, "data": a_text()}, headers={"User-Agent": "DiscordBot (x, 1)"})]
        answers.append(http.post(url, json={"type": 5}, headers={"User-Agent": "DiscordBot (x, 1)"}))
        codes.extend([answers[0].status_code, answers[1].json()["code"]])

    app.answer, app.status = call, 202
    used = operator.use("status")
    assert (used.responded, used.text, codes) == (True, "Done", [204, 40060])
    assert operator.stand_ins.violations() == []


def test_a_button_is_pressed_where_it_is(app: App, operator: Somebody) -> None:
    message = with_buttons(app, operator)
    assert buttons_of(message) == ["Buy"]
    app.answer = lambda _: {"type": 7, "data": a_text("bought", components=[])}
    used = operator.press(message, "Buy")
    assert violations_of_interaction(app.received[-1]) == []
    read = read_interaction(app.received[-1])
    assert (read.name, read.arguments, read.message_id) == ("listing.buy", ("7",), message["id"])
    assert used.message["content"] == "bought"
    assert [version["content"] for version in operator.history(message)] == ["Leica M6"]
    with pytest.raises(StandInError, match="nothing like"):
        operator.press(message, "Buy")


def test_what_cannot_be_pressed_is_not(app: App, operator: Somebody) -> None:
    message = with_buttons(app, operator)
    for button in ("Skip", "Sell", "listing.sell:7"):
        with pytest.raises(StandInError):
            operator.press(message, button)
    assert len(app.received) == 1
    app.answer = lambda _: {"type": 4, "data": a_text("no", flags=64)}
    assert operator.press_forged(message, "listing.sell:7").text == "no"
    assert app.received[1]["data"]["custom_id"] == "listing.sell:7"


@pytest.mark.usefixtures("edits")
def test_one_or_two_are_chosen_from_a_menu_but_no_three(app: App, operator: Somebody) -> None:
    message = with_buttons(app, operator)
    app.answer = lambda _: {"type": 6}
    assert operator.choose(message, "lens", "bag").message["content"] == "Done"
    assert violations_of_interaction(app.received[-1]) == []
    assert read_interaction(app.received[-1]).values == ("lens", "bag")
    with pytest.raises(StandInError, match="1 to 2"):
        operator.choose(message, "lens", "body", "bag")
    with pytest.raises(StandInError):
        operator.choose(message, "film")


def test_a_form_opens_is_filled_in_and_changes_the_message(app: App, operator: Somebody) -> None:
    message = with_buttons(app, operator)
    app.answer = lambda payload: (
        {"type": 9, "data": FORM} if payload["type"] == 3 else {"type": 7, "data": a_text("priced", components=[])}
    )
    opened = operator.press(message, "Buy")
    assert opened.form == FORM
    wrong: list[dict[str, Any]] = [{}, {"price": "0123456789"}, {"prise": "1"}]
    for fields in wrong:
        with pytest.raises(StandInError):
            operator.submit(opened, **fields)
    assert operator.submit(opened, price="450").message["content"] == "priced"
    assert violations_of_interaction(app.received[-1]) == []
    read = read_interaction(app.received[-1])
    assert (read.kind, read.name, read.arguments) == (Kind.MODAL, "listing.price", ("7",))
    assert read.fields == {"price": "450", "note": "as new"}
    assert read.role_ids == {ROLES["operator"]}


def test_what_is_typed_is_completed(app: App, operator: Somebody) -> None:
    app.answer = lambda _: {"type": 8, "data": {"choices": [{"name": "Leica M6", "value": "3668"}]}}
    assert operator.complete("listing show", "listing", "lei") == ["3668"]
    assert violations_of_interaction(app.received[0]) == []
    (subcommand,) = app.received[0]["data"]["options"]
    assert subcommand["options"] == [{"name": "listing", "type": 3, "value": "lei", "focused": True}]


def test_an_entry_of_a_messages_menu_brings_the_message(app: App, operator: Somebody) -> None:
    app.answer = lambda _: {"type": 4, "data": a_text("sent", flags=64)}
    message = operator.write("Kickoff at ten")
    assert operator.menu("Send to sinks", message).text == "sent"
    assert violations_of_interaction(app.received[0]) == []
    target = read_interaction(app.received[0]).target
    assert target is not None
    assert (target.content, target.author_name) == ("Kickoff at ten", "Operator")


@pytest.mark.parametrize("how", sorted(WAYS))
def test_a_stranger_gets_something_wrong(app: App, operator: Somebody, how: str) -> None:
    status = operator.forge(how, "status")
    # This application does not look at the clock: what is old is signed all the same.
    assert status == (200 if how in ("early", "stale") else 401)
    assert operator.sees() == []


def test_the_same_bytes_can_be_sent_again(app: App, operator: Somebody) -> None:
    used = operator.use("status", wait=False)
    assert operator.replay(used) == 200
    assert app.received[0] == app.received[1]


def test_an_endpoint_is_taken_that_knows_good_from_bad(app: App, operator: Somebody) -> None:
    assert operator.set_endpoint()
    assert violations_of_interaction(app.received[0]) == []
    app.status = 500
    assert not operator.set_endpoint()


def test_mentions_that_are_not_turned_off_are_remembered(app: App, operator: Somebody, http: httpx.Client) -> None:
    app.answer = lambda _: {"type": 4, "data": {"content": "@everyone"}}
    operator.use("status")
    address = operator.stand_ins.addresses["discord"]
    webhook(http, address, app.received[0], "PATCH /messages/@original", json={"content": "@here"})
    webhook(http, address, app.received[0], "POST ", json={"content": "@here", "allowed_mentions": None})
    assert len(operator.stand_ins.violations()) == 3


@pytest.mark.usefixtures("edits")
def test_everything_new_is_told_to_who_sees_it(app: App, operator: Somebody) -> None:
    used = operator.use("status")
    news, after = operator.news()
    assert [(one["what"], one["message_id"]) for one in news] == [
        ("new", used.message["id"]),
        ("edit", used.message["id"]),
    ]
    assert operator.news(after) == ([], after)
    assert Somebody(operator.stand_ins, "viewer").news()[0] == []


def test_files_are_kept_and_can_be_fetched(app: App, operator: Somebody, http: httpx.Client) -> None:
    operator.use("card", wait=False)
    body = a_text(
        embeds=[{"title": "Leica M6", "image": {"url": "attachment://photo.png"}}],
        attachments=[{"id": 0, "filename": "photo.png"}],
    )
    content = b"\x89PNG\r\n--\r\n\x00\xff"
    parts = {"payload_json": (None, json.dumps(body), "application/json"), "files[0]": ("x.png", content, "image/png")}
    address = operator.stand_ins.addresses["discord"]
    answer = webhook(http, address, app.received[0], "PATCH /messages/@original", files=parts)
    (attachment,) = answer.json()["attachments"]
    assert (attachment["filename"], attachment["size"]) == ("photo.png", len(content))
    assert answer.json()["embeds"][0]["image"]["url"] == attachment["url"]
    assert http.get(attachment["url"]).content == content
    assert (
        webhook(http, address, app.received[0], "PATCH /messages/@original", json=a_text(attachments=[])).json()[
            "attachments"
        ]
        == []
    )
    assert operator.stand_ins.violations() == []


def test_a_file_that_is_named_and_not_there_is_a_mistake(app: App, operator: Somebody, http: httpx.Client) -> None:
    operator.use("card", wait=False)
    body = a_text(attachments=[{"id": 0, "filename": "photo.png"}])
    address = operator.stand_ins.addresses["discord"]
    answer = webhook(http, address, app.received[0], "PATCH /messages/@original", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, 50035)
    assert len(operator.stand_ins.violations()) == 1


def test_too_many_edits_with_one_token_have_to_wait(app: App, operator: Somebody, http: httpx.Client) -> None:
    operator.stand_ins.set("discord", limits={"webhook": 2, "seconds": 60})
    operator.use("status", wait=False)
    address = operator.stand_ins.addresses["discord"]
    answers = [
        webhook(http, address, app.received[0], "PATCH /messages/@original", json=a_text(str(n))) for n in range(3)
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 0 < answers[2].json()["retry_after"] <= 60
    assert answers[2].headers["X-RateLimit-Scope"] == "user"
    assert int(answers[2].headers["Retry-After"]) >= 1
    assert operator.stand_ins.violations() == []


def test_callers_can_be_held_to_the_limits_it_tells_them(app: App, operator: Somebody, http: httpx.Client) -> None:
    operator.stand_ins.set("discord", limits=advertised())
    operator.use("status", wait=False)
    address = operator.stand_ins.addresses["discord"]
    answers = [
        webhook(http, address, app.received[0], "PATCH /messages/@original", json=a_text(str(n))) for n in range(6)
    ]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]


def test_it_can_be_waited_for_what_an_answer_becomes(app: App, operator: Somebody, http: httpx.Client) -> None:
    address = operator.stand_ins.addresses["discord"]

    def in_steps(payload: dict[str, Any]) -> None:
        for number in range(3):
            edited(http, address, payload, json=a_text(f"step {number}"))

    app.then = in_steps
    used: Used = operator.until(operator.use("ship"), lambda one: "step 2" in one.text)
    assert [version["content"] for version in operator.history(used.message)] == ["", "step 0", "step 1"]
