"""Permissions in MiniStack, put right where they differ from AWS in what we rely on."""

import json
import re
from collections.abc import Awaitable, Callable, Iterator
from contextvars import ContextVar
from typing import Any

from ministack import app
from ministack.core import iam_actions, iam_evaluator
from ministack.core.responses import get_region, new_uuid
from ministack.core.router import extract_access_key_id
from ministack.services import dynamodb, eventbridge, sqs

_BUS_ACTIONS = ("DescribeEventBus", "UpdateEventBus", "DeleteEventBus")
_DELIVERIES = {"lambda": "lambda:InvokeFunction", "sqs": "sqs:SendMessage", "states": "states:StartExecution"}


def authorize_buses_by_their_own_name() -> None:
    """`Name` of a call about a bus names the bus. MiniStack takes it for a rule of the default bus."""
    extract: Callable[..., str] = iam_actions.extract_resource_arn

    def extract_resource_arn(service: str, method: str, path: str, headers: Any, body: bytes, *rest: Any) -> str:
        arn = extract(service, method, path, headers, body, *rest)
        if service == "events" and headers.get("x-amz-target", "").endswith(_BUS_ACTIONS):
            return arn.replace(":rule/default/", ":event-bus/")
        return arn

    iam_actions.extract_resource_arn = extract_resource_arn


def authorize_batches_as_what_they_do() -> None:
    """Who may send a message to a queue may send ten: AWS knows no permission for batches. MiniStack asks for one.

    Source: Amazon SQS Developer Guide, "Amazon SQS API permissions".
    """
    extract: Callable[..., str | None] = iam_actions.extract_iam_action

    def extract_iam_action(service: str, *request: Any) -> str | None:
        action = extract(service, *request)
        return action.removesuffix("Batch") if service == "sqs" and action else action

    iam_actions.extract_iam_action = extract_iam_action


def role_allows(role: str, action: str, resource: str) -> bool:
    """Whether the policies of a role, named by its ARN, allow this."""
    account, name = role.split(":")[4], role.split("/")[-1]
    context = iam_evaluator.EvalContext(
        principal_arn=role,
        principal_type="AssumedRole",
        principal_account=account,
        action=action,
        resource_arn=resource,
        region=get_region(),
    )
    policies = iam_evaluator._gather_role_policies(name, account)
    return bool(iam_evaluator.evaluate(context, policies).decision == "Allow")


def deliver_only_what_is_allowed() -> None:
    """A rule delivers to queues that let it, a schedule what its role may do. MiniStack delivers everything.

    What may not be delivered goes to the target's dead-letter queue.
    """
    invoke: Callable[..., None] = eventbridge._invoke_target

    def invoke_target(target: dict[str, Any], event: Any, rule: dict[str, Any], view: Any = None) -> None:
        dead_letters = target | {"Arn": (target.get("DeadLetterConfig") or {}).get("Arn", "")}
        for choice in (target, dead_letters):
            if _may_deliver(choice, rule):
                return invoke(choice, event, rule, view)
        return None

    eventbridge._invoke_target = invoke_target


def _may_deliver(target: dict[str, Any], source: dict[str, Any]) -> bool:
    if not target["Arn"]:
        return False
    service = target["Arn"].split(":")[2]
    if target.get("RoleArn") and service in _DELIVERIES:
        return role_allows(target["RoleArn"], _DELIVERIES[service], target["Arn"])
    if service == "sqs":
        account = source["Arn"].split(":")[4]
        return bool(sqs.queue_policy_allows(target["Arn"], "events.amazonaws.com", source["Arn"], account))
    return True


def hide_what_is_missing_from_buckets() -> None:
    """Who may not list a bucket is not told that an object is missing: 403 and not 404. MiniStack tells everybody."""
    handle: Callable[..., Awaitable[Any]] = app.SERVICE_HANDLERS["s3"]

    async def handle_request(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        answer = await handle(method, path, headers, body, query)
        bucket, _, key = path.lstrip("/").partition("/")
        if answer[0] != 404 or method not in ("GET", "HEAD") or not key:
            return answer
        denied = iam_evaluator.enforce(
            extract_access_key_id(headers, query), "s3:ListBucket", "s3", get_region(), f"arn:aws:s3:::{bucket}"
        )
        if not isinstance(denied, iam_evaluator.EvalResult):
            return answer
        principal = denied.principal_arn
        return iam_actions.access_denied_response("s3", "s3:ListBucket", principal, new_uuid(), headers=headers)

    app.SERVICE_HANDLERS["s3"] = handle_request


def know_leading_keys() -> None:
    """`dynamodb:LeadingKeys` are the partition keys a request names. MiniStack knows of none, and every request
    fulfils a condition on all of none.

    The items of a transaction that do the same to the same table are looked at together.
    """
    describe: Callable[[bytes], dict[str, Any]] = iam_actions.dynamodb_service_context
    enforce: Callable[..., Any] = iam_evaluator.enforce
    request: ContextVar[dict[str, Any]] = ContextVar("request")

    def dynamodb_service_context(body: bytes) -> dict[str, Any]:
        request.set(json.loads(body or b"{}"))
        return describe(body)

    def enforce_with_keys(
        key: str, action: str, service: str, region: str, resource_arn: str = "*", service_context: Any = None
    ) -> Any:
        context = dict(service_context or {})
        if service == "dynamodb" and (keys := sorted(_leading_keys(request.get(), action, resource_arn))):
            context["dynamodb:LeadingKeys"] = keys
        return enforce(key, action, service, region, resource_arn, context)

    iam_actions.dynamodb_service_context = dynamodb_service_context
    iam_evaluator.enforce = enforce_with_keys


def _leading_keys(request: dict[str, Any], action: str, resource: str) -> set[str]:
    _, name, *index = resource.split("/")[:4] if "/" in resource else ("", "")
    if (table := dynamodb._tables.get(name)) is None:
        return set()
    partition = _partition(table, index[-1] if index else None)
    keys = [item[partition] for item in _items(request, action, name) if partition in item]
    keys += _queried(request, partition)
    return {str(value) for key in keys for value in key.values()}


def _partition(table: dict[str, Any], index: str | None) -> str:
    """Name the attribute that is the partition key of the table or of its index."""
    indexes = {known["IndexName"]: known for known in table.get("GlobalSecondaryIndexes") or []}
    schema = indexes.get(index, table)["KeySchema"]
    return next(str(part["AttributeName"]) for part in schema if part["KeyType"] == "HASH")


def _items(request: dict[str, Any], action: str, table: str) -> Iterator[dict[str, Any]]:
    """The keys and items of a table that a request names for an action, be it single, a batch or a transaction."""
    batch = request.get("RequestItems", {}).get(table, [])
    yield from batch.get("Keys", []) if isinstance(batch, dict) else []
    parts = [part for write in batch for part in write.values()] if isinstance(batch, list) else []
    if request.get("TableName") == table:
        parts.append(request)
    for item in request.get("TransactItems", []):
        for member, part in item.items():
            if iam_actions._DYNAMODB_TRANSACT_ITEM_ACTIONS.get(member) == action and part.get("TableName") == table:
                parts.append(part)
    yield from (part.get("Key") or part.get("Item") or {} for part in parts)


def _queried(request: dict[str, Any], partition: str) -> Iterator[dict[str, Any]]:
    names = request.get("ExpressionAttributeNames") or {}
    for name, value in re.findall(r"(#?\w+)\s*=\s*(:\w+)", request.get("KeyConditionExpression") or ""):
        if names.get(name, name) == partition:
            yield request["ExpressionAttributeValues"][value]
