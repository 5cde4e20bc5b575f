"""Imported first by every function: no garbage is looked for while modules load, which is a sixth of the time.

`shared.runtime.observability.observed`, the last thing a module of a function does, ends it.
"""

import gc

gc.disable()
