"""A moment as callers write it: with a date, a time and an offset."""

import re
from typing import Annotated, Any, Final

from pydantic import AwareDatetime, BeforeValidator
from pydantic_core import PydanticCustomError

_DATE_AND_TIME: Final = re.compile(r"[0-9-]{8,10}[Tt][0-9]")


def _written_out(moment: Any) -> Any:
    """Not a number, which pydantic would take for seconds since 1970."""
    if not isinstance(moment, str) or not _DATE_AND_TIME.match(moment):
        raise PydanticCustomError("moment", "a moment is wanted, say 2026-03-01T12:00:00Z")
    return moment


Moment = Annotated[AwareDatetime, BeforeValidator(_written_out)]
