"""Rules as operators write them: what is meant is taken, and each mistake is named with its place."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.messages.routing import Route, Rules, TagRule, When
from shared.messages.rules_file import DEFAULT_FILE, default_text, read_rules
from shared.runtime.errors import InvalidInputError

SINKS = ("google-calendar", "notion")

WHOLE = """
tags:
  - name: Money
    when:
      words: [invoice, due date]
      channel: "#sales"
    tags: [Money, money, late]
routes:
  - name: out
    when: {tags: MONEY, type: 'task.*', author: Alice, priority: [1, high], has_time: no-thanks}
    to: [notion, google-calendar, notion]
sinks:
  notion:
    properties: {Title: Name, 2024: [1, true, null, 0.5]}
  google-calendar:
"""


def refusal(text: str) -> str:
    with pytest.raises(InvalidInputError) as caught:
        read_rules(text, sinks=SINKS)
    return str(caught.value)


def test_a_file_is_read_whole() -> None:
    rules = read_rules(WHOLE.replace("no-thanks", "false"), sinks=SINKS)
    assert rules == Rules(
        tag_rules=(
            TagRule(
                name="Money", when=When(words=("invoice", "due date"), channels=("sales",)), tags=("money", "late")
            ),
        ),
        routes=(
            Route(
                name="out",
                when=When(
                    tags=("money",),
                    types=("task.*",),
                    authors=("Alice",),
                    priorities=("1", "high"),
                    has_time=False,
                ),
                to=("notion", "google-calendar"),
            ),
        ),
        options={"notion": {"properties": {"Title": "Name", "2024": [1, True, None, "0.5"]}}},
    )


def one_route(when: str) -> Rules:
    return read_rules(f"routes: [{{name: a, when: {{{when}}}, to: notion}}]", sinks=SINKS)


@pytest.mark.parametrize("word", ["no", "on", "Yes", "off", "y", "2026-11-20", "12:30", "1_000", "007", "1.50", "0x1F"])
def test_what_other_programs_take_for_something_else_is_text_here(word: str) -> None:
    assert one_route(f"channel: {word}").routes[0].when.channels == (word,)
    assert one_route(f"author: [{word}]").routes[0].when.authors == (word,)


@pytest.mark.parametrize(("word", "text"), [("7", "7"), ("-5", "-5"), ('"true"', "true"), ("'null'", "null")])
def test_numbers_and_quoted_words_are_taken_as_written(word: str, text: str) -> None:
    assert one_route(f"priority: {word}").routes[0].when.priorities == (text,)


@pytest.mark.parametrize("text", ["routes: []", "tags:\nroutes:\n", "tags: []\nsinks:\n", "sinks: {}"])
def test_sections_may_be_empty(text: str) -> None:
    assert read_rules(text, sinks=SINKS) == Rules()


def test_the_rules_that_are_shipped_stand_beside_the_code() -> None:
    assert DEFAULT_FILE.name == "rules.yaml"
    assert default_text().startswith("#")


ROUTE = "routes:\n  - name: out\n    when: {always: true}\n    to: notion\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file: it says nothing"),
        ("# only notes", "the file: it says nothing"),
        ("routes", "the file: lines of `key: value` are needed here (line 1)"),
        ("- a", "the file: lines of `key: value` are needed here (line 1)"),
        ("rules: []", "rules: there is no such key; the keys here are tags, routes, sinks (line 1)"),
        ("routes: notion", "routes: a list is needed here"),
        ("routes:\n  out: {}", "routes: a list is needed here"),
        ("routes:\n  - notion", "routes[1]: lines of `key: value` are needed here (line 2)"),
        (ROUTE.replace("name: out", "nam: out"), "routes[1].nam: there is no such key; the keys here are name, when"),
        (ROUTE.replace("name: out", "name:"), "routes[1].name: nothing is said here"),
        (ROUTE.replace("name: out", "name: ''"), "routes[1].name: nothing is said here"),
        (ROUTE.replace("name: out", "name: [a]"), "routes[1].name: one text is needed here"),
        (ROUTE.replace("name: out", f"name: {'x' * 101}"), f"routes[{'x' * 60}…].name: at most 100 characters"),
        (ROUTE.replace("name: out", 'name: "a\\nb"'), "routes[a b].name: this has to be one line"),
        (ROUTE.replace("    to: notion\n", ""), "routes[out]: `to` is missing (line 2)"),
        (ROUTE.replace("notion", "slack"), "routes[out].to: there is no such sink; the sinks are google-calendar, not"),
        (ROUTE.replace("notion", "[]"), "routes[out].to: the list is empty"),
        (ROUTE.replace("{always: true}", ""), "routes[out].when: a condition is needed; for every message, write"),
        (ROUTE.replace("{always: true}", "{}"), "routes[out].when: a condition is needed"),
        (ROUTE.replace("{always: true}", "always"), "routes[out].when: lines of `key: value` are needed here (line 3)"),
        (ROUTE.replace("true", "yes"), "routes[out].when.always: true or false is needed here (line 3)"),
        (ROUTE.replace("true", "false"), "routes[out].when.always: only true makes sense here"),
        (ROUTE.replace("true", "true, type: a.b"), "routes[out].when.always: this stands alone"),
        (ROUTE.replace("always: true", "typ: a.b"), "routes[out].when.typ: there is no such key; the keys here are ta"),
        (ROUTE.replace("always: true", "type: true"), "routes[out].when.type: true and false mean yes and no here"),
        (ROUTE.replace("always: true", "type: t*k"), "routes[out].when.type: a * may stand only at the end"),
        (ROUTE.replace("always: true", "type: [a.b, [c.d]]"), "routes[out].when.type[2]: one text is needed here"),
        (ROUTE.replace("always: true", "type: []"), "routes[out].when.type: the list is empty"),
        (
            ROUTE.replace("{always: true}", "\n      channel: #ops"),
            "routes[out].when.channel: nothing is said here; wh",
        ),
        (ROUTE.replace("always: true", "channel: '#'"), "routes[out].when.channel: a channel needs a name"),
        (ROUTE.replace("always: true", "has_time: maybe"), "routes[out].when.has_time: true or false is needed"),
        (ROUTE.replace("always: true", "tags: late"), "routes[out].when.tags: no rule under `tags` gives this tag"),
        (ROUTE + ROUTE.removeprefix("routes:\n").replace("out", "OUT"), "routes[OUT].name: another rule has this name"),
        (
            ROUTE + "tags:\n  - name: out\n    when: {always: true}\n    tags: a\n",
            "routes[out].name: another rule has this name (line 2)",
        ),
        ("tags: [{name: a, when: {tags: b}, tags: c}]", "tags[a].when.tags: there is no such key"),
        ("tags: [{name: a, when: {always: true}, tags: 'b, c'}]", "tags[a].tags: a tag has no comma"),
        ("sinks: {slack: {}}", "sinks.slack: there is no such key; the keys here are google-calendar, notion"),
        ("sinks: {notion: 3}", "sinks.notion: lines of `key: value` are needed here"),
        ("routes: [", "line 1, column 10: "),
        ("routes:\n\t- a", "line 2: lines are indented with spaces, not with tabs"),
        ("routes: a: b", "line 1, column 10: mapping values are not allowed here"),
        ("routes: 'a", "line 1, column 11: "),
        ("tags: []\ntags: []", "line 2, column 1: this key is there twice"),
        ("routes:\n  - {name: a, name: b}", "line 2, column 15: this key is there twice"),
        ("tags: &a []\nroutes: *a", "line 1, column 7: & and * for repeating a part are not taken"),
        ("&a tags: []", "line 1, column 1: & and *"),
        ("routes: *a", "line 1, column 9: & and *"),
        ("? [a]\n: b", "line 1, column 3: a key has to be one text"),
        ("!!python/object/apply:os.system [ls]", "line 1, column 1: ! for types is not taken"),
        ("tags: !!set {a, b}", "line 1, column 7: ! for types is not taken"),
        ("<<: {routes: []}", "<<: there is no such key"),
        ("--- {}\n--- {}", "line 2, column 1: a second document begins here"),
        ("[" * 5_000, "line 1, column 17: lists and keys stand in each other more than 16 deep"),
        ("- " * 5_000, "line 1, column 33: lists and keys"),
        ("routes: \x07", "line 1: there is a character that is not text"),
        ("routes: \ud800", "the file: it holds half a character"),
        ('"\\ud800": a', "line 1, column 1: a text in quotes has half a character"),
        ('routes: "\\UFFFFFFFF"', "the file: a text in quotes has a character that does not exist"),
        ("#" * 65_537, "the file: at most 65,536 bytes are read"),
        ("#" + "ü" * 32_768, "the file: at most 65,536 bytes are read"),
        ("routes:\n" + "  - {}\n" * 201, "routes: at most 200 entries (line 2)"),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, said: str) -> None:
    reason = refusal(text)
    assert reason.startswith(said)
    assert "\n" not in reason


WORDS = "routes: tags: sinks: - { } [ ] , : ' \" # | > % ? << name: when: type: null &a *a !x --- \t \\ é".split(" ")  # noqa: SIM905
CHUNKS = st.sampled_from([*WORDS, " ", "\n", "\n  ", "name: a", "always: true", "to: notion", "\x00"])


@settings(max_examples=300)
@given(st.text(max_size=60) | st.lists(CHUNKS, max_size=25).map("".join))
def test_any_text_is_rules_or_a_mistake_with_a_reason(text: str) -> None:
    try:
        rules = read_rules(text, sinks=SINKS)
    except InvalidInputError as refused:
        place, _, reason = str(refused).partition(": ")
        assert place
        assert reason
    else:
        assert {sink for route in rules.routes for sink in route.to} <= set(SINKS)
