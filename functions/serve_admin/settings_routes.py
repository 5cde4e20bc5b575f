"""/admin/settings: when sellers are written to by themselves, and how things are offered."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body, Header

from shared.listings.contracts import MessagingChoice, SellingChoice
from shared.listings.settings import MESSAGING, SELLING
from shared.listings.views import MessagingView, SellingView, SettingsView
from shared.runtime import wiring
from shared.runtime.clock import system_clock
from shared.runtime.errors import ConflictError
from shared.runtime.observability import logger
from shared.runtime.request import expected_version

IfMatch = Annotated[str | None, Header(alias="If-Match", description="`version` of what you saw")]

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


def _put(name: str, values: dict[str, Any], if_match: str | None) -> SettingsView:
    known = store.get(name)
    if expected_version(if_match) not in (None, known.version):
        raise ConflictError("the settings were changed by someone else; look at them again")
    store.save(name, values, router.context["cause"], version=known.version, at=system_clock())
    logger.info("settings changed", settings=name)
    return get_settings()
