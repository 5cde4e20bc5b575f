"""Asking whoever sits there, before something is done that cannot be taken back."""

import sys

from scripts.api.place import CalledWronglyError


def is_confirmed(question: str, *, otherwise: str) -> bool:
    """`otherwise` says what to do where nobody can be asked. Raises CalledWronglyError there."""
    if not sys.stdin.isatty():
        raise CalledWronglyError(otherwise)
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    try:
        return input().strip().lower() in ("y", "yes")
    except EOFError:  # who is asked has gone
        return False
