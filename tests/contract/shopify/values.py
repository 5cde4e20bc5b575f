"""Values by their GraphQL types: what in them is deprecated, and any value that a type allows."""

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLInputField,
    GraphQLInputType,
    GraphQLOutputType,
    get_named_type,
    get_nullable_type,
    is_enum_type,
    is_input_object_type,
    is_list_type,
)

_SCALARS: dict[str, Any] = {
    "Boolean": False,
    "DateTime": "2026-11-20T10:00:00Z",
    "Decimal": "1.00",
    "Float": 1.0,
    "ID": "gid://shopify/Node/1",
    "Int": 1,
    "JSON": {},
    "Money": "1.00",
    "UnsignedInt64": "1",
    "URL": "https://shop.example/",
}


def deprecated_in(
    fields: Mapping[str, GraphQLArgument] | Mapping[str, GraphQLInputField], values: Mapping[str, Any], where: str
) -> Iterator[str]:
    """What of `values`, coerced by `fields`, is deprecated, each with its place and Shopify's reason."""
    for name, value in values.items():
        place, field = f"{where}.{name}", fields[name]
        if field.deprecation_reason is not None:
            yield f"{place}: deprecated: {field.deprecation_reason.strip()}"
        yield from _deprecated_value(field.type, value, place)


def _deprecated_value(kind: GraphQLInputType, value: Any, where: str) -> Iterator[str]:
    one = get_nullable_type(kind)
    if is_list_type(one):
        for number, item in enumerate(value or []):
            yield from _deprecated_value(one.of_type, item, f"{where}.{number}")
    elif isinstance(value, dict) and is_input_object_type(one):
        yield from deprecated_in(one.fields, value, where)
    elif is_enum_type(one) and value is not None and (reason := one.values[value].deprecation_reason) is not None:
        yield f"{where}: {value} is deprecated: {reason.strip()}"


def some_value_of(kind: GraphQLOutputType) -> Any:
    """A value of that type. Of objects the fields are asked for one by one, so any object does."""
    one = get_nullable_type(kind)
    if is_list_type(one):
        return [some_value_of(one.of_type)]
    if is_enum_type(one):
        return next(iter(one.values))
    return _SCALARS.get(get_named_type(one).name, "a")
