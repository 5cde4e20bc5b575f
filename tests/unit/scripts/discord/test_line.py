"""Lines of the Discord terminal say what they say, or what they should have said."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.discord.line import Line, LineError, read_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("/help", Line(what="use", words=["help"])),
        ("/listing show listing:3668", Line(what="use", words=["listing", "show"], options={"listing": "3668"})),
        ("/ship env:prod how:canary", Line(what="use", words=["ship"], options={"env": "prod", "how": "canary"})),
        ("/route text:at ten dry:true", Line(what="use", words=["route"], options={"text": "at ten", "dry": "true"})),
        ('/route text:"at: ten" x:1', Line(what="use", words=["route"], options={"text": "at: ten", "x": "1"})),
        ("/add url:https://a.example/1", Line(what="use", words=["add"], options={"url": "https://a.example/1"})),
        ("/add text: see https://a.example", Line(what="use", words=["add"], options={"text": "see https://a.example"})),
        ("/add text:what's new", Line(what="use", words=["add"], options={"text": "what's new"})),
        ("complete /listing show id:lei", Line(what="complete", words=["listing", "show"], options={"id": "lei"})),
        ("complete /listing show listing:", Line(what="complete", words=["listing", "show"], options={"listing": ""})),
        ("press 2", Line(what="press", words=["2"])),
        ("press 2 on 4", Line(what="press", words=["2"], on=4)),
        ('press "Message seller" on 4', Line(what="press", words=["Message seller"], on=4)),
        ("choose 1 3", Line(what="choose", words=["1", "3"])),
        ("choose 1 3 on 12", Line(what="choose", words=["1", "3"], on=12)),
        ('menu "Send to sinks" on 4', Line(what="menu", words=["Send to sinks"], on=4)),
        ("menu Send to sinks on 4", Line(what="menu", words=["Send to sinks"], on=4)),
        ("as viewer", Line(what="as", words=["viewer"])),
        ("in #cards", Line(what="in", words=["#cards"])),
        ("say  it's ten: go", Line(what="say", words=["it's ten: go"])),
        ("wait", Line(what="wait", words=["5"])),
        ("wait 20", Line(what="wait", words=["20"])),
        (" Messages ", Line(what="messages")),
        ("help /listing show", Line(what="help", words=["listing", "show"])),
        ("quit", Line(what="quit")),
    ],
)  # fmt: skip
def test_a_line_is_read(text: str, line: Line) -> None:
    assert read_line(text) == line


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "nothing to do here"),
        ("listing show", "nothing to do here"),
        ("/", "name a command"),
        ('/route text:"open', "quote"),
        ("complete /listing show", "what is typed"),
        ("press", "press 2"),
        ("press 1 2", "press 2"),
        ("choose lens", "choose 1 3"),
        ("choose", "choose 1 3"),
        ("menu Send", "on 4"),
        ("as", "one word"),
        ("in the shop", "one word"),
        ("say", "say something"),
        ("wait long", "wait 10"),
        ("messages all", "stands alone"),
    ],
)
def test_what_cannot_be_read_is_told_how_it_would_be(text: str, told: str) -> None:
    with pytest.raises(LineError, match=told):
        read_line(text)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(
    st.sampled_from(["", "/", "/a b:", "press ", "choose ", "menu ", "complete /a b:", "say "]), st.text(max_size=40)
)
def test_whatever_is_typed_is_read_or_refused(start: str, rest: str) -> None:
    try:
        line = read_line(start + rest)
    except LineError:
        return
    assert line.what == "use" if start == "/" else line.what
