"""OpenAPI documents by their addresses: what is read, and when it is not read again."""

import json
from typing import Any

import pytest

from shared.control.ingestion.source import Page, SourceRefusedError
from shared.control.ingestion.swagger import SwaggerDocuments, shown
from shared.runtime.errors import InvalidInputError
from shared.runtime.http import Service, ServiceError
from tests.support.builders import NOON
from tests.unit.shared.control.ingestion.far import Far, a_reading, service

URL = "https://orders.example/openapi.json"
API = {"openapi": "3.1.0", "info": {"title": "Orders", "version": "2"}, "paths": {"/orders": {"get": {}}}}


def swagger(far: Far, **apis: str) -> SwaggerDocuments:
    def services(url: str) -> Service:
        far.urls.append(url)
        return service(far, "swagger")

    return SwaggerDocuments(services, apis=apis or {"orders": URL}, clock=lambda: NOON)


def test_a_description_of_an_api_is_a_document() -> None:
    page = swagger(Far((200, API), etag='"1"')).page(a_reading("orders"))
    (document,) = page.documents
    assert document.document["title"] == "Orders"
    assert document.document["metadata"] == {"api_version": "2"}
    assert json.loads(document.content) == API
    assert (document.version_tag, document.place) == ('"1"', "orders")
    assert page.cursor == {"tag": '"1"', "hash": document.content_hash, "url": URL}
    assert page.position is None


def test_it_is_asked_whether_it_has_changed() -> None:
    far = Far((304, b""))
    cursor = {"tag": '"1"', "hash": "h", "url": URL}
    assert swagger(far).page(a_reading("orders", cursor)) == Page(cursor=cursor)
    assert far.calls[0].headers["If-None-Match"] == '"1"'


def test_the_tag_of_another_address_is_not_shown_to_this_one() -> None:
    far = Far((200, API))
    page = swagger(far).page(a_reading("orders", {"tag": '"1"', "hash": "h", "url": "https://old.example"}))
    assert "If-None-Match" not in far.calls[0].headers
    assert len(page.documents) == 1


def test_without_a_tag_the_content_says_whether_it_has_changed() -> None:
    first = swagger(Far((200, API))).page(a_reading("orders"))
    assert first.documents[0].version_tag == first.documents[0].content_hash
    assert swagger(Far((200, API))).page(a_reading("orders", first.cursor)) == Page(cursor=first.cursor)


def test_yaml_is_read_as_well() -> None:
    text = b"swagger: '2.0'\ninfo: {title: Old, version: 1}\nbasePath: /v1\npaths: {/a: {get: {}}}\n"
    page = swagger(Far((200, text))).page(a_reading("orders"))
    assert page.documents[0].document["title"] == "Old"


@pytest.mark.parametrize("body", [b"<html>", {"openapi": "3.1.0"}, {"paths": {}}, b"\xff\xfe", [], b""])
def test_what_is_no_such_document_is_refused(body: Any) -> None:
    with pytest.raises(SourceRefusedError, match=r"^orders: it is n"):
        swagger(Far((200, body))).page(a_reading("orders"))


def test_what_is_gone_is_given_up_and_what_fails_is_tried_again() -> None:
    with pytest.raises(SourceRefusedError, match="404"):
        swagger(Far((404, {}))).page(a_reading("orders"))
    with pytest.raises(SourceRefusedError, match="304"):
        swagger(Far((304, b""))).page(a_reading("orders"))  # nobody asked whether it has changed
    with pytest.raises(ServiceError, match="503"):
        swagger(Far((503, {}))).page(a_reading("orders"))


def test_a_key_in_an_address_is_not_shown() -> None:
    assert shown(URL) == URL
    hidden = shown(f"{URL}?key=secret")
    assert hidden.startswith(f"{URL}?")
    assert "secret" not in hidden
    page = swagger(Far((200, API)), orders=f"{URL}?key=secret").page(a_reading("orders"))
    assert "secret" not in repr(page.documents[0].source_refs) + json.dumps(dict(page.cursor))


def test_a_scope_names_apis() -> None:
    connector = swagger(Far(), b=URL, a=URL)
    assert connector.places({}) == ["a", "b"]
    assert connector.places({"apis": ["b"]}) == ["b"]
    with pytest.raises(InvalidInputError, match="c is not configured"):
        connector.places({"apis": ["c"]})
