"""The composition root of the sinks: the one a function serves, as its environment says, and whether for real."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from shared.runtime.clock import system_clock
from shared.runtime.observability import count, logger
from shared.runtime.settings import settings
from shared.runtime.wiring import current_rules, secret, service

if TYPE_CHECKING:
    from shared.sinks.options import Options
    from shared.sinks.place import Place
    from shared.sinks.sink import Sink

APPLY: Final = "apply"

_built: "dict[tuple[str, bool], tuple[Options, Sink]]" = {}  # a sink may keep what it has looked up


def sink() -> "tuple[Sink, bool]":
    """The sink, and whether it is asked for real: where the stack says so, and there is a secret and a place for it."""
    from shared.sinks.place import has_credential

    name = settings().sink
    is_live = settings().sink_mode == APPLY and has_place() and has_credential(name, _secret())
    return _kept(name, is_live), is_live


def has_place() -> bool:
    """Whether the stack says where in the provider."""
    return bool(settings().sink_target or settings().notion_database_id)


def _kept(name: str, is_live: bool) -> "Sink":
    """Built anew where somebody has changed its options."""
    from shared.sinks.contracts import read_options
    from shared.sinks.place import module_of

    options = read_options(current_rules()().options)
    known = _built.get((name, is_live))
    if known is None or known[0] != options:
        module, place = module_of(name), _place(options)
        asked = service(name, module.locate(place)) if is_live else None
        known = options, module.build(asked, place)
        _built[name, is_live] = known
    return known[1]


def _place(options: "Options") -> "Place":
    from shared.runtime.http import send
    from shared.sinks.place import Place

    known = settings()
    return Place(
        target=known.sink_target,
        parent=known.notion_database_id,
        api_url=known.sink_api_url,
        token_url=known.google_token_url,
        currency=known.default_currency,
        options=options,
        secret=_secret,
        send=send,
        clock=system_clock,
        warn=_warn,
    )


def _secret(*, fresh: bool = False) -> Mapping[str, Any]:
    kept: Mapping[str, Any] = secret(settings().sink_secret, "json")(fresh=fresh)
    return kept


def _warn(what: str) -> None:
    logger.warning("sink", sink=settings().sink, warning=what)
    count("SinkWarnings")
