"""Make `schema.json` anew from the types of the npm package `ebay-api` (MIT).

`.venv/bin/python -m tests.contract.ebay.refresh` needs npm. To take a newer version, change VERSION and SHA256 here.
eBay's own OpenAPI file is not ours to copy.
"""

import hashlib
import json
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

PACKAGE = "ebay-api"
VERSION = "10.0.1"
SHA256 = "777a2a0f9742643d6892f8e87b66f7f64cf645d9a06cd615a871215478b08710"
TYPES = "package/dist/types/restful/specs/sell_inventory_v1_oas3.d.ts"
ENUMS = "package/dist/enums/restfulEnums.d.ts"
SCHEMA = Path(__file__).with_name("schema.json")
COMMAND = ".venv/bin/python -m tests.contract.ebay.refresh"

# The bodies we send: PUT inventory_item, POST offer, PUT offer.
BODIES = ("InventoryItem", "EbayOfferDetailsWithKeys", "EbayOfferDetailsWithId")

_PRIMITIVES = {"string": "string", "number": "number", "boolean": "boolean"}
_FIELD = re.compile(r"^ {12}(\w+)\??: (.+);$")
_REFERENCE = re.compile(r'^components\["schemas"\]\["(\w+)"\]$')


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        archive = _packed(Path(folder))
        types, enums = (_member(archive, name) for name in (TYPES, ENUMS))
    schema = patched(reduced(types), _values(enums, "Marketplace"), _values(enums, "Condition"))
    SCHEMA.write_text(json.dumps(schema, indent=2) + "\n")


def _packed(folder: Path) -> Path:
    """The package as the registry has it. Raises SystemExit where it is not the one that was looked at."""
    subprocess.run(["npm", "pack", "--silent", f"{PACKAGE}@{VERSION}"], cwd=folder, check=True, capture_output=True)
    (archive,) = folder.glob("*.tgz")
    if (found := hashlib.sha256(archive.read_bytes()).hexdigest()) != SHA256:
        raise SystemExit(f"{PACKAGE}@{VERSION} has sha256 {found}, not {SHA256}")
    return archive


def _member(archive: Path, name: str) -> str:
    with tarfile.open(archive) as package:
        member = package.extractfile(name)
        assert member is not None
        return member.read().decode()


def reduced(types: str) -> dict[str, Any]:
    """JSON Schemas of our bodies and of what they refer to, by name."""
    definitions: dict[str, Any] = {}
    wanted = list(BODIES)
    while wanted:
        name = wanted.pop()
        if name not in definitions:
            definitions[name] = _object(_block(types, name))
            wanted += re.findall(r'"#/\$defs/(\w+)"', json.dumps(definitions[name]))
    return dict(sorted(definitions.items()))


def _block(types: str, name: str) -> list[str]:
    found = re.search(rf"^ {{8}}{name}: {{\n(.*?)^ {{8}}}};$", types, re.MULTILINE | re.DOTALL)
    assert found, f"there is no type {name}"
    return found.group(1).splitlines()


def _object(lines: list[str]) -> dict[str, Any]:
    fields = [_FIELD.match(line) for line in lines]
    properties = {field.group(1): _type(field.group(2)) for field in fields if field}
    assert len(properties) == len(lines), f"not all of these are fields: {lines}"
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _type(text: str) -> dict[str, Any]:
    if text.endswith("[]"):
        return {"type": "array", "items": _type(text.removesuffix("[]"))}
    if found := _REFERENCE.match(text):
        return {"$ref": f"#/$defs/{found.group(1)}"}
    return {"type": _PRIMITIVES[text]}


def _values(enums: str, name: str) -> list[str]:
    found = re.search(rf"^export declare enum {name} {{\n(.*?)^}}", enums, re.MULTILINE | re.DOTALL)
    assert found, f"there is no enum {name}"
    return re.findall(r'"(\w+)"', found.group(1))


