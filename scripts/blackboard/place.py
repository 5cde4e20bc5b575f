"""Which instance of the blackboard is meant, beside where it is and who asks."""

import argparse
import os
from dataclasses import dataclass

from scripts.api import place
from scripts.api.place import CalledWronglyError
from shared.blackboard.instance import checked_instance
from shared.runtime.errors import InvalidInputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(place.Place):
    instance: str


def instance_of(options: argparse.Namespace) -> str:
    """Raises CalledWronglyError."""
    name = options.instance or os.environ.get("SETT_INSTANCE_NAME", "")
    if not name:
        raise CalledWronglyError("which instance? Set SETT_INSTANCE_NAME, or say --instance NAME")
    try:
        return checked_instance(name)
    except InvalidInputError as error:
        raise CalledWronglyError(f"{name!r:.50} is no instance: {error}") from None


def place_of(options: argparse.Namespace, *, with_role: str = "operator") -> Place:
    """`with_role`: which key of the local stack is used where none is said. Raises CalledWronglyError."""
    instance = instance_of(options)
    found = place.place_of(options, with_role=with_role)
    return Place(url=found.url, key=found.key, instance=instance)
