"""The API's description of itself, for machines and for people."""

from functools import cache
from pathlib import Path
from typing import Final

# Made by `python -m scripts.generate` from the routes of all functions; `make check` says when it is stale.
_DOCUMENT: Final = Path(__file__).with_name("openapi.json")


@cache
def openapi_json() -> str:
    return _DOCUMENT.read_text()


@cache
def docs_page() -> str:
    """Swagger UI in one page that loads nothing from elsewhere."""
    from aws_lambda_powertools.event_handler.openapi import swagger_ui  # a tenth of the import time, for one page

    assets = Path(swagger_ui.__file__).parent
    page = swagger_ui.generate_swagger_html(
        openapi_json().replace("</", "<\\/"),
        (assets / "swagger-ui-bundle.min.js").read_text(),
        (assets / "swagger-ui.min.css").read_text(),
        "",
        None,
    )
    # Powertools would serve the description below the page's own address; here it has one of its own.
    return page.replace('currentUrl.pathname + "?format=json"', 'currentUrl.pathname.replace(/docs$/, "openapi.json")')
