"""The workflows that are shipped: the files of `shared/control/workflows`."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from shared.control.runs.reading import workflow_from
from shared.control.runs.workflow import Workflow
from shared.runtime.errors import InvalidInputError, NotFoundError
from shared.runtime.yaml_file import read_document

FOLDER: Final = Path(__file__).parents[1] / "workflows"
LARGEST_FILE: Final = 65_536  # bytes


@cache
def workflows() -> Mapping[str, Workflow]:
    """By name. To be looked at, not to be changed."""
    files = sorted(FOLDER.glob("*.yml"))
    return {file.stem: read_workflow(file.read_text(encoding="utf-8"), name=file.stem) for file in files}


def find_workflow(name: str) -> Workflow:
    """Raises NotFoundError."""
    try:
        return workflows()[name]
    except KeyError:
        raise NotFoundError(f"there is no workflow {name[:100]}; there are {', '.join(workflows())}") from None


def read_workflow(text: str, *, name: str) -> Workflow:
    """What the file `<name>.yml` says. Raises InvalidInputError with the place of each mistake, one to a line."""
    document = read_document(text, largest=LARGEST_FILE, nothing="a workflow has steps")
    workflow = workflow_from(document)
    if workflow.name != name:
        raise InvalidInputError(f"name: the file is called {name}.yml, and this is {workflow.name}")
    return workflow
