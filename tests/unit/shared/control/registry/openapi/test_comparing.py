"""What two descriptions of an API say differently, and whether it breaks who calls it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.control.registry.openapi import differences
from shared.control.registry.openapi.comparing import compare
from shared.control.registry.openapi.document import Document
from shared.control.registry.openapi.drift import told
from shared.control.registry.openapi.operations import operations_of
from shared.runtime.errors import InvalidInputError
from tests.support.ends import little_work
from tests.unit.shared.control.registry.openapi.samples import ALL, NEW, NEWEST, NOTHING, OLD, changed, drift, said

LIST, ADD, DROP = "GET /v1/pets", "POST /v1/pets", "DELETE /v1/pets/{id}"
GET = "paths|/pets|get|"
POST = "paths|/pets|post|"
PET = "components|schemas|Pet|"
FIELD = f"{PET}properties|"
IN_ANSWER, IN_BODY = f"{LIST}: the answer 200: [].", f"{ADD}: the body: "

Sentences = dict[str, bool]


@pytest.mark.parametrize("before", ALL)
@pytest.mark.parametrize("after", ALL)
def test_the_same_api_in_another_version_of_openapi_is_the_same(before: str, after: str) -> None:
    assert not drift(ALL[before], ALL[after]).is_any


def test_other_words_are_no_change() -> None:
    after = changed(
        ("info|title", "Animals"),
        ("info|version", "2"),
        (GET + "summary", "Shows pets"),
        (GET + "operationId", "show"),
        (GET + "responses|200|description", "All of them"),
        (f"{FIELD}name|description", "What it is called"),
        (f"{FIELD}name|example", "Rex"),
        ("components|schemas|Unused", {"type": "string"}),
        ("paths|x-extension", {"get": 7}),
    )
    assert not drift(NEW, after).is_any


NEW_PATH = {"get": {"responses": {"200": {"description": ""}}}}

OPERATIONS: list[tuple[str, Any, Sentences]] = [
    ("paths|/owners", NEW_PATH, {"GET /v1/owners is new": False}),
    ("paths|/pets|patch", NEW_PATH["get"], {"PATCH /v1/pets is new": False}),
    ("paths|/pets|post", NOTHING, {f"{ADD} is gone": True}),
    (GET + "deprecated", True, {f"{LIST}: is deprecated": False}),
    (
        "servers",
        [{"url": "https://pets.example/v2"}],
        {f"{one} is gone": True for one in (LIST, ADD, DROP)}
        | {f"{one.replace('v1', 'v2')} is new": False for one in (LIST, ADD, DROP)},
    ),
    ("servers", [{"url": "https://other.example/{v}", "variables": {"v": {"default": "v1"}}}], {}),
]
PARAMETERS: list[tuple[str, Any, Sentences]] = [
    (GET + "parameters|0", NOTHING, {f"{LIST}: the query parameter limit is gone": True}),
    (GET + "parameters|0|required", True, {f"{LIST}: the query parameter limit has to be there now": True}),
    (GET + "parameters|1|required", False, {f"{LIST}: the header parameter X-Team may be left out now": False}),
    (
        GET + "parameters|2",
        {"name": "q", "in": "query", "schema": {"type": "string"}},
        {f"{LIST}: the query parameter q is new": False},
    ),
    (
        GET + "parameters|2",
        {"name": "q", "in": "query", "required": True, "schema": {"type": "string"}},
        {f"{LIST}: the query parameter q is new, and has to be there": True},
    ),
    (
        GET + "parameters|0|schema|type",
        "string",
        {f"{LIST}: the query parameter limit was integer (int32), is string (int32)": True},
    ),
    (
        GET + "parameters|0|schema|format",
        "int64",
        {f"{LIST}: the query parameter limit was integer (int32), is integer (int64)": False},
    ),
    (
        GET + "parameters|0|schema",
        {"type": "number"},
        {f"{LIST}: the query parameter limit was integer (int32), is number": False},
    ),
    (
        GET + "parameters|0|schema|enum",
        [10, 20],
        {f"{LIST}: the query parameter limit does not take all other values any more": True},
    ),
    (GET + "parameters|1|name", "x-TEAM", {}),
    (
        GET + "parameters|1|in",
        "query",
        {
            f"{LIST}: the header parameter X-Team is gone": True,
            f"{LIST}: the query parameter X-Team is new, and has to be there": True,
        },
    ),
    (
        "paths|/pets/{id}|parameters|0|schema|type",
        "integer",
        {f"{DROP}: the path parameter id was string, is integer": True},
    ),
]
BODIES: list[tuple[str, Any, Sentences]] = [
    (POST + "requestBody|required", True, {f"{ADD}: the body has to be there now": True}),
    (POST + "requestBody", NOTHING, {f"{ADD}: there is no body any more": True}),
    (
        "paths|/pets/{id}|delete|requestBody",
        {"content": {"application/json": {}}},
        {f"{DROP}: a body is new": False},
    ),
    (
        "paths|/pets/{id}|delete|requestBody",
        {"required": True, "content": {"application/json": {}}},
        {f"{DROP}: a body is new, and has to be there": True},
    ),
    (
        POST + "requestBody|content|application/xml",
        NOTHING,
        {f"{ADD}: the body is not application/xml any more": True},
    ),
    (POST + "requestBody|content|text/csv", {}, {f"{ADD}: the body may be text/csv": False}),
]
FIELDS: list[tuple[str, Any, Sentences]] = [
    (
        FIELD + "age",
        {"type": "integer"},
        {IN_ANSWER + "age is new": False, IN_BODY + "age is new": False},
    ),
    (
        PET + "required",
        ["id", "name", "kind"],
        {IN_ANSWER + "kind is always there now": False, IN_BODY + "kind has to be there now": True},
    ),
    (
        PET + "required",
        ["id"],
        {IN_ANSWER + "name may be missing now": True, IN_BODY + "name may be left out now": False},
    ),
    (FIELD + "kind", NOTHING, {IN_ANSWER + "kind is gone": True, IN_BODY + "kind is not taken any more": False}),
    (PET + "required", ["name"], {IN_ANSWER + "id may be missing now": True}),
    (
        FIELD + "name|writeOnly",
        True,
        {IN_ANSWER + "name is gone": True},
    ),
    (
        FIELD + "name|readOnly",
        True,
        {IN_BODY + "name is not taken any more": False},
    ),
    (FIELD + "id|readOnly", NOTHING, {IN_BODY + "id is new, and has to be there": True}),
    (FIELD + "secret", {"type": "string", "writeOnly": True}, {IN_BODY + "secret is new": False}),
    (FIELD + "born", {"type": "string", "readOnly": True}, {IN_ANSWER + "born is new": False}),
    (
        FIELD + "name|type",
        "integer",
        {IN_ANSWER + "name was string, is integer": True, IN_BODY + "name was string, is integer": True},
    ),
    (
        FIELD + "id|format",
        "int32",
        {IN_ANSWER + "id was integer (int64), is integer (int32)": False},
    ),
    (
        FIELD + "name|nullable",
        True,
        {IN_ANSWER + "name was string, is null or string": True, IN_BODY + "name was string, is null or string": False},
    ),
    (
        FIELD + "kind|enum",
        ["cat"],
        {IN_ANSWER + 'kind is never "dog" any more': False, IN_BODY + 'kind does not take "dog" any more': True},
    ),
    (
        FIELD + "kind|enum",
        ["cat", "dog", "cow"],
        {IN_ANSWER + 'kind may be "cow" now': True, IN_BODY + 'kind takes "cow" now': False},
    ),
    (
        FIELD + "kind",
        {"type": "string"},
        {IN_ANSWER + "kind may be all other values now": True, IN_BODY + "kind takes all other values now": False},
    ),
    (PET + "additionalProperties", False, {f"{ADD}: the body takes only the fields that are named now": True}),
    (
        FIELD + "friends|items",
        {"type": "string"},
        {
            IN_ANSWER + "friends[] was object, is string": True,
            IN_BODY + "friends[] was object, is string": True,
        },
    ),
]
ANSWERS: list[tuple[str, Any, Sentences]] = [
    (GET + "responses|404", NOTHING, {f"{LIST}: the answer 404 is gone": False}),
    (POST + "responses|202", {"description": "Later"}, {f"{ADD}: the answer 202 is new": False}),
    (
        GET + "responses",
        {"404": {"description": "None"}, "206": {"description": "Some"}},
        {f"{LIST}: the answer 200 is gone": True, f"{LIST}: the answer 206 is new": False},
    ),
    (GET + "responses|200|content|text/csv", {}, {f"{LIST}: the answer 200 may be text/csv": False}),
    (
        GET + "responses|200|content",
        {},
        {f"{LIST}: the answer 200 is not application/json any more": True},
    ),
    (
        GET + "responses|200|content",
        {
            "Application/JSON; charset=utf-8": NEW["paths"]["/pets"]["get"]["responses"]["200"]["content"][
                "application/json"
            ]
        },
        {},
    ),
]
SECURITY: list[tuple[str, Any, Sentences]] = [
    ("paths|/pets/{id}|delete|security", NOTHING, {f"{DROP}: needs key now": True}),
    (GET + "security", [], {f"{LIST}: needs no credential any more": False}),
    (GET + "security", [{"key": []}, {"oauth": ["read"]}], {f"{LIST}: needs key or oauth (read) now": False}),
    (GET + "security", [{"oauth": ["read", "write"]}], {f"{LIST}: needs oauth (read) and oauth (write) now": True}),
    (GET + "security", [{"key": [], "oauth": []}], {f"{LIST}: needs key and oauth now": True}),
    (GET + "security", [{}, {"key": []}], {f"{LIST}: needs no credential any more": False}),
    (
        "security",
        NOTHING,
        {f"{LIST}: needs no credential any more": False, f"{ADD}: needs no credential any more": False},
    ),
]


@pytest.mark.parametrize(("place", "value", "expected"), OPERATIONS + PARAMETERS + BODIES + FIELDS + ANSWERS + SECURITY)
def test_each_change_is_found_and_judged(place: str, value: Any, expected: Sentences) -> None:
    found = drift(NEW, changed((place, value)))
    assert said(found) == expected
    assert sorted(found.breaking) == sorted(one for one, is_breaking in expected.items() if is_breaking)


SECRETIVE = changed((FIELD + "password", {"type": "string", "writeOnly": True}))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ((FIELD + "password", NOTHING), {IN_BODY + "password is not taken any more": False}),
        ((PET + "required", ["id", "name", "password"]), {IN_BODY + "password has to be there now": True}),
        (
            (FIELD + "password|type", "integer"),
            {IN_BODY + "password was string, is integer": True},
        ),
        ((FIELD + "id|type", "string"), {IN_ANSWER + "id was integer (int64), is string (int64)": True}),
        ((PET + "required", ["id", "name"]), {}),
        ((FIELD + "password|writeOnly", NOTHING), {IN_ANSWER + "password is new": False}),
    ],
)
def test_what_only_goes_one_way_is_missed_only_there(change: tuple[str, Any], expected: Sentences) -> None:
    assert said(drift(SECRETIVE, changed(change, of=SECRETIVE))) == expected


@pytest.mark.parametrize(
    ("place", "value", "expected"),
    [
        (
            "paths|/pets|post|parameters|0|schema",
            {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
            {},
        ),
        ("basePath", NOTHING, None),
        (
            "produces",
            ["text/xml"],
            {"the answer 200 is not application/json any more": True, "the answer 200 may be text/xml": False},
        ),
        (
            "paths|/pets|get|parameters|0|type",
            "string",
            {"the query parameter limit was integer (int32), is string (int32)": True},
        ),
    ],
)
def test_the_same_goes_for_the_old_version(place: str, value: Any, expected: Sentences | None) -> None:
    found = said(drift(OLD, changed((place, value), of=OLD)))
    if expected is None:
        assert {"GET /v1/pets is gone", "GET /pets is new"} <= found.keys()
    elif expected:
        assert found == {f"{LIST}: {sentence}": is_breaking for sentence, is_breaking in expected.items()}


def test_a_field_that_only_goes_the_other_way_now_is_refused_where_only_what_is_named_is_taken() -> None:
    before = changed((PET + "additionalProperties", False))
    found = said(drift(before, changed((FIELD + "name|readOnly", True), of=before)))
    assert found == {IN_BODY + "name is not taken any more": True}


def test_that_a_field_only_goes_one_way_may_be_said_where_it_refers_to() -> None:
    before = changed((FIELD + "name", {"$ref": "#/components/schemas/Name"}), ("components|schemas|Name", {}))
    after = changed(("components|schemas|Name|writeOnly", True), of=before)
    assert said(drift(before, after)) == {IN_ANSWER + "name is gone": True}


def test_the_fields_of_a_form_are_a_body() -> None:
    form = [{"name": "name", "in": "formData", "type": "string"}, {"name": "age", "in": "formData", "type": "integer"}]
    before = changed(("paths|/pets|post|parameters", form), of=OLD)
    after = changed(("paths|/pets|post|parameters|1|required", True), of=before)
    assert said(drift(before, after)) == {
        f"{ADD}: the body has to be there now": True,
        f"{ADD}: the body: age has to be there now": True,
    }


# schemas that are put together


def body(schema: Any, **components: Any) -> dict[str, Any]:
    content = {"application/json": {"schema": schema}}
    said = {"requestBody": {"content": content}, "responses": {"200": {"description": "", "content": content}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "", "version": ""},
        "paths": {"/a": {"post": said}},
        "components": {"schemas": components},
    }


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def animal(name: str) -> dict[str, Any]:
    return {"type": "object", "properties": {name: {"type": "string"}}}


CAT, DOG, COW = map(animal, ("cat", "dog", "cow"))
PARTS = {"Cat": CAT, "Dog": DOG, "Cow": COW}

JUDGED: list[tuple[Any, Any, Sentences]] = [
    ({"allOf": [CAT, DOG]}, {"type": "object", "properties": {**CAT["properties"], **DOG["properties"]}}, {}),
    (
        {"allOf": [CAT, {"required": ["cat"]}]},
        CAT,
        {"the body: cat may be left out now": False, "the answer 200: cat may be missing now": True},
    ),
    ({"type": ["string", "null"]}, {"anyOf": [{"type": "string"}, {"type": "null"}]}, {}),
    ({"anyOf": [{"type": "string"}, {"type": "integer"}]}, {"type": ["integer", "string"]}, {}),
    ({"type": "string", "nullable": True}, {"type": ["string", "null"]}, {}),
    ({"oneOf": [ref("Cat")]}, ref("Cat"), {}),
    (
        {"anyOf": [ref("Cat"), {"type": "null"}]},
        ref("Cat"),
        {"the body was null or object, is object": True, "the answer 200 was null or object, is object": False},
    ),
    ({"oneOf": [ref("Cat"), ref("Dog")]}, {"oneOf": [ref("Dog"), ref("Cat")]}, {}),
    (
        {"oneOf": [ref("Cat"), ref("Dog")]},
        {"oneOf": [ref("Cat"), ref("Dog"), ref("Cow")]},
        {"the body may be Cow now": False, "the answer 200 may be Cow now": True},
    ),
    (
        {"oneOf": [ref("Cat"), ref("Dog"), ref("Cow")]},
        {"oneOf": [ref("Cat"), ref("Dog")]},
        {"the body is not Cow any more": True, "the answer 200 is not Cow any more": False},
    ),
    (
        ref("Cat"),
        {"oneOf": [ref("Cat"), ref("Dog")]},
        {"the body may be Dog now": False, "the answer 200 may be Dog now": True},
    ),
    (
        {"oneOf": [ref("Cat"), ref("Dog")]},
        ref("Dog"),
        {"the body is not Cat any more": True, "the answer 200 is not Cat any more": False},
    ),
    (
        {"oneOf": [ref("Cat"), ref("Dog")]},
        COW,
        {
            "the body was anything, is object": True,
            "the answer 200 was anything, is object": False,
            "the body was one of Cat, Dog, and is something else": True,
            "the answer 200 was one of Cat, Dog, and is something else": True,
            "the body: cow is new": False,
            "the answer 200: cow is new": False,
        },
    ),
    (True, {}, {}),
    (False, {}, {}),
    ({"const": "a"}, {"enum": ["a"]}, {}),
    (
        {"type": "object", "additionalProperties": {"type": "string"}},
        {"type": "object", "additionalProperties": {"type": "integer"}},
        {"the body: * was string, is integer": True, "the answer 200: * was string, is integer": True},
    ),
    (
        {"type": "object", "additionalProperties": False, "properties": {"a": {}, "b": {}}},
        {"type": "object", "additionalProperties": False, "properties": {"a": {}}},
        {"the body: b is not taken any more": True, "the answer 200: b is gone": True},
    ),
    (
        {},
        {"type": "string"},
        {"the body was anything, is string": True, "the answer 200 was anything, is string": False},
    ),
    (
        {"type": "array", "items": {"type": "array", "items": {"type": "string"}}},
        {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}},
        {"the body: [][] was string, is integer": True, "the answer 200: [][] was string, is integer": True},
    ),
]


LIST_OF, MAP_OF = {"type": "array", "items": {"type": "string"}}, {"additionalProperties": {"type": "string"}}
ANY_LIST, ANY_MAP = {"type": "array"}, {"type": "object"}
WIDER: dict[str, Sentences] = {
    at: {f"the body: {at} was string, is anything": False, f"the answer 200: {at} was string, is anything": True}
    for at in ("[]", "*", "a[]", "a.*", "[][]")
}
NARROWER: dict[str, Sentences] = {
    at: {f"the body: {at} was anything, is string": True, f"the answer 200: {at} was anything, is string": False}
    for at in ("[]", "*", "a[]", "a.*", "[][]")
}

# What is not said to be anything else is anything.
UNSAID: list[tuple[Any, Any, Sentences]] = [
    (LIST_OF, ANY_LIST, WIDER["[]"]),
    (ANY_LIST, LIST_OF, NARROWER["[]"]),
    ({"type": ["array", "null"], "items": {"type": "string"}}, {"type": ["array", "null"]}, WIDER["[]"]),
    ({"items": {"type": "string"}}, {}, WIDER["[]"]),
    ({"properties": {"a": LIST_OF}}, {"properties": {"a": ANY_LIST}}, WIDER["a[]"]),
    ({"type": "array", "items": LIST_OF}, {"type": "array", "items": ANY_LIST}, WIDER["[][]"]),
    ({**ANY_MAP, **MAP_OF}, ANY_MAP, WIDER["*"]),
    ({**ANY_MAP, **MAP_OF}, {**ANY_MAP, "additionalProperties": True}, WIDER["*"]),
    (ANY_MAP, {**ANY_MAP, **MAP_OF}, NARROWER["*"]),
    ({**ANY_MAP, "additionalProperties": True}, {**ANY_MAP, **MAP_OF}, NARROWER["*"]),
    (MAP_OF, {}, WIDER["*"]),
    ({"allOf": [CAT, MAP_OF]}, CAT, WIDER["*"]),
    ({"properties": {"a": {**ANY_MAP, **MAP_OF}}}, {"properties": {"a": ANY_MAP}}, WIDER["a.*"]),
    (
        {"type": "object", "additionalProperties": False},
        {**ANY_MAP, **MAP_OF},
        {},
    ),
    (
        {**ANY_MAP, **MAP_OF},
        {"type": "object", "additionalProperties": False},
        {"the body takes only the fields that are named now": True},
    ),
    (
        {},
        LIST_OF,
        {"the body was anything, is array": True, "the answer 200 was anything, is array": False},
    ),
    (
        {"type": "string"},
        LIST_OF,
        {"the body was string, is array": True, "the answer 200 was string, is array": True},
    ),
]
THE_SAME: list[tuple[Any, Any]] = [
    (ANY_LIST, {"type": "array", "items": {}}),
    (ANY_LIST, {"type": "array", "items": True}),
    (ANY_LIST, {"type": "array", "items": {"description": "Whatever"}}),
    (ANY_LIST, {"type": "array", "items": ref("Any")}),
    (ANY_MAP, {"type": "object", "additionalProperties": {}}),
    (ANY_MAP, {"type": "object", "additionalProperties": True}),
    ({"type": "object", "additionalProperties": True}, {"type": "object", "additionalProperties": {}}),
    ({}, {"additionalProperties": {}, "items": {}}),
    ({"type": "string"}, {"type": "string", "items": {"type": "string"}}),
    (LIST_OF, {"type": "array", "prefixItems": [{"type": "string"}], "maxItems": 1}),
    ({**ANY_MAP, **MAP_OF}, {"type": "object", "patternProperties": {".*": {"type": "string"}}}),
    ({"type": "array", "items": False}, ANY_LIST),
    (CAT, {**CAT, "additionalProperties": ref("Any")}),
]


@pytest.mark.parametrize(("before", "after"), THE_SAME)
def test_what_is_said_to_be_anything_is_what_nothing_is_said_of(before: Any, after: Any) -> None:
    for one, other in ((before, after), (after, before)):
        assert not drift(body(one, **PARTS, Any={}), body(other, **PARTS, Any={})).is_any


@pytest.mark.parametrize(("before", "after", "expected"), JUDGED + UNSAID)
def test_what_is_put_together_is_what_it_is_put_together_to(before: Any, after: Any, expected: Sentences) -> None:
    found = said(drift(body(before, **PARTS), body(after, **PARTS)))
    assert found == {f"POST /a: {sentence}": is_breaking for sentence, is_breaking in expected.items()}


LIST_OR_TEXT = {"anyOf": [{"type": "string"}, LIST_OF], "title": "Q"}
TAGGED = {name: {"properties": {"kind": {"const": name}, **animal(name)["properties"]}} for name in ("cat", "dog")}

# Choices that stand there themselves, and have no name.
NAMELESS: list[tuple[Any, Any, Sentences]] = [
    ({"oneOf": [CAT, DOG]}, {"oneOf": [DOG, CAT]}, {}),
    ({"oneOf": [CAT, DOG]}, {"anyOf": [DOG, CAT]}, {}),
    ({"oneOf": [CAT, DOG]}, {"oneOf": [{**DOG, "title": "Dog"}, {**CAT, "description": "A cat"}]}, {}),
    ({"anyOf": [LIST_OF, {"type": "string"}]}, LIST_OR_TEXT, {}),
    (
        {"oneOf": [{"oneOf": [CAT, {"const": 1}]}, {"oneOf": [DOG, {"const": True}]}]},
        {"oneOf": [{"oneOf": [{"const": True}, DOG]}, {"oneOf": [{"const": 1}, CAT]}]},
        {},
    ),
    (
        {"anyOf": [{"type": "array", "items": ref("Cat")}, {"type": "array", "items": ref("Dog")}]},
        {"anyOf": [{"type": "array", "items": ref("Dog"), "title": "Dogs"}, {"type": "array", "items": ref("Cat")}]},
        {},
    ),
    (
        {"oneOf": [CAT, DOG, COW]},
        {"oneOf": [CAT, COW]},
        {"the body is not oneOf 2 any more": True, "the answer 200 is not oneOf 2 any more": False},
    ),
    (
        {"oneOf": [CAT, DOG]},
        {"oneOf": [COW, CAT, DOG]},
        {"the body may be another oneOf 1 now": False, "the answer 200 may be another oneOf 1 now": True},
    ),
    (
        {"oneOf": [CAT, DOG]},
        {"oneOf": [{**DOG, "required": ["dog"]}, CAT]},
        {
            "the body: (oneOf 2).dog has to be there now": True,
            "the answer 200: (oneOf 2).dog is always there now": False,
        },
    ),
    (
        {"oneOf": [TAGGED["cat"], TAGGED["dog"]]},
        {"oneOf": [{**TAGGED["dog"], "required": ["kind"]}, {**TAGGED["cat"], "required": ["kind"]}]},
        {
            f"{way}: (oneOf {n}).kind {said} there now": is_breaking
            for way, said, is_breaking in (("the body", "has to be", True), ("the answer 200", "is always", False))
            for n in (1, 2)
        },
    ),
    (
        {"type": "string", "title": "Q"},
        LIST_OR_TEXT,
        {"the body may be anyOf 2 now": False, "the answer 200 may be anyOf 2 now": True},
    ),
    (
        LIST_OR_TEXT,
        {"type": "string", "title": "Q"},
        {"the body is not anyOf 2 any more": True, "the answer 200 is not anyOf 2 any more": False},
    ),
]


@pytest.mark.parametrize(("before", "after", "expected"), NAMELESS)
def test_the_order_of_choices_without_a_name_says_nothing(before: Any, after: Any, expected: Sentences) -> None:
    found = said(drift(body(before, **PARTS), body(after, **PARTS)))
    assert found == {f"POST /a: {sentence}": is_breaking for sentence, is_breaking in expected.items()}


def test_what_became_one_of_several_is_looked_into() -> None:
    after = body({"oneOf": [ref("Cat"), ref("Dog")]}, **PARTS | {"Cat": {**CAT, "required": ["cat"]}})
    assert said(drift(body(ref("Cat"), **PARTS), after))["POST /a: the body: (Cat).cat has to be there now"]


def test_a_choice_is_looked_into() -> None:
    choice = {"oneOf": [ref("Cat"), ref("Dog")]}
    other = {**DOG, "required": ["dog"]}
    found = said(drift(body(choice, **PARTS), body(choice, **PARTS | {"Dog": other})))
    assert found["POST /a: the body: (Dog).dog has to be there now"]


# entangled, large, and not as it should be


def test_what_refers_to_itself_is_looked_at_once() -> None:
    nodes = {f"N{n}": {"properties": {"next": ref(f"N{(n + 1) % 50}"), "value": {"type": "string"}}} for n in range(50)}
    other = {**nodes, "N49": {"properties": {"next": ref("N0"), "value": {"type": "integer"}}}}
    found = said(drift(body(ref("N0"), **nodes), body(ref("N0"), **other)))
    deep = ".".join(["next"] * 49)
    assert found[f"POST /a: the body: {deep}.value was string, is integer"]


def test_what_doubles_with_each_step_takes_no_time() -> None:
    """Followed naively it has 2 to the power of 60 ends."""
    twice = {f"T{n}": {"allOf": [ref(f"T{n + 1}"), ref(f"T{n + 1}")]} for n in range(60)} | {"T60": CAT}
    fields = {f"F{n}": {"properties": {"a": ref(f"F{n + 1}"), "b": ref(f"F{n + 1}")}} for n in range(60)} | {"F60": CAT}
    for parts, root in ((twice, "T"), (fields, "F")):
        other = {**parts, f"{root}60": DOG}
        assert drift(body(ref(f"{root}0"), **parts), body(ref(f"{root}0"), **other)).is_any


def test_in_what_is_much_entangled_the_one_change_that_breaks_is_found_from_everywhere() -> None:
    def net(kind: str, **new: Any) -> dict[str, Any]:
        """From each to three others; one of them has a field of this kind."""
        ways = {n: {f"to{m}": ref(f"N{(n * m + 1) % 100}") for m in (2, 3, 5)} for n in range(100)}
        nodes = {f"N{n}": {"properties": {**way, **new}} for n, way in ways.items()}
        return nodes | {"N7": {"properties": {**ways[7], "a": {"type": kind}}}}

    before, after = (body(ref("N0"), **parts) for parts in (net("string"), net("integer", new={})))
    for tree in (before, after):
        text = json.dumps(tree["paths"].pop("/a"))
        tree["paths"] = {f"/p{n}": json.loads(text.replace("N0", f"N{n}")) for n in range(100)}
    found = drift(before, after).changed
    assert len(found) == 100
    for change in found:
        assert change.is_breaking
        assert any("a was string, is integer" in one.said for one in change.differences)


def test_two_circles_that_never_meet_come_to_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(differences, "MOST_PAIRS", 1_000)

    def circle(length: int) -> dict[str, Any]:
        return {f"N{n}": {"properties": {"next": ref(f"N{(n + 1) % length}")}} for n in range(length)}

    with pytest.raises(InvalidInputError, match="too much"):
        drift(body(ref("N0"), **circle(61)), body(ref("N0"), **circle(59)))


@pytest.mark.parametrize("inner", ["items", "additionalProperties"])
def test_what_goes_around_in_a_circle_beside_what_says_nothing_comes_to_an_end(inner: str) -> None:
    nodes: dict[str, Any] = {f"N{n}": {inner: ref(f"N{(n + 1) % 5_000}")} for n in range(5_000)}
    nodes["N4999"] = {**nodes["N4999"], "type": ["array", "object"]}
    with little_work(10):
        found = drift(body(ref("N0"), **nodes), body({}, **nodes))
    assert found.changed[0].is_breaking


MANY = range(1_000)
BODY = {"name": "a", "in": "body", "schema": {}}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"allOf": [ref("Big"), {"description": "before"}]}, {"allOf": [ref("Big"), {"description": "after"}]}),
        (ref("Big"), {"type": "object"}),
        ({"type": "object"}, ref("Big")),
    ],
    ids=str,
)
@pytest.mark.parametrize("big", [{"enum": list(MANY)}, {"properties": {f"p{n}": {} for n in MANY}}], ids=["enum", ""])
def test_what_is_put_together_from_the_same_again_and_again_is_refused_before_it_takes_all_room(
    big: Any, before: Any, after: Any
) -> None:
    def many(schema: Any) -> Any:
        return json.loads(json.dumps({"properties": {f"q{n}": schema for n in MANY}}))

    with little_work(30), pytest.raises(InvalidInputError, match="too much"):
        drift(body(many(before), Big=big), body(many(after), Big=big))


def operations(number: int = 2_000, **said: Any) -> dict[str, Any]:
    return {f"/a{n}": {"get": {"responses": {"200": {"description": "A"}}, **said}} for n in range(number)}


LARGE: list[dict[str, Any]] = [
    {"swagger": "2.0", "consumes": [f"a/{n}" for n in range(2_000)], "paths": operations(parameters=[BODY])},
    {
        "openapi": "3.0.0",
        "paths": operations(responses={"200": {"$ref": "#/components/responses/All"}}),
        "components": {"responses": {"All": {"description": "A", "content": {f"a/{n}": {} for n in range(2_000)}}}},
    },
    {"openapi": "3.0.0", "security": [{f"s{n}": []} for n in range(2_000)], "paths": operations()},
    {"openapi": "3.0.0", "security": [{"s": [f"r{n}" for n in range(2_000)]}], "paths": operations()},
]


@pytest.mark.parametrize("tree", LARGE, ids=["media types", "answers", "ways", "credentials"])
def test_what_all_operations_have_of_a_large_list_is_refused_before_it_takes_all_room(tree: dict[str, Any]) -> None:
    with little_work(5), pytest.raises(InvalidInputError, match=r"too much|more than"):
        operations_of(Document(tree))


def test_choices_in_choices_take_no_time() -> None:
    inner: Any = {"enum": ["x" * 100 for _ in range(40_000)]}
    other: Any = {**inner, "title": "the same"}
    for n in range(90):
        inner = {"oneOf": [inner, {"const": n}]}
        other = {"oneOf": [{"const": n}, other]}
    with little_work(10):
        assert not drift(body(inner), body(other)).is_any


def test_what_stands_before_each_path_takes_no_room() -> None:
    tree = {"openapi": "3.0.0", "servers": [{"url": f"/{'x' * 1_000_000}"}], "paths": operations(1)}
    (one,) = operations_of(Document(tree)).values()
    assert len(one.name) < 1_000


def test_what_is_the_same_a_hundred_thousand_times_takes_no_time() -> None:
    again = {"allOf": [ref("Cat")] * 100_000}
    with little_work(5):
        found = drift(body(again, Cat={"type": "string"}), body(again, Cat={"type": "integer"}))
    assert said(found)["POST /a: the body was string, is integer"]


@pytest.mark.parametrize("name", ["next", ""])
def test_what_is_far_away_is_found_from_everywhere_in_no_time(name: str) -> None:
    """From each of a thousand operations it is as many thousand steps."""

    def far(kind: str) -> dict[str, Any]:
        nodes = {f"N{n}": {"properties": {name: ref(f"N{n + 1}")}} for n in range(5_000)} | {"N5000": {"type": kind}}
        many = {f"p{n}": {"type": "object"} for n in range(5_000)}
        tree = body(ref("N0"), **nodes, Many={"properties": {**many, "far": ref("N0")}})
        text = json.dumps(tree["paths"].pop("/a"))
        roots = (json.dumps({"properties": {"of": ref("Many"), f"r{n}": {}}}) for n in range(1_000))
        tree["paths"] = {f"/p{n}": json.loads(text.replace(json.dumps(ref("N0")), one)) for n, one in enumerate(roots)}
        return tree

    before, after = far("string"), far("integer")
    with little_work(20):
        found = drift(before, after).changed
    assert len(found) == 1_000
    assert all(change.is_breaking for change in found)


def shared_answer(kind: str, number: int = 20_000, **own: Any) -> dict[str, Any]:
    """Many operations that give the same answer in as many media types, in each a schema of its own that changes."""
    content = {
        f"a/{media}": {"schema": {"properties": {f"m{media}f{n}": {"type": kind} for n in range(20)}}}
        for media in range(8)
    }
    paths = operations(number, responses={"200": {"$ref": "#/components/responses/All"}})
    for n, item in enumerate(paths.values()):
        item["get"] |= {name: json.loads(json.dumps(value).replace("own", f"own{n}")) for name, value in own.items()}
    answers = {"All": {"description": "All", "content": content}}
    return {"openapi": "3.0.0", "paths": paths, "components": {"responses": answers}}


def test_what_all_operations_share_is_searched_and_told_of_once() -> None:
    before, after = shared_answer("string"), shared_answer("integer")
    with little_work(20):
        found = drift(before, after)
        summary = told(found)
    assert (summary["changed_count"], summary["breaking_count"]) == (20_000, 20_000 * 160)
    assert len(summary["breaking"]) == 100


def test_what_each_of_many_operations_has_to_be_told_of_anew_is_refused_before_it_takes_all_time() -> None:
    parameters = [{"name": "own", "in": "query", "schema": {"type": "string"}}]
    before, after = (shared_answer(kind, 8_000, parameters=parameters) for kind in ("string", "integer"))
    with little_work(40), pytest.raises(InvalidInputError, match="too much"):
        drift(before, after)


def test_where_very_much_changes_in_one_schema_what_breaks_is_among_what_is_told() -> None:
    fields = {f"f{n:04}": {"type": "string"} for n in range(500)}
    found = said(drift(body({"properties": {}}), body({"properties": fields, "required": ["f0499"]})))
    assert found["POST /a: the body: f0499 is new, and has to be there"]
    assert len(found) < 50


def test_an_event_says_a_part_and_the_numbers_say_all() -> None:
    long = "/" + "x" * 500
    many = {f"{long}{n}": NEW_PATH for n in range(300)}
    after = changed(*[(f"{FIELD}{name}|type", "boolean") for name in ("id", "name", "kind")])
    after["paths"] |= many
    event = told(drift(NEW, after))
    assert (len(event["added"]), event["added_count"]) == (50, 300)
    assert event["changed_count"] == len(event["changed"]) == 2
    assert all(len(one["changes"]) <= 5 and one["breaking"] for one in event["changed"])
    assert len(json.dumps(event)) < 100_000


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "properties", "items", "required", "enum", "allOf", "oneOf", "const", "format", "a", "$ref"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


@given(JUNK, JUNK)
def test_whatever_stands_where_a_schema_should_be_it_is_compared_or_refused(before: Any, after: Any) -> None:
    for one, other in ((before, after), (after, before), (before, before)):
        try:
            found = compare(Document(body(one, **PARTS)), Document(body(other, **PARTS)))
        except InvalidInputError:  # a reference that leads nowhere
            continue
        json.dumps(told(found))
    for document in (NEWEST, OLD):
        assert not drift(document, document).is_any
