"""The files of workflows: what they say, and where a mistake is."""

from datetime import timedelta
from decimal import Decimal

import pytest

from shared.control.runs.parameter import Kind, Parameter
from shared.control.runs.shipped import FOLDER, find_workflow, read_workflow, workflows
from shared.runtime.auth import Role
from shared.runtime.errors import InvalidInputError, NotFoundError
from tests.unit.shared.control.runs.samples import a_step

WHOLE = """\
name: w
description: All there is
role: admin
parameters:
  word: {type: string, minimum: 2, maximum: 9, allowed: [one, two], default: two, description: A word}
  many: {type: list, of: integer, minimum: 1, default: [1, 2]}
  price: {type: number, minimum: 0.5, default: 1.50}
  dry_run: {type: boolean, default: false}
  must: {type: integer, required: true}
steps:
  - {name: one, does: work, with: {source: github, deep: {list: [1, true, null]}}}
  - {name: two, does: work-hard, undo: unwork, attempts: 5, lease_seconds: 60}
  - {name: three, does: work, after: []}
  - {name: four, does: work, after: [three, one, one]}
"""


def broken(old: str, new: str) -> str:
    assert WHOLE.count(old) == 1
    return WHOLE.replace(old, new)


def test_a_file_says_what_may_be_given() -> None:
    found = read_workflow(WHOLE, name="w")
    assert (found.name, found.description, found.role) == ("w", "All there is", Role.ADMIN)
    assert found.parameters == {
        "word": Parameter(
            name="word",
            kind=Kind.STRING,
            minimum=Decimal(2),
            maximum=Decimal(9),
            allowed=("one", "two"),
            default="two",
            description="A word",
        ),
        "many": Parameter(name="many", kind=Kind.LIST, of=Kind.INTEGER, minimum=Decimal(1), default=[1, 2]),
        "price": Parameter(name="price", kind=Kind.NUMBER, minimum=Decimal("0.5"), default="1.50"),
        "dry_run": Parameter(name="dry_run", kind=Kind.BOOLEAN, default=False),
        "must": Parameter(name="must", kind=Kind.INTEGER, is_required=True),
    }


