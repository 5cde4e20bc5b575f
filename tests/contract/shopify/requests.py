"""Is a request what Shopify takes? By `schema.graphql`, which says where it is from: it is not only read, it is run."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    NoDeprecatedCustomRule,
    OperationDefinitionNode,
    build_schema,
    execute_sync,
    get_operation_ast,
    is_scalar_type,
    parse,
    specified_rules,
    validate,
)

from tests.contract.json_schemas import unsendable
from tests.contract.shopify.runtime_rules import RULES, SCALARS
from tests.contract.shopify.values import deprecated_in, some_value_of

SDL = Path(__file__).with_name("schema.graphql").read_text()
KEYS = {"query", "variables", "operationName"}
_RULES = [*specified_rules, NoDeprecatedCustomRule]


def _schema() -> GraphQLSchema:
    schema = build_schema(SDL, assume_valid=True)
    for name, read in SCALARS.items():
        scalar = schema.type_map[name]
        assert is_scalar_type(scalar)
        scalar.coerce_input_value = read  # of variables
        scalar.parse_value = read  # type: ignore[assignment, method-assign]  # of what stands in the query
    return schema


SCHEMA = _schema()


def violations(body: Any) -> list[str]:
    """What is wrong with the body of `POST /admin/api/<version>/graphql.json`, as Shopify would say it or before it.

    What Shopify takes with a warning or in silence is also wrong here: deprecated fields, unknown keys and variables.
    """
    if found := unsendable(body):
        return found
    try:
        operation, document = _read(body)
    except GraphQLError as error:
        return [error.message]
    if found := [error.message for error in validate(SCHEMA, document, _RULES)]:
        return found
    result = execute_sync(
        SCHEMA,
        document,
        variable_values=body.get("variables"),
        operation_name=body.get("operationName"),
        field_resolver=_resolve,
    )
    return [*_undeclared(operation, body.get("variables") or {}), *(error.message for error in result.errors or [])]


def answered(body: dict[str, Any], root: Any) -> dict[str, Any]:
    """The answer that Shopify's schema makes of a request and of what `root` has for its first fields.

    `root` maps the name of a field to a value or to a function of `(info, **arguments)`. A value that the schema does
    not allow for the field becomes an error in the answer.
    """
    operation_name, variables = body.get("operationName"), body.get("variables")
    document = parse(body["query"])
    result = execute_sync(SCHEMA, document, root, variable_values=variables, operation_name=operation_name)
    return dict(result.formatted)


def _read(body: Any) -> tuple[OperationDefinitionNode, DocumentNode]:
    if not isinstance(body, dict) or not isinstance(body.get("query"), str):
        raise GraphQLError("body: an object with a query is needed")
    if unknown := sorted(body.keys() - KEYS):
        raise GraphQLError(f"body: unknown keys {unknown}")
    if not isinstance(body.get("variables") or {}, dict):
        raise GraphQLError("variables: an object is needed")
    document = parse(body["query"])
    operation = get_operation_ast(document, body.get("operationName"))
    if operation is None:
        raise GraphQLError("operationName: the query has no operation of that name, or several and none is named")
    return operation, document


def _undeclared(operation: OperationDefinitionNode, variables: dict[str, Any]) -> Iterator[str]:
    """GraphQL ignores variables that the operation does not declare; a misspelt one is always a mistake."""
    declared = {one.variable.name.value for one in operation.variable_definitions or ()}
    yield from (f"variables: ${name} is not declared" for name in sorted(variables.keys() - declared))


def _resolve(source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
    field = info.parent_type.fields[info.field_name]
    found = [*deprecated_in(field.args, arguments, info.field_name), *_broken(info.field_name, arguments)]
    if found:
        raise GraphQLError("; ".join(found))
    return some_value_of(field.type)


def _broken(field: str, arguments: dict[str, Any]) -> Iterator[str]:
    if rule := RULES.get(field):
        yield from rule(arguments)
