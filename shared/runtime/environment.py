"""The environment, for what has to be there at once: `settings` is for all others, and loads more than that may."""

import os


def variable(name: str, default: str | None = None) -> str:
    """Raises KeyError, naming it, where it is not set and has no default."""
    return os.environ[name] if default is None else os.environ.get(name, default)
