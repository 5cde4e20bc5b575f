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

ROUTE = "routes:\n  - name: out\n    when: {always: true}\n    to: notion\n"


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


@pytest.mark.parametrize("text", ["", "tags:\n", "tags: []\nsinks:\n", "sinks: {}\n", "sinks: {notion: }\n"])
def test_sections_beside_the_routes_may_be_empty(text: str) -> None:
    assert read_rules(text + ROUTE, sinks=SINKS) == read_rules(ROUTE, sinks=SINKS)


@pytest.mark.parametrize(
    "text", ["tags: []", "sinks: {}", "routes: []", "routes:", "tags: [{name: a, when: {always: true}, tags: b}]"]
)
def test_a_file_that_sends_nothing_anywhere_is_refused(text: str) -> None:
    assert refusal(text).startswith("routes: without a route no message goes anywhere")


def test_an_option_of_a_sink_is_found_in_the_file() -> None:
    rules = read_rules(f"{ROUTE}sinks:\n  notion:\n    properties:\n      title:\n        name: [a]\n", sinks=SINKS)
    assert rules.line_of("notion.properties.title.name") == 9
    assert rules.line_of("notion.properties.title.type") == 9
    assert rules.line_of("shopify.metaobject_type") == 6
    assert read_rules(ROUTE, sinks=SINKS).line_of("notion") == 1


def test_the_rules_that_are_shipped_stand_beside_the_code() -> None:
    assert DEFAULT_FILE.name == "rules.yaml"
    assert default_text().startswith("#")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file: it says nothing, and without a route no message goes anywhere"),
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
            ROUTE.replace("always: true", "type: Task"),
            "routes[out].when.type: a type has a dot, like `task.created`; `t",
        ),
        (ROUTE.replace("always: true", "type: [a.b, task]"), "routes[out].when.type: a type has a dot"),
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
        (ROUTE + "sinks: {slack: {}}", "sinks.slack: there is no such key; the keys here are google-calendar, notion"),
        (ROUTE + "sinks: {notion: 3}", "sinks.notion: lines of `key: value` are needed here"),
        ("routes: [", "line 1, column 10: the file ends within quotes or brackets that are not closed"),
        ("routes: [\n  notion\ntags: a", "line 3, column 5: the [ of line 1 is not closed, or a comma is missing"),
        ("routes:\n\t- a", "line 2: lines are indented with spaces, not with tabs"),
        ("routes: a: b", "line 1, column 10: this is a second colon in one line; a text with one needs quotes"),
        ("routes: 'a", "line 1, column 11: the file ends within quotes or brackets that are not closed"),
        ("routes: }", "line 1, column 9: expected the node content"),
        ('routes: "\\q"', "line 1, column 11: found unknown escape character"),
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


@pytest.mark.parametrize(
    "said", ["channel: #sales", "channel: [#sales]", "channel: [a, #b]", "has_time: true, tags: #b"]
)
@pytest.mark.parametrize("following", ["", ROUTE.removeprefix("routes:\n").replace("out", "other"), "tags: []\n"])
def test_a_note_within_brackets_is_named_in_its_line(said: str, following: str) -> None:
    note = "line 3: what begins with # needs quotes, or it is a note"
    assert refusal(ROUTE.replace("always: true", said) + following) == note
    assert refusal("routes:\n\n  - {name: a, when: {" + said + "}, to: notion}\n" + following) == note


def test_a_note_behind_brackets_is_not_blamed() -> None:
    assert "colon" in refusal(ROUTE.replace("true}", "true}  #[all, #of: #them") + "tags: a: b")
    assert "[ of line 4" in refusal(ROUTE.replace("notion", "[notion, # and more") + "tags: a")


@pytest.mark.parametrize("text", ["*", "*.created", "*task.*", "&", "!", "!a!b", "@alice", "`a`", "%a"])
@pytest.mark.parametrize("when", ["author: {}\n", "{{author: {}}}", "{{author: [{}, b]}}"])
def test_a_sign_that_needs_quotes_is_named(text: str, when: str) -> None:
    reason = refusal(ROUTE.replace("{always: true}", ("\n      " if when[0] == "a" else "") + when.format(text)))
    assert f"a text that begins with {text[0]} needs quotes" in reason or "that begins with i" in reason
    assert reason.startswith(("line 3, column ", "line 4, column "))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        *((ROUTE.replace("    when", f"{' ' * depth}when"), 3) for depth in (1, 3, 5, 9)),
        *((ROUTE.replace("    to", f"{' ' * depth}to"), 4) for depth in (1, 2, 3, 5, 9)),
        (ROUTE.replace("  - name", "    - name"), 3),
        (ROUTE + " - name: b", 5),
        (ROUTE + "   - name: b", 5),
        (ROUTE + " tags: []", 5),
        (" tags: []\n" + ROUTE, 2),
        (ROUTE.replace("{always: true}", "\n      has_time: true\n     type: a.b"), 5),
    ],
)
def test_a_wrong_indentation_is_called_so(text: str, line: int) -> None:
    reason = refusal(text)
    assert reason.startswith(f"line {line}, column ")
    assert reason.endswith("the indentation is not that of the lines before")


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
