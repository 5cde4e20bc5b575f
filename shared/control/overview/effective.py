"""Every setting with where it is from, and without what nobody should see."""

import re
from collections.abc import Collection, Mapping
from dataclasses import MISSING, fields
from typing import Any, Final

from shared.runtime.configuration import Chosen
from shared.runtime.redaction import BLOT, redacted_text
from shared.runtime.settings import Settings

_USER_INFO: Final = re.compile(r"(?<=://)[^/?\s]*@")
_QUERY: Final = re.compile(r"\?\S*")
HIDDEN: Final = "***"


def effective(
    settings: Settings, chosen: Mapping[str, Chosen], *, told: Collection[str]
) -> dict[str, dict[str, str | None]]:
    """By name: `value` and `source`, which is environment, file or default; or elsewhere, of what is not `told` here.

    What is called a secret here is where one is kept (an ARN), never the secret itself.
    """
    known = {one.name: _setting(settings, one, is_told=one.name in told) for one in fields(Settings)}
    known |= {name: {"value": redacted(one.value), "source": one.source} for name, one in chosen.items()}
    return dict(sorted(known.items()))


def _setting(settings: Settings, field: Any, *, is_told: bool) -> dict[str, str | None]:
    if not is_told:
        return {"value": None, "source": "elsewhere"}
    value: str = getattr(settings, field.name)
    is_default = field.default is not MISSING and value == field.default
    return {"value": redacted(value), "source": "default" if is_default else "environment"}


def redacted(value: str) -> str:
    """Without the user and password of an address, its query, which may be a token, and what looks like one."""
    if "://" not in value:
        return value
    bare = _QUERY.sub(f"?{HIDDEN}", _USER_INFO.sub(f"{HIDDEN}@", value))
    return redacted_text(bare).replace(BLOT, HIDDEN)