def patched(definitions: dict[str, Any], marketplaces: list[str], conditions: list[str]) -> dict[str, Any]:
    """What the types do not say and eBay's reference does (developer.ebay.com/api-docs/sell/inventory)."""
    item, product, offer, change, amount, policies = (
        definitions[name]
        for name in (
            "InventoryItem",
            "Product",
            "EbayOfferDetailsWithKeys",
            "EbayOfferDetailsWithId",
            "Amount",
            "ListingPolicies",
        )
    )
    # The type says "string"; it is a map of lists. Source: Product.aspects.
    values = {"type": "array", "items": {"type": "string", "minLength": 1, "maxLength": 65}, "minItems": 1}
    product["properties"]["aspects"] = {"type": "object", "additionalProperties": values, "minProperties": 1}
    # Lengths. Source: Product.
    product["properties"]["title"] |= {"minLength": 1, "maxLength": 80}
    product["properties"]["description"] |= {"minLength": 1, "maxLength": 4000}
    product["properties"]["imageUrls"] |= {"minItems": 1, "maxItems": 24}
    product["properties"]["imageUrls"]["items"] |= {"pattern": "^https://[^\\s;]+$"}
    # The package's enum is older than eBay's. Source: ConditionEnum; MANUFACTURER_REFURBISHED is no longer taken.
    newer = ["CERTIFIED", "EXCELLENT", "VERY_GOOD", "GOOD"]
    conditions = [one for one in conditions if one != "MANUFACTURER_REFURBISHED"]
    conditions += [f"{grade}_REFURBISHED" for grade in newer] + ["PRE_OWNED_EXCELLENT", "PRE_OWNED_FAIR"]
    item["properties"]["condition"] |= {"enum": conditions}
    # Source: Amount; a decimal point and two decimals are our choice.
    amount["properties"]["value"] |= {"pattern": "^(0|[1-9][0-9]*)\\.[0-9]{2}$"}
    amount["properties"]["currency"] |= {"pattern": "^[A-Z]{3}$"}
    amount["required"] = ["currency", "value"]
    # Source: error 25707.
    offer["properties"]["sku"] |= {"pattern": "^[A-Za-z0-9]{1,50}$"}
    offer["properties"]["marketplaceId"] |= {"enum": marketplaces}
    offer["properties"]["format"] |= {"enum": ["FIXED_PRICE", "AUCTION"]}
    for one in (offer, change):
        one["properties"]["availableQuantity"] |= {"type": "integer", "minimum": 0}
        one["properties"]["categoryId"] |= {"pattern": "^[0-9]+$"}
        one["properties"]["listingDuration"] |= {"enum": ["GTC"]}  # the only one with FIXED_PRICE
        one["properties"]["merchantLocationKey"] |= {"minLength": 1, "maxLength": 36}
    for name in ("fulfillmentPolicyId", "paymentPolicyId", "returnPolicyId"):
        policies["properties"][name] |= {"pattern": "^[0-9]+$"}  # errors 25766, 25767
    definitions["ShipToLocationAvailability"]["properties"]["quantity"] |= {"type": "integer", "minimum": 0}
    return _required(definitions)


def _required(definitions: dict[str, Any]) -> dict[str, Any]:
    """What publishing needs: we never send less. Source: api-docs/sell/static/inventory/publishing-offers.html."""
    details = [
        "availableQuantity",
        "categoryId",
        "listingDuration",
        "listingPolicies",
        "merchantLocationKey",
        "pricingSummary",
    ]
    needed = {
        "Availability": ["shipToLocationAvailability"],
        "EbayOfferDetailsWithId": details,
        "EbayOfferDetailsWithKeys": ["format", "marketplaceId", "sku", *details],
        "InventoryItem": ["availability", "condition", "product"],
        "ListingPolicies": ["fulfillmentPolicyId", "paymentPolicyId", "returnPolicyId"],
        "PricingSummary": ["price"],
        "Product": ["aspects", "description", "imageUrls", "title"],
        "ShipToLocationAvailability": ["quantity"],
    }
    for name, names in needed.items():
        definitions[name]["required"] = names
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "x-provenance": {
            "what": "The bodies we send to eBay's Sell Inventory API, reduced from the types of a package; generated",
            "package": f"npm {PACKAGE} {VERSION}",
            "sha256": SHA256,
            "licence": "MIT, Copyright (c) 2020 Daniil Tomilow",
            "files": [TYPES, ENUMS],
            "patches": "refresh.py, each with its source",
            "command": COMMAND,
        },
        "$defs": definitions,
    }


if __name__ == "__main__":
    main()
