"""/admin/settings: when sellers are written to by themselves, how things are offered, where messages go."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body, Header
from pydantic import BaseModel, ConfigDict, Field

from functions.serve_admin.delivery_views import RoutingView
from shared.listings.contracts import MessagingChoice, SellingChoice
from shared.listings.settings import MESSAGING, SELLING
from shared.listings.views import MessagingView, SellingView, SettingsView
from shared.messages.settings import LARGEST_FILE, ROUTING
from shared.runtime import wiring
from shared.runtime.clock import system_clock
from shared.runtime.errors import ConflictError, InvalidInputError
from shared.runtime.observability import logger
from shared.runtime.request import expected_version
from shared.sinks.names import NAMES

IfMatch = Annotated[str | None, Header(alias="If-Match", description="`version` of what you saw")]


class RoutingChoice(BaseModel):
    model_config = ConfigDict(extra="forbid")

    rules: str | None = Field(
        max_length=LARGEST_FILE, description="The file, as YAML; null for the one that is shipped"
    )


router = Router()  # type: ignore[no-untyped-call]
store = wiring.settings_store()


@router.get("/admin/settings", summary="Read what operators have decided", tags=["settings"])
def get_settings() -> SettingsView:
    messaging, selling = store.get(MESSAGING), store.get(SELLING)
    return SettingsView(
        messaging=MessagingView.model_validate(messaging.messaging()),
        messaging_version=messaging.version,
        selling=SellingView.model_validate(selling.selling()),
        selling_version=selling.version,
    )


@router.put("/admin/settings/messaging", summary="Decide when sellers are written to by themselves", tags=["settings"])
def put_messaging(choice: Annotated[MessagingChoice, Body()], if_match: IfMatch = None) -> SettingsView:
    return _put(MESSAGING, choice.model_dump(), if_match)


@router.put("/admin/settings/selling", summary="Decide how things are offered on eBay", tags=["settings"])
def put_selling(choice: Annotated[SellingChoice, Body()], if_match: IfMatch = None) -> SettingsView:
    return _put(SELLING, choice.model_dump(), if_match)


@router.get(
    "/admin/settings/routing", summary="Read the rules that give messages their tags and sinks", tags=["settings"]
)
def get_routing() -> RoutingView:
    from shared.messages.rules_file import default_text  # YAML: not for what has nothing to do with rules

    known = store.get(ROUTING)
    text = known.values.get("rules")
    shown = default_text() if text is None else text
    return RoutingView(rules=shown, shipped=text is None, version=known.version, problem=_problem(shown))


@router.put(
    "/admin/settings/routing", summary="Put other rules in place; none for those that are shipped", tags=["settings"]
)
def put_routing(choice: Annotated[RoutingChoice, Body()], if_match: IfMatch = None) -> RoutingView:
    if choice.rules is not None:
        _check(choice.rules)
    _save(ROUTING, choice.model_dump(), if_match)
    return get_routing()


def _problem(rules: str) -> str | None:
    try:
        _check(rules)
    except InvalidInputError as error:
        return str(error)
    return None


def _check(rules: str) -> None:
    """Raises InvalidInputError: nothing broken takes the place of what works."""
    from shared.messages.rules_file import read_rules
    from shared.sinks.contracts import read_options

    read = read_rules(rules, sinks=NAMES)
    try:
        read_options(read.options)
    except InvalidInputError as error:
        where = str(error).partition(": ")[0]
        raise InvalidInputError(f"sinks.{error} (line {read.line_of(where)})") from None


def _put(name: str, values: dict[str, Any], if_match: str | None) -> SettingsView:
    _save(name, values, if_match)
    return get_settings()


def _save(name: str, values: dict[str, Any], if_match: str | None) -> None:
    known = store.get(name)
    if expected_version(if_match) not in (None, known.version):
        raise ConflictError("the settings were changed by someone else; look at them again")
    store.save(name, values, router.context["cause"], version=known.version, at=system_clock())
    logger.info("settings changed", settings=name)
