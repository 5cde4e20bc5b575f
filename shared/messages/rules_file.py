"""The routing rules as operators write them, in YAML: what they say, or the place of the first mistake."""

from collections.abc import Collection
from pathlib import Path
from typing import Final

from shared.messages.routing import Rules
from shared.messages.rules_reading import NO_ROUTE, rules_from
from shared.messages.settings import LARGEST_FILE
from shared.runtime.yaml_file import read_document

DEFAULT_FILE: Final = Path(__file__).with_name("rules.yaml")


def default_text() -> str:
    """The rules that are shipped."""
    return DEFAULT_FILE.read_text(encoding="utf-8")


def read_rules(text: str, *, sinks: Collection[str]) -> Rules:
    """Raises InvalidInputError with the place and what is wrong there."""
    return rules_from(read_document(text, largest=LARGEST_FILE, nothing=NO_ROUTE), sinks)
