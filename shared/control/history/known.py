"""What there is to ask for: the types of the catalogue, and the kinds of aggregates."""

from collections.abc import Iterable
from typing import Final

from shared.control.history.wanted import types_like
from shared.ledger.catalogue import CATALOGUE, SOURCES, own_names

KINDS: Final = tuple(SOURCES)


def meant_types(said: Iterable[str]) -> tuple[str, ...]:
    """In full; see `types_like`. Raises InvalidInputError for a type there cannot be."""
    return types_like(said, CATALOGUE, own_names())


def checked_type(said: str) -> str:
    """A type or the first parts of some, as it is kept. Raises InvalidInputError for one there cannot be."""
    meant_types([said])
    return said.strip().lower().removesuffix(".*")
