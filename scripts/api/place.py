"""Where the API is and who asks it: from the command line, the environment, the local stack."""

import argparse
import os
from dataclasses import dataclass, field


class CalledWronglyError(Exception):
    """Something that has to be said was not: nothing was done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`key` is empty where nobody in particular asks."""

    url: str
    key: str = field(repr=False)


def place_of(options: argparse.Namespace, *, with_role: str = "operator", needs_key: bool = True) -> Place:
    """`with_role`: which key of the local stack is used where none is said. Raises CalledWronglyError."""
    url, key = options.api or os.environ.get("SWITCHYARD_API", ""), os.environ.get("SWITCHYARD_KEY", "")
    if not url and options.stack:
        url = _remote(options.stack)
    if not url:
        url, key = _local(key, with_role)
    if not key and needs_key:
        raise CalledWronglyError("with whose key? Set SWITCHYARD_KEY")
    return Place(url=url.rstrip("/"), key=key)


def _remote(name: str) -> str:
    from botocore.exceptions import BotoCoreError, ClientError

    from scripts import stack

    try:
        return stack.outputs(name)["ApiUrl"]
    except (BotoCoreError, ClientError, KeyError) as error:
        raise CalledWronglyError(f"the address of {name} cannot be asked for: {error}") from None


def _local(key: str, role: str) -> tuple[str, str]:
    from scripts import stack

    local = stack.read()
    if local is None:
        raise CalledWronglyError("where? Set SWITCHYARD_API, say --api URL, or run `make up` for a local stack")
    return local.api_url, key or local.keys.get(role, "")
