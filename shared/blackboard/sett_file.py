"""An instance and its agents as people write them down, in the YAML of Sett: what is to be so, or all that is wrong."""

from typing import Final

from shared.blackboard.sett_reading import Sett, sett_from
from shared.runtime.yaml_file import read_document

LARGEST_FILE: Final = 256 * 1024  # bytes
_NOTHING: Final = 'an instance has at least `version: "1.0"` and `agents:`'


def read_sett(text: str) -> Sett:
    """Raises InvalidInputError: a line for each mistake, with its place and what would be right.

    What is no YAML at all is told up to the first place where it is none.
    """
    return sett_from(read_document(text, largest=LARGEST_FILE, nothing=_NOTHING))
