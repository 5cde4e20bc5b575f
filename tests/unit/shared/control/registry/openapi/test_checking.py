"""Which descriptions can be relied on, held against the specifications' own schemas; no reference leads out of one."""

from collections.abc import Callable
from functools import cache
from typing import Any

import jsonschema_rs
import pytest
from schemathesis.specs.openapi import definitions

from shared.control.registry.openapi.checking import check_document
from shared.control.registry.openapi.document import Document
from shared.runtime.errors import InvalidInputError
from tests.unit.shared.control.registry.openapi.samples import ALL, NEW, NOTHING, OLD, changed

GET, POST = "paths|/pets|get|", "paths|/pets|post|"


def check(tree: Any) -> None:
    check_document(Document(tree))


@cache
def validator(version: str) -> Callable[[Any], bool]:
    """Of the specification's own schema."""
    schemas = {"2.0": definitions.SWAGGER_20, "3.0": definitions.OPENAPI_30, "3.1": definitions.OPENAPI_31}
    return jsonschema_rs.validator_for(schemas[version]).is_valid


def is_valid(tree: dict[str, Any]) -> bool:
    return validator(str(tree.get("swagger") or tree["openapi"])[:3])(tree)


@pytest.mark.parametrize("version", ALL)
def test_a_good_description_of_each_version_is_taken(version: str) -> None:
    check(ALL[version])
    assert Document(ALL[version]).version.startswith(version)
    assert is_valid(dict(ALL[version])), "the sample itself"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("openapi", "3.2.0"),
        ("openapi", "2.0"),
        ("openapi", "4.0.0"),
        ("openapi", "3.0"),
        ("openapi", "3.0.3\n"),
        ("openapi", 3.0),
        ("openapi", None),
        ("openapi", NOTHING),
        ("openapi", ["3.0.3"]),
        ("swagger", "1.2"),
    ],
)
def test_another_version_is_refused(name: str, value: Any) -> None:
    tree = changed(("openapi", NOTHING), (name, "") if value is NOTHING else (name, value))
    with pytest.raises(InvalidInputError, match="version"):
        check(tree)


def test_what_yaml_makes_of_a_version_is_a_version() -> None:
    check(changed(("swagger", 2.0), of=OLD))
    check(changed(("info|version", 1.0)))


BAD: dict[str, tuple[str, Any]] = {
    "info: it has to be": ("info", NOTHING),
    "info: it has": ("info", []),
    "info.title": ("info|title", NOTHING),
    "info.version": ("info|version", NOTHING),
    "paths: it has": ("paths", NOTHING),
    "paths: it": ("paths", []),
    "a path begins with /": ("paths|pets", {}),
    "/other: it has to be an object": ("paths|/other", 7),
    "twice, with other names": ("paths|/pets/{petId}", {}),
    "GET /pets: it has to be an object": ("paths|/pets|get", []),
    "responses has to be": (GET + "responses", NOTHING),
    "one answer at least": (GET + "responses", {}),
    "is no status": (GET + "responses|20", {"description": ""}),
    "OK is no status": (GET + "responses|OK", {"description": ""}),
    "200 has no description": (GET + "responses|200|description", NOTHING),
    "200 has no": (GET + "responses|200", 7),
    "parameters has to be a list": (GET + "parameters", {}),
    "parameters has to": ("paths|/pets|parameters", "limit"),
    "a parameter has a name": (GET + "parameters|0|name", NOTHING),
    "a parameter has a name and": (GET + "parameters|0|in", NOTHING),
    "a parameter has": (GET + "parameters|0", 7),
    "there is no such place": (GET + "parameters|0|in", "body"),
    "so it has to be required": ("paths|/pets/{id}|parameters|0|required", NOTHING),
    "nothing says what it is": (GET + "parameters|0|schema", NOTHING),
    "limit is there twice": (GET + "parameters|1", NEW["paths"]["/pets"]["get"]["parameters"][0]),
    "requestBody.content": (POST + "requestBody", {}),
    "requestBody": (POST + "requestBody", []),
    "security has to be a list": (GET + "security", {}),
}


@pytest.mark.parametrize("complaint", BAD)
def test_what_operations_are_read_from_has_its_shape(complaint: str) -> None:
    tree = changed(BAD[complaint])
    with pytest.raises(InvalidInputError) as refused:
        check(tree)
    assert complaint in str(refused.value)
    beyond_schemas = "twice" in complaint and "limit" not in complaint
    assert beyond_schemas or not is_valid(tree), "the specification's own schema refuses it too"


