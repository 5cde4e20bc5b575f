"""Whatever a reply is made of, what Discord is sent is what Discord takes, and it mentions nobody."""

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.discord import rest
from shared.discord.answers import (
    Button,
    Colour,
    Embed,
    Field,
    File,
    Item,
    Menu,
    Reply,
    body_of,
    link,
    shown,
    shown_lines,
)
from tests.contract.discord.requests import violations
from tests.contract.strategies import texts
from tests.stand_ins import discord_uploads
from tests.stand_ins.http import Request

MENTION = re.compile(r"@(everyone|here)|<(@[!&]?|#|a?:|t:|/|id:)")
MASKED_LINK = re.compile(r"(?<!\\)\]\(")
ADDRESSES = ["", "https://market.example/1", "https://market.example/" + "x" * 5_000, "javascript:alert(1)"]
ADDRESSES += [
    "https://a b/",
    "https://[::1/",
    "https://market.example/\u202e\u05d0",
    "HTTPS://MARKET.EXAMPLE/",
    "mailto:a",
]

_TEXT = texts(5_000)
_FIELDS = st.builds(Field, name=_TEXT, value=_TEXT, inline=st.booleans())
_EMBEDS = st.builds(
    Embed,
    title=_TEXT,
    description=_TEXT,
    url=st.sampled_from(ADDRESSES),
    colour=st.sampled_from(Colour),
    fields=st.lists(_FIELDS, max_size=4).flatmap(lambda some: st.sampled_from([some, some * 9])),
    footer=_TEXT,
)
_LABELS = st.lists(_TEXT, max_size=4)
_LINKS = st.lists(st.builds(Button, label=_TEXT, url=st.sampled_from(ADDRESSES[1:])), max_size=2)
_ITEMS = st.lists(st.builds(Item, label=_TEXT, value=texts(300), description=_TEXT), max_size=30)


@st.composite
def replies(draw: st.DrawFn) -> Reply:
    labels = draw(_LABELS)
    labels = draw(st.sampled_from([labels, labels * 8]))
    buttons = [Button(label=label, custom_id=f"a.b:{number}") for number, label in enumerate(labels)]
    return Reply(
        content=draw(_TEXT),
        embeds=draw(st.lists(_EMBEDS, max_size=2).flatmap(lambda some: st.sampled_from([some, some * 6]))),
        buttons=[*draw(_LINKS), *buttons],
        menu=draw(st.none() | st.builds(Menu, custom_id=st.just("a.menu:1"), items=_ITEMS, placeholder=_TEXT)),
        private=draw(st.booleans()),
    )


@settings(derandomize=True, deadline=None, max_examples=150)
@given(replies())
def test_whatever_a_reply_is_made_of_discord_takes_it(reply: Reply) -> None:
    body = body_of(reply)
    for name in ("Message", "Edit", "InteractionEdit", "FollowUp"):
        assert violations(body, name) == []
    assert violations({"type": 4, "data": body}, "Answer") == []
    assert body["allowed_mentions"] == {"parse": []}
    json.dumps(body, ensure_ascii=False).encode()


@settings(derandomize=True, deadline=None, max_examples=60)
@given(_TEXT, st.sampled_from(ADDRESSES))
def test_a_strangers_words_mention_nobody_and_lead_nowhere(text: str, address: str) -> None:
    for most in (100, 2_000):
        for said in (shown(text, most), shown_lines(text, most)):
            sent = body_of(Reply(content=said, embeds=[Embed(description=said, fields=[Field(name=said, value=said)])]))
            for part in (sent["content"], sent["embeds"][0].get("description", "") if sent["embeds"] else ""):
                assert not MENTION.search(part)
                assert not MASKED_LINK.search(part)
    masked = link(text, address)
    assert not MENTION.search(masked)
    assert len(MASKED_LINK.findall(masked)) <= 1


NOTHING = ["\u200b", "", "\x00", "\ud83d", "\ufeff ", " \n"]


@pytest.mark.parametrize("text", ["📷" * 3_000, "👨‍👩‍👧‍👦" * 700, "@everyone " * 400, "`" * 4_001, *NOTHING])
def test_what_is_long_or_nothing_is_said_all_the_same(text: str) -> None:
    for reply in (
        Reply(content=text),
        Reply(content=shown(text, 2_000)),
        Reply(
            embeds=[Embed(title=text, description=text, footer=text, fields=[Field(name=text, value=text)] * 30)] * 12
        ),
        Reply(content="x", buttons=[Button(label=text, custom_id="a.b")]),
        Reply(content="x", menu=Menu(custom_id="a.b", items=[Item(label=text, value="1")] * 3, placeholder=text)),
    ):
        assert violations(body_of(reply)) == []


def test_an_edit_leaves_nothing_of_what_was_there() -> None:
    assert body_of(Reply(content="Done")) == {
        "content": "Done",
        "embeds": [],
        "components": [],
        "attachments": [],
        "allowed_mentions": {"parse": []},
    }


@settings(derandomize=True, deadline=None, max_examples=40)
@given(replies(), st.binary(max_size=200))
def test_every_call_that_says_something_is_what_discord_takes(reply: Reply, content: bytes) -> None:
    file = File(name="photo.png", content_type="image/png", content=content)
    with_file = Reply(content="x", embeds=[Embed(title="x", image="photo.png")], files=[file])
    for one in (reply, with_file):
        calls = {
            "Message": rest.create_call("1180000000000000002", one, nonce="n"),
            "Edit": rest.edit_call("1180000000000000002", "7", one),
            "InteractionEdit": rest.original_call("1", "token", one),
            "FollowUp": rest.follow_up_call("1", "token", one),
        }
        for name, call in calls.items():
            assert call.all_headers()["User-Agent"].startswith("DiscordBot (https://")
            body, files = _read(call)
            assert violations(body, name) == []
            assert [part.content for part in files.values()] == [part.content for part in one.files]


def _read(call: Any) -> tuple[dict[str, Any], discord_uploads.Uploads]:
    headers = {name.lower(): value for name, value in call.all_headers().items()}
    return discord_uploads.read(Request(method=call.method, path=call.path, headers=headers, body=call.body()))
