"""What may be given to a workflow, and who may start it."""

from itertools import product
from typing import Any

import pytest

from shared.control.runs.json_values import MOST_PARAMETER_BYTES
from shared.control.runs.parameter import Kind, Parameter
from shared.control.runs.workflow import Workflow
from shared.runtime.auth import Role
from shared.runtime.errors import ForbiddenError, InvalidInputError
from tests.unit.shared.control.runs.samples import a_step, a_workflow

MAY_START = {
    (Role.OPERATOR, Role.OPERATOR),
    (Role.OPERATOR, Role.ADMIN),
    (Role.ADMIN, Role.ADMIN),
}


def taking(*parameters: Parameter, role: Role = Role.OPERATOR) -> Workflow:
    known = {one.name: one for one in parameters}
    return Workflow(name="w", description="d", role=role, parameters=known, steps=(a_step(),))


@pytest.mark.parametrize(("needed", "role"), list(product(Role, [*Role, "", "Admin", "nobody"])))
def test_only_who_may_start_it_does(needed: Role, role: str) -> None:
    if (needed, role) in MAY_START:
        taking(role=needed).check_role(role)
    else:
        with pytest.raises(ForbiddenError, match=f"for role {needed}"):
            taking(role=needed).check_role(role)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({}, {"sources": ["github"], "rate": 50}),
        ({"rate": 1, "note": "x"}, {"sources": ["github"], "rate": 1, "note": "x"}),
        ({"rate": None, "note": None, "sources": []}, {"sources": [], "rate": 50}),
    ],
)
def test_what_is_not_given_is_as_it_is_by_default(given: dict[str, Any], kept: dict[str, Any]) -> None:
    assert a_workflow().values(given) == kept


@pytest.mark.parametrize("given", [{}, {"must": None}])
def test_what_is_needed_has_to_be_given(given: dict[str, Any]) -> None:
    needs = taking(Parameter(name="must", kind=Kind.STRING, is_required=True))
    with pytest.raises(InvalidInputError, match=r"^must: it is needed$"):
        needs.values(given)
    assert needs.values({"must": ""}) == {"must": ""}


def test_everything_that_is_wrong_is_named_at_once() -> None:
    with pytest.raises(InvalidInputError) as error:
        a_workflow().values({"sources": ["github", "gitlab"], "rate": 0, "note": 5, "colour": "red"})
    assert str(error.value).split("; ") == [
        "colour: there is no such parameter",
        "there are sources, rate, note",
        "sources[2]: one of github, jira is wanted",
        "rate: a whole number from 1 to 500 is wanted",
        "note: a text without control characters is wanted",
    ]


def test_a_workflow_without_parameters_takes_none() -> None:
    with pytest.raises(InvalidInputError, match=r"^rate: there is no such parameter$"):
        taking().values({"rate": 1})


def test_of_very_many_mistakes_some_are_named() -> None:
    with pytest.raises(InvalidInputError) as error:
        taking().values({f"p{number}": 1 for number in range(5_000)})
    assert len(str(error.value)) < 2_000


def test_parameters_that_are_too_large_together_are_refused() -> None:
    texts = [Parameter(name=f"p{number}", kind=Kind.STRING) for number in range(10)]
    with pytest.raises(InvalidInputError, match=f"^parameters: at most {MOST_PARAMETER_BYTES:,} bytes"):
        taking(*texts).values({one.name: "ü" * 1_000 for one in texts})