def test_a_file_says_which_steps_there_are_and_in_which_order() -> None:
    assert read_workflow(WHOLE, name="w").steps == (
        a_step("one", constants={"source": "github", "deep": {"list": [1, True, None]}}),
        a_step("two", does="work-hard", undo="unwork", attempts=5, lease=timedelta(seconds=60), after=("one",)),
        a_step("three"),
        a_step("four", after=("three", "one")),
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the file: it says nothing, and a workflow has steps"),
        ("a: [", "line 1, column 5: the file ends within quotes or brackets"),
        ("- a", "the file: lines of `key: value` are needed here (line 1)"),
        (broken("name: w\n", ""), "the file: `name` is missing (line 1)"),
        (broken("name: w\n", "name: v\n"), "name: the file is called w.yml, and this is v"),
        (broken("name: w\n", "name: W\n"), "name: a name has up to 40 of a-z, 0-9 and -, a letter first (line 1)"),
        (broken("description: All there is\n", ""), "the file: `description` is missing (line 1)"),
        (broken("role: admin\n", ""), "the file: `role` is missing (line 1)"),
        (broken("role: admin", "role: viewer"), "role: one of operator, admin is wanted (line 3)"),
        (broken("role: admin", "role: admin\nowner: me"), "owner: there is no such key; the keys here are name, "),
        (broken("dry_run:", "Dry-Run:"), "parameters.Dry-Run: the name of a parameter has up to 40 of a-z"),
        (broken("{type: boolean, ", "{"), "parameters.dry_run: `type` is missing (line 8)"),
        (broken("type: boolean", "type: bool"), "parameters.dry_run.type: one of string, integer, number, boolean,"),
        (broken("type: boolean", "type: boolean, of: string"), "parameters.dry_run.of: only a list is of something"),
        (broken("of: integer, ", ""), "parameters.many: `of` is missing (line 6)"),
        (broken("of: integer", "of: list"), "parameters.many.of: one of string, integer, number, boolean is wanted"),
        (broken("type: boolean", "type: boolean, minimum: 1"), "parameters.dry_run.minimum: true and false have no"),
        (broken("minimum: 0.5", "minimum: few"), "parameters.price.minimum: a number is wanted (line 7)"),
        (broken("default: two", "default: three"), "parameters.word.default: one of one, two is wanted (line 5)"),
        (broken("default: [1, 2]", "default: []"), "parameters.many.default: a list whose number of entries is 1 to"),
        (broken("default: [1, 2]", "default: [1, x]"), "parameters.many.default: a whole number is wanted (line 6)"),
        (broken("default: 1.50", "default: 0.1"), "parameters.price.default: a number from 0.5 to"),
        (broken("[one, two]", "[one, 2]"), "parameters.word.allowed[2]: a text without control characters is"),
        (broken("required: true", "required: true, default: 1"), "parameters.must.default: what is required has no"),
        (broken("required: true", "required: yes"), "parameters.must.required: true or false is needed here"),
        (WHOLE.partition("steps:")[0], "the file: `steps` is missing (line 1)"),
        (WHOLE.partition("steps:")[0] + "steps: []", "steps: from 1 to 20 steps (line 10)"),
        (
            WHOLE + "".join(f"  - {{name: s{number}, does: work}}\n" for number in range(17)),
            "steps: from 1 to 20 steps (line 11)",
        ),
        (broken("{name: three, ", "{"), "steps[3]: `name` is missing (line 13)"),
        (broken("name: three", "name: two"), "steps[two].name: another step has this name (line 13)"),
        (broken("does: work-hard, ", ""), "steps[two]: `does` is missing (line 12)"),
        (broken("undo: unwork", "undo: Un do"), "steps[two].undo: a name has up to 40 of a-z"),
        (broken("[three, one, one]", "[five]"), "steps[four].after[1]: no step above this one has that name"),
        (broken("[three, one, one]", "[four]"), "steps[four].after[1]: no step above this one has that name"),
        (broken("after: []", "after: four"), "steps[three].after: a list is needed here"),
        (broken("attempts: 5", "attempts: 0"), "steps[two].attempts: a whole number from 1 to 10 is needed"),
        (broken("lease_seconds: 60", "lease_seconds: 5"), "steps[two].lease_seconds: a whole number from 10 to 900"),
        (broken("{source: github, deep", "{source: 1.5, source: 2, deep"), "line 11, column "),
        (broken("with: {source: github, ", "with: [source, "), "line 11"),
        (broken("with: {source: github,", f"with: {{source: {'x' * 1_100},"), "steps[one].with: with: at most 1,024"),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, reason: str) -> None:
    with pytest.raises(InvalidInputError) as error:
        read_workflow(text, name="w")
    assert str(error.value).startswith(reason)


@pytest.mark.parametrize("with_", ["with: text", "with: [a]", "with: 5"])
def test_constants_are_lines_of_key_and_value(with_: str) -> None:
    text = f"name: w\ndescription: d\nrole: admin\nsteps:\n  - {{name: one, does: work, {with_}}}\n"
    with pytest.raises(InvalidInputError, match=r"^steps\[one\].with: lines of `key: value` are needed here"):
        read_workflow(text, name="w")


def test_too_many_parameters_are_refused() -> None:
    many = "".join(f"  p{number}: {{type: string}}\n" for number in range(31))
    with pytest.raises(InvalidInputError, match=r"^parameters: at most 30 parameters"):
        read_workflow(broken("parameters:\n", f"parameters:\n{many}"), name="w")


def test_a_file_may_be_without_parameters() -> None:
    head, _, rest = WHOLE.partition("parameters:")
    assert read_workflow(head + rest[rest.index("steps:") :], name="w").parameters == {}


def test_what_is_shipped_can_be_read() -> None:
    assert all(find_workflow(name).name == name for name in workflows())


def test_there_is_no_other_file_among_the_workflows() -> None:
    assert {file.name for file in FOLDER.glob("*")} == {f"{name}.yml" for name in workflows()}


def test_a_workflow_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFoundError, match=r"there is no workflow x{100}; there are"):
        find_workflow("x" * 500)
