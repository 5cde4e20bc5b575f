"""Parameters of a workflow as somebody types them in one line: `sources=github,jira rate=20 note="two words"`."""

import re
import shlex
from collections.abc import Mapping
from typing import Any, Final

from shared.control.runs.parameter import Kind, Parameter
from shared.control.runs.workflow import Workflow
from shared.runtime.errors import InvalidInputError

_INTEGER: Final = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_WORDS: Final[Mapping[str, bool]] = {"true": True, "yes": True, "false": False, "no": False}
_QUOTES: Final = str.maketrans("“”„«»", '"""""')  # as telephones write them


def read_parameters(text: str, workflow: Workflow) -> dict[str, Any]:
    """As JSON, as far as they can be read so: what is wrong with a value, the workflow says.

    Raises InvalidInputError for what is not `name=value`, and for a name that is there twice.
    """
    given: dict[str, Any] = {}
    for part in _parts(text):
        name, equals, value = part.partition("=")
        if not (name and equals):
            raise InvalidInputError(f'parameters: {part[:50]} is not name=value; "quotes" hold words together')
        if name in given:
            raise InvalidInputError(f"parameters: {name[:50]} is there twice; commas stand between entries of a list")
        given[name] = _value(value, workflow.parameters.get(name))
    return given


def _parts(text: str) -> list[str]:
    """Without what stands between them; what is in quotes is one. An apostrophe is a letter."""
    words: Any = shlex.shlex(text.translate(_QUOTES), posix=True, punctuation_chars=False)
    words.quotes, words.escape, words.commenters, words.whitespace_split = '"', "", "", True
    try:
        return list(words)
    except ValueError:
        raise InvalidInputError('parameters: a quote " is open') from None


def _value(text: str, parameter: Parameter | None) -> Any:
    if parameter is None:
        return text
    if parameter.kind is Kind.LIST:
        return [_scalar(one.strip(), parameter.of) for one in text.split(",") if one.strip()]
    return _scalar(text, parameter.kind)


def _scalar(text: str, kind: Kind | None) -> Any:
    """The text itself where it is not of that kind."""
    if kind is Kind.BOOLEAN:
        return _WORDS.get(text.lower(), text)
    if kind is Kind.INTEGER and _INTEGER.fullmatch(text):
        return int(text)
    return text
