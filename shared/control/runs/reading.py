"""From the parts of a file to a workflow, or the place of the first mistake."""

import re
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from shared.control.runs.json_values import MOST_CONSTANT_BYTES, checked
from shared.control.runs.parameter import Kind, Parameter
from shared.control.runs.run import Step
from shared.control.runs.workflow import STARTERS, Workflow
from shared.runtime.auth import Role
from shared.runtime.errors import InvalidInputError
from shared.runtime.part import Part

MOST_STEPS: Final = 20  # with all that they may leave, a run stays below DynamoDB's 400 KB
MOST_PARAMETERS: Final = 30
MOST_ATTEMPTS: Final = 10
LEASE_SECONDS: Final = (10, 900)

_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,39}", re.ASCII)
_PARAMETER_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_LONGEST: Final = 500  # characters of a description
_LONGEST_WORD: Final = 100


def workflow_from(document: Part) -> Workflow:
    """Raises InvalidInputError with the field, its line and what is wrong there."""
    said = document.fields(("name", "description", "role", "parameters", "steps"))
    return Workflow(
        name=_name(_needed(document, said, "name")),
        description=_needed(document, said, "description").text(_LONGEST),
        role=Role(_one_of(_needed(document, said, "role"), STARTERS)),
        parameters=_parameters(said["parameters"]) if "parameters" in said else {},
        steps=_steps(_needed(document, said, "steps")),
    )


def _needed(whole: Part, said: Mapping[str, Part], key: str) -> Part:
    if key not in said:
        whole.wrong(f"`{key}` is missing")
    return said[key]


def _name(part: Part) -> str:
    name = part.text(_LONGEST_WORD)
    if not _NAME.fullmatch(name):
        part.wrong("a name has up to 40 of a-z, 0-9 and -, a letter first")
    return name


def _one_of(part: Part, words: Any) -> str:
    word = part.text(_LONGEST_WORD)
    if word not in words:
        part.wrong(f"one of {', '.join(words)} is wanted")
    return word


# parameters


def _parameters(part: Part) -> dict[str, Parameter]:
    said = part.mapping()
    if len(said) > MOST_PARAMETERS:
        part.wrong(f"at most {MOST_PARAMETERS} parameters")
    return {name: _parameter(name, one) for name, one in said.items()}


def _parameter(name: str, part: Part) -> Parameter:
    keys = ("type", "of", "description", "minimum", "maximum", "allowed", "default", "required")
    if not _PARAMETER_NAME.fullmatch(name):
        part.wrong("the name of a parameter has up to 40 of a-z, 0-9 and _, a letter first")
    said = part.fields(keys)
    kind = Kind(_one_of(_needed(part, said, "type"), list(Kind)))
    bare = Parameter(
        name=name,
        kind=kind,
        of=_of(part, said, kind),
        description=said["description"].text(_LONGEST) if "description" in said else "",
        minimum=_bound(said.get("minimum"), kind),
        maximum=_bound(said.get("maximum"), kind),
        is_required=said["required"].yes_or_no() if "required" in said else False,
    )
    return _with_values(bare, said)


def _of(part: Part, said: Mapping[str, Part], kind: Kind) -> Kind | None:
    if kind is Kind.LIST:
        return Kind(_one_of(_needed(part, said, "of"), [one for one in Kind if one is not Kind.LIST]))
    if "of" in said:
        said["of"].wrong("only a list is of something")
    return None


def _bound(part: Part | None, kind: Kind) -> Decimal | None:
    if part is None:
        return None
    if kind is Kind.BOOLEAN:
        part.wrong("true and false have no bounds")
    text = part.text(_LONGEST_WORD)
    try:
        return Decimal(Parameter(name="bound", kind=Kind.NUMBER).read(text))
    except InvalidInputError:
        part.wrong("a number is wanted")


def _with_values(bare: Parameter, said: Mapping[str, Part]) -> Parameter:
    """With what is allowed and what it is by default, which have to be what the parameter takes."""
    told: dict[str, Any] = {name: getattr(bare, name) for name in bare.__slots__}
    if "allowed" in said:
        one = bare.entry(1) if bare.kind is Kind.LIST else bare
        told["allowed"] = tuple(_read(one, entry) for entry in said["allowed"].entries())
    known = Parameter(**told)
    if "default" in said:
        if bare.is_required:
            said["default"].wrong("what is required has no default")
        known = Parameter(**told | {"default": _read(known, said["default"])})
    return known


def _read(parameter: Parameter, part: Part) -> Any:
    try:
        return parameter.read(part.plain())
    except InvalidInputError as error:
        part.wrong(str(error).partition(": ")[2])


# steps


def _steps(part: Part) -> tuple[Step, ...]:
    entries = part.entries()
    if not 1 <= len(entries) <= MOST_STEPS:
        part.wrong(f"from 1 to {MOST_STEPS} steps")
    steps: list[Step] = []
    for entry in entries:
        steps.append(_step(entry, steps))
    return tuple(steps)


def _step(part: Part, before: list[Step]) -> Step:
    said = part.fields(("name", "does", "with", "undo", "after", "attempts", "lease_seconds"))
    name = _name(_needed(part, said, "name"))
    names = [step.name for step in before]
    if name in names:
        said["name"].wrong("another step has this name")
    told: dict[str, Any] = {
        "name": name,
        "does": _name(_needed(part, said, "does")),
        "undo": _name(said["undo"]) if "undo" in said else None,
        "after": _after(said["after"], names) if "after" in said else tuple(names[-1:]),
        "constants": _constants(said["with"]) if "with" in said else {},
    }
    if "attempts" in said:
        told["attempts"] = said["attempts"].whole(1, MOST_ATTEMPTS)
    if "lease_seconds" in said:
        told["lease"] = timedelta(seconds=said["lease_seconds"].whole(*LEASE_SECONDS))
    return Step(**told)


def _after(part: Part, before: list[str]) -> tuple[str, ...]:
    """Only what stands above it, so that none waits for itself."""
    entries = part.entries()
    for entry in entries:
        if entry.text(_LONGEST_WORD) not in before:
            entry.wrong("no step above this one has that name")
    return tuple(dict.fromkeys(entry.text(_LONGEST_WORD) for entry in entries))


def _constants(part: Part) -> dict[str, Any]:
    part.mapping()
    try:
        return checked("with", part.plain(), most=MOST_CONSTANT_BYTES)
    except InvalidInputError as error:
        part.wrong(str(error))
