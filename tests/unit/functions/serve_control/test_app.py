"""Which routes are loaded for which request: those of its part, and a part for every route there is."""

import pytest

from functions.serve_control.app import OVERVIEW, PARTS, app_of, handler, part_of, whole_app
from tests.support.http_events import LambdaContext, as_operator, json_of


@pytest.mark.parametrize("module", sorted({*PARTS.values(), OVERVIEW}))
def test_every_route_is_found_by_the_beginning_of_its_path(module: str) -> None:
    app = app_of(module)
    routes = (*app._static_routes, *app._dynamic_routes)
    assert routes
    assert {part_of(route.path) for route in routes} == {module}


@pytest.mark.parametrize(
    "path", ["/", "", "/nothing", "/jobsite", "/infrastructure", "/infrastructure/dlqs", "/health/x"]
)
def test_what_there_is_nothing_for_is_refused_by_the_overview(path: str) -> None:
    assert part_of(path) == OVERVIEW


def test_all_routes_are_described() -> None:
    routes = (*whole_app()._static_routes, *whole_app()._dynamic_routes)
    assert len(routes) == sum(
        len((*app_of(module)._static_routes, *app_of(module)._dynamic_routes)) for module in {*PARTS.values(), OVERVIEW}
    )


@pytest.mark.parametrize("path", ["/demo/e2e", "/infrastructure/dlq/retry", "/registry/poll-openapi", "/workflows/run"])
@pytest.mark.parametrize("body", ["1.5e-99", "[]", "[null, null]", "null", '"text"', "true"])
def test_a_body_that_is_no_object_is_refused(path: str, body: str) -> None:
    said = handler(as_operator("POST", path, body=body), LambdaContext())
    assert (said["statusCode"], json_of(said)["detail"]) == (422, "the body: an object is wanted")