def test_an_id_of_operations_is_there_once() -> None:
    with pytest.raises(InvalidInputError, match="operationId listPets is there twice"):
        check(changed((POST + "operationId", "listPets")))


@pytest.mark.parametrize(
    "change",
    [
        ("paths|/pets|post|parameters|0|in", "cookie"),
        ("paths|/pets|get|parameters|0|type", NOTHING),
        ("paths|/pets|get|responses", NOTHING),
    ],
)
def test_the_same_goes_for_the_old_version(change: tuple[str, Any]) -> None:
    tree = changed(change, of=OLD)
    with pytest.raises(InvalidInputError):
        check(tree)
    assert not is_valid(tree)


def test_the_newest_version_needs_neither_paths_nor_answers() -> None:
    for change in (("paths", NOTHING), (GET + "responses", NOTHING)):
        tree = changed(change, of=ALL["3.1"])
        check(tree)
        assert is_valid(tree | ({"components": {}} if "paths" not in tree else {}))


def test_many_problems_are_a_few_and_a_number() -> None:
    tree = changed(*[(f"paths|p{number}", {}) for number in range(50)])
    with pytest.raises(InvalidInputError, match="and 45 more") as refused:
        check(tree)
    assert len(str(refused.value)) < 600


# references

OUT = [
    "file:///etc/passwd",
    "file:///proc/self/environ",
    "/etc/passwd",
    "../secrets.json",
    "pet.json",
    "pet.json#/Pet",
    "http://169.254.169.254/latest/meta-data/",
    "https://pets.example/pet.json#/Pet",
    "//pets.example/pet.json",
    "#Pet",
    "#",
    "",
    "https://127.0.0.1:9001/2018-06-01/runtime/invocation/next",
]
PLACES = [
    f"{GET}responses|200|content|application/json|schema|items|$ref",
    f"{GET}responses|default|$ref",
    f"{GET}parameters|0|$ref",
    "components|schemas|Pet|properties|default|$ref",
    "components|schemas|Pet|properties|enum|properties|const|$ref",
    "components|headers|x-rate|$ref",
    "components|schemas|Unused|allOf",
    f"{POST}callbacks|done|$ref",
    "paths|/other|$ref",
]


@pytest.mark.parametrize("link", OUT)
def test_no_reference_leads_out_of_a_description(link: str) -> None:
    for place in PLACES:
        value: Any = [{"$ref": link}] if place.endswith("allOf") else link
        with pytest.raises(InvalidInputError, match="leads out of it, and is not followed"):
            check(changed((place, value)))


@pytest.mark.parametrize(
    "link", ["#/", "#/nothing", "#/paths/pets", "#/components/schemas/Pet/properties/none", "#/paths/~1pets/get/x/9"]
)
def test_a_reference_leads_somewhere(link: str) -> None:
    with pytest.raises(InvalidInputError, match="leads nowhere"):
        check(changed((PLACES[0], link)))


def test_references_that_lead_around_come_to_an_end() -> None:
    for links in (["A"], ["B", "A"], [*"BCDEFGHIJKLMNOPQRSTUVWXYZ", "A"]):
        names = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        circle = {name: {"$ref": f"#/components/schemas/{link}"} for name, link in zip(names, links, strict=False)}
        with pytest.raises(InvalidInputError, match="leads to references"):
            check(changed(*[(f"components|schemas|{name}", schema) for name, schema in circle.items()]))


def test_a_reference_is_found_however_its_way_is_written() -> None:
    tree = changed(
        ("components|schemas|a/b~c d", {"type": "string"}),
        (PLACES[0], "#/components/schemas/a~1b~0c%20d"),
        (f"{GET}parameters|2", {"$ref": "#/paths/~1pets~1{id}/parameters/0"}),
    )
    check(tree)


def test_what_only_looks_like_a_reference_is_none() -> None:
    check(
        changed(
            ("components|schemas|Pet|example", {"$ref": "file:///etc/passwd"}),
            ("components|schemas|Pet|default", {"$ref": "http://127.0.0.1"}),
            ("components|schemas|Pet|x-more", {"$ref": "nowhere"}),
            ("components|schemas|Pet|enum", [{"$ref": "nowhere"}]),
            ("components|schemas|Pet|properties|$ref", {"type": "string"}),
        )
    )
