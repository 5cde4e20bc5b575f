"""GET, POST, PUT /admin/... -> what operators see and do; GET /docs, /openapi.json for everyone."""

import shared.runtime.cold_start  # noqa: F401 - before all else, see there

# isort: split
from typing import Any

from aws_lambda_powertools.event_handler import Response

from functions.serve_admin import delivery_routes, listing_routes, scrape_routes, settings_routes
from functions.serve_admin.docs import docs_page, openapi_json
from shared.runtime.api import answer, resolver
from shared.runtime.observability import observed
from shared.runtime.request import Request, principal

app = resolver()
for routes in (listing_routes, scrape_routes, settings_routes, delivery_routes):
    app.include_router(routes.router)


@app.get("/docs", include_in_schema=False)
def get_docs() -> Response[str]:
    return Response(status_code=200, content_type="text/html; charset=utf-8", body=docs_page())


@app.get("/openapi.json", include_in_schema=False)
def get_openapi() -> Response[str]:
    return Response(status_code=200, content_type="application/json", body=openapi_json())


def admit(request: Request) -> str:
    """Everyone to the public pages; elsewhere whom the authorizer let in."""
    return principal(request) if request.path.startswith("/admin/") else "public"


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return answer(app, event, context, admit=admit)
