"""Imported first by every function: no garbage is looked for while modules load, which is a sixth of the time.

`shared.runtime.observability.observed`, the last thing a module of a function does, ends it.
"""

import gc

gc.disable()


def over() -> None:
    """What is loaded stays; collect from here on, without looking at it again."""
    gc.freeze()
    gc.enable()
