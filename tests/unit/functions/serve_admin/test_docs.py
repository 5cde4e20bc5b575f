"""The pages that describe the API stand on their own."""

import json
import re

from functions.serve_admin.docs import docs_page, openapi_json


def test_the_description_of_the_api_names_every_route_for_operators() -> None:
    described = json.loads(openapi_json())
    routes = {(method.upper(), path) for path, methods in described["paths"].items() for method in methods}
    assert {
        ("POST", "/webhooks/scraper/job-complete"),
        ("GET", "/admin/listings"),
        ("GET", "/admin/listings/{listing_id}"),
        ("GET", "/admin/listings/{listing_id}/history"),
        ("POST", "/admin/listings/{listing_id}/transition"),
        ("GET", "/health"),
    } <= routes


def test_the_page_for_people_loads_nothing_from_elsewhere() -> None:
    page = docs_page()
    assert not re.findall(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=[\"'](?!data:|#)", page)
    assert "/admin/listings/{listing_id}/transition" in page


def test_the_page_names_the_address_where_the_description_is() -> None:
    assert 'replace(/docs$/, "openapi.json")' in docs_page()
    assert "?format=json" not in docs_page()
