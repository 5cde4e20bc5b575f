"""Is what Switchyard sends what docs/services.md says? Exactly these fields, exactly these types."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from tests.stand_ins.http import MAX_BYTES, RefusedError, Request

# Says what the value is not, or nothing where it is good.
Check = Callable[[Any], str | None]

_MONEY = re.compile(r"(0|[1-9][0-9]{0,8})(\.[0-9]{1,4})?", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_TRACE = re.compile(r"[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}", re.ASCII)
_JSON = "application/json"
_LONGEST_ADDRESS = 4_096  # a presigned one with a session token is long


def text(value: Any) -> str | None:
    return None if isinstance(value, str) and value.strip() else "no text"


def uuid(value: Any) -> str | None:
    try:
        return None if str(UUID(value)) == value else "no UUID in its usual spelling"
    except (ValueError, AttributeError, TypeError):
        return "no UUID"


def whole(value: Any) -> str | None:
    return None if type(value) is int else "no whole number"


def money(value: Any) -> str | None:
    return None if isinstance(value, str) and _MONEY.fullmatch(value) else "no decimal string"


def currency(value: Any) -> str | None:
    return None if isinstance(value, str) and _CURRENCY.fullmatch(value) else "no code of a currency"


def address(value: Any) -> str | None:
    if not isinstance(value, str) or len(value) > _LONGEST_ADDRESS:
        return "no address"
    parts = urlsplit(value)
    return None if parts.scheme in ("http", "https") and parts.hostname else "no address"


def pattern(expression: str) -> Check:
    return lambda value: None if isinstance(value, str) and re.fullmatch(expression, value) else f"not {expression}"


def ends_with(ending: str) -> Check:
    """An address with this ending."""
    return lambda value: address(value) or (None if value.endswith(ending) else f"not …{ending}")


def or_null(check: Check) -> Check:
    return lambda value: None if value is None else check(value)


def many(check: Check, *, least: int = 0) -> Check:
    def reason(value: Any) -> str | None:
        if not isinstance(value, list) or len(value) < least:
            return f"no list of {least} or more"
        return next((why for one in value if (why := check(one))), None)

    return reason


def check_fields(given: Mapping[str, Any], shape: Mapping[str, Check]) -> None:
    """Refuse what is missing, unknown or of another type; a name with a question mark at its end may be missing."""
    known = {name.removesuffix("?"): check for name, check in shape.items()}
    missing = [f"{name} is missing" for name in shape if not name.endswith("?") and name not in given]
    unknown = [f"{name} is unknown" for name in given if name not in known]
    wrong = [f"{name} is {why}: {given[name]!r:.80}" for name in given if (why := known.get(name, _good)(given[name]))]
    if reasons := missing + unknown + wrong:
        raise RefusedError("; ".join(reasons))


def check_query(request: Request, shape: Mapping[str, Check]) -> dict[str, str]:
    if any(len(values) != 1 for values in request.query.values()):
        raise RefusedError("a parameter of the query is given twice")
    given = {name: values[0] for name, values in request.query.items()}
    check_fields(given, shape)
    return given


def check_headers(request: Request) -> None:
    """What every request keeps to, whatever it asks for."""
    if len(request.body) > MAX_BYTES:
        raise RefusedError("the body is larger than 1 MB", status=413)
    check_json(request)
    if not _TRACE.fullmatch(trace := request.headers.get("traceparent", f"00-{1:032x}-{1:016x}-01")):
        raise RefusedError(f"traceparent is not as W3C writes it: {trace:.80}")


def check_json(request: Request) -> None:
    """A body says that it is JSON; where there is none, nothing has to be said."""
    kind = request.headers.get("content-type", "nothing" if request.body or request.method == "POST" else _JSON)
    if kind.partition(";")[0].strip().lower() != _JSON:
        raise RefusedError(f"the content is {kind}, not {_JSON}", status=415)


def check_key(request: Request, key: str, *, required: bool) -> None:
    bearer, plain = request.headers.get("authorization"), request.headers.get("x-api-key")
    if required and bearer is plain is None:
        raise RefusedError("no key", status=401)
    if bearer not in (None, f"Bearer {key}") or plain not in (None, key):
        raise RefusedError("a wrong key", status=401)


def idempotency_key(request: Request, check: Check) -> str:
    key = request.headers.get("idempotency-key", "")
    if why := check(key):
        raise RefusedError(f"Idempotency-Key is {why}: {key!r:.80}")
    return key


def listing_key(listing_id: Any) -> Check:
    """The key of work on a listing: `listing:<id>:<version>`."""
    return pattern(rf"listing:{re.escape(str(listing_id))}:[1-9][0-9]*")


def _good(_: Any) -> None:
    return None
