"""moto without what takes most of its time and makes no difference here: the tests of functions take half as long."""

from collections import defaultdict
from functools import cache
from typing import Any

from aws_lambda_powertools.shared import user_agent
from moto.core import models, responses
from moto.core.serialize import ResponseSerializer
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import Table

_write_structure = ResponseSerializer._serialize_type_structure
_write_transaction = DynamoDBBackend.transact_write_items


def begin() -> None:
    """Once in a process."""
    places: tuple[tuple[Any, str, Any], ...] = (
        (ResponseSerializer, "_serialize_type_structure", _serialize_structure),
        (DynamoDBBackend, "transact_write_items", _transact_write_items),
        (Table, "__deepcopy__", _copy_table),
        (Item, "__init__", _make_item),
        # It looks for the methods of a class with each call.
        (responses, "method_names_from_class", cache(vars(responses)["method_names_from_class"])),
        # Each time it begins it learns 1,300 URLs for who asks with `requests`: nobody does.
        (models, "RESPONSES_METHODS", ()),
        # Powertools adds its name to all that a client asks. Clients outlive the processes of tests: it would again.
        (user_agent, "register_feature_to_client", lambda client, feature: None),
    )
    for owner, name, ours in places:
        setattr(owner, name, ours)


def _serialize_structure(serializer: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
    """The values of its DynamoDB already are as they travel: it looks for each of ten types in every one of them."""
    if shape.name == "AttributeValue":
        serializer._default_serialize(serialized, value, shape, key)
    else:
        _write_structure(serializer, serialized, value, shape, key)


def _transact_write_items(backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    assert not any("Update" in item for item in transact_items), "see `_copy_table`"
    _write_transaction(backend, transact_items)


def _copy_table(table: Any, _: dict[int, Any]) -> Any:
    """What it goes back to where a transaction fails; it takes one for each write in it, with all items.

    Puts and deletions replace items and never change them, so the copy may have the same ones.
    """
    copied = object.__new__(type(table))
    vars(copied).update(vars(table))
    copied.items = defaultdict(dict)
    for key, items in table.items.items():
        copied.items[key] = dict(items) if isinstance(items, dict) else items
    return copied


def _make_item(item: Item, hash_key: DynamoType, range_key: DynamoType | None, attrs: dict[str, Any]) -> None:
    """It takes the size of all there is with each attribute; here that is done with the last."""
    item.hash_key, item.range_key, item.attrs = hash_key, range_key, LimitedSizeDict()
    *firsts, last = attrs.items() if attrs else (None,)
    for key, value in firsts:
        dict.__setitem__(item.attrs, key, DynamoType(value))
    if last:
        item.attrs[last[0]] = DynamoType(last[1])
