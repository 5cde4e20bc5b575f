"""What is printed, whatever others wrote."""

import json

import pytest

from scripts.api.shown import cell, say, say_fields, say_json, say_json_text

TURNING = "\u202etxt.exe\u2066\u200f"


def test_json_does_not_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    said = {"payload": f"\x1b[2J \x9b2J \x7f \ud800 äß中 {TURNING} \u2028\ufeff"}
    say_json(said)
    printed = capsys.readouterr().out.removesuffix("\n")
    assert printed.isprintable()
    assert "äß中" in printed
    assert json.loads(printed) == said


def test_json_is_printed_as_it_is_written_but_for_what_steers(capsys: pytest.CaptureFixture[str]) -> None:
    text = '{\n "price": 1.50, "big": 12345678901234567890, "twice": 1, "twice": 2, "name": "ä\u202e"}'
    say_json_text(text)
    assert capsys.readouterr().out == text.replace("\u202e", "\\u202e") + "\n"


def test_what_others_wrote_does_not_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    say(f"a\x1b[31m\x9b\r{TURNING}\tb\nc")
    assert capsys.readouterr().out == "a·[31m···txt.exe··\tb\nc\n"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "-"),
        ("", "-"),
        (" \n ", "-"),
        (0, "0"),
        (True, "yes"),
        (False, "no"),
        ([], "-"),
        (["a", None, 3], "a, , 3"),
        ({"a": 1, "b": None, "c": {"d": False}}, "a=1 b=- c=d=no"),
        (f"one\ntwo \x1b[0m{TURNING}", "one two [0m·txt.exe··"),
        ("x" * 61, "x" * 59 + "…"),
    ],
)
def test_a_value_is_one_line_of_bounded_length(value: object, shown: str) -> None:
    assert cell(value) == shown


def test_fields_stand_below_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    say_fields({"run": "x", "cancelled by": ["a", "b"], "nothing": None})
    assert capsys.readouterr().out.splitlines() == ["run           x", "cancelled by  a, b", "nothing       -"]
