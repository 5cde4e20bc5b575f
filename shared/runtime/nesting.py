"""How deep JSON values stand in each other, found without going down there."""

from typing import Any, Final

DEEPEST: Final = 32  # what nests deeper, somebody on its way may not be able to read, or to write


def is_too_deep(value: Any, *, deepest: int = DEEPEST) -> bool:
    """Whether lists and objects stand in each other more than so many deep."""
    level = [value]
    for _ in range(deepest + 1):
        level = [one for one in level if isinstance(one, dict | list)]
        if not level:
            return False
        level = [inner for one in level for inner in (one.values() if isinstance(one, dict) else one)]
    return True
