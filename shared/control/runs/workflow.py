"""A workflow: what may be given to it, who may start it, and the steps it takes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from shared.control.runs.json_values import MOST_PARAMETER_BYTES, checked
from shared.control.runs.parameter import Parameter
from shared.control.runs.run import Step
from shared.runtime.auth import Role
from shared.runtime.errors import ForbiddenError, InvalidInputError

# Who may start a workflow, by the role its file names. What has no row here, nobody may.
STARTERS: Final[Mapping[Role, frozenset[Role]]] = {
    Role.OPERATOR: frozenset({Role.OPERATOR, Role.ADMIN}),
    Role.ADMIN: frozenset({Role.ADMIN}),
}
_MOST_PROBLEMS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    name: str
    description: str
    role: Role
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    steps: tuple[Step, ...]  # none has begun

    def check_role(self, role: str) -> None:
        """Raises ForbiddenError where somebody of this role may not start, cancel or redrive it."""
        if role not in STARTERS.get(self.role, frozenset()):
            raise ForbiddenError(f"workflow {self.name} is for role {self.role}")

    def values(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters as a run has them: what is given, and the defaults of the rest.

        Nothing (null) is as good as left out. Raises InvalidInputError that names every field that is wrong.
        """
        problems = [
            f"{name[:100]}: there is no such parameter{self._known}" for name in given if name not in self.parameters
        ]
        values = {}
        for name, parameter in self.parameters.items():
            try:
                value = _value(parameter, given.get(name))
            except InvalidInputError as error:
                problems.append(str(error))
                continue
            if value is not None:
                values[name] = value
        if problems:
            raise InvalidInputError("; ".join(problems[:_MOST_PROBLEMS]))
        return checked("parameters", values, most=MOST_PARAMETER_BYTES)

    @property
    def _known(self) -> str:
        return f"; there are {', '.join(self.parameters)}" if self.parameters else ""


def _value(parameter: Parameter, given: Any) -> Any:
    if given is not None:
        return parameter.read(given)
    if parameter.is_required:
        raise InvalidInputError(f"{parameter.name}: it is needed")
    return parameter.default
