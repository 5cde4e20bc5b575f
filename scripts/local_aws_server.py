"""MiniStack, put right where it differs from AWS in what we rely on. Runs on the interpreter of `.tools/aws`.

Each function, here and in the files beside it, names one difference of MiniStack 1.5.33; it can go when MiniStack has
caught up.
"""

import json
import string
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from ministack import app
from ministack.services import apigateway_v1, cloudwatch_logs, eventbridge, secretsmanager, sqs
from ministack.services.cloudformation import provisioners

from scripts.local_aws_functions import (
    fail_batches_with_unknown_failures,
    hear_functions_until_they_have_answered,
    name_errors_by_their_class,
    refuse_mappings_of_impatient_queues,
    run_functions_with_their_layers_only,
    unpack_layers_once,
)
from scripts.local_aws_machines import (
    call_few_functions_at_once,
    let_ended_executions_be_stopped,
    let_machines_do_what_their_role_allows,
    refuse_waits_for_no_time,
    resume_executions,
    scale_waits_that_have_begun,
    start_executions_once,
    stop_executions_for_good,
)
from scripts.local_aws_permissions import (
    authorize_batches_as_what_they_do,
    authorize_buses_by_their_own_name,
    deliver_only_what_is_allowed,
    hide_what_is_missing_from_buckets,
    know_leading_keys,
)
from scripts.local_aws_requests import know_a_request_by_one_id
from scripts.local_aws_streams import bound_retries, keep_streams


def deliver_events_to_log_groups() -> None:
    """A rule may have a log group as its target. MiniStack drops such events. Input transformers are left out."""
    invoke: Callable[..., None] = eventbridge._invoke_target

    def invoke_target(target: dict[str, Any], event: Any, rule: Any, view: Any = None) -> None:
        _, _, service, *_ = target["Arn"].split(":")
        if service != "logs":
            return invoke(target, event, rule, view)
        envelope = (view or eventbridge._pattern_event_view(event)).event_with_detail()
        _put_log_event(target["Arn"].split(":")[6], json.dumps(envelope))
        return None

    eventbridge._invoke_target = invoke_target


def _put_log_event(group: str, message: str) -> None:
    name = {"logGroupName": group, "logStreamName": "events"}
    cloudwatch_logs._create_log_stream(name)  # refused where it exists
    entry = {"timestamp": int(time.time() * 1000), "message": message}
    cloudwatch_logs._put_log_events(name | {"logEvents": [entry]})


def know_secrets_by_their_arn() -> None:
    """`Ref` of a secret is its ARN. MiniStack gives its name, which no policy's `Resource` matches."""
    original = dict(provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"])

    def name_of(arn: str) -> str:
        return str(secretsmanager._resolve(arn)[0])

    def create(*arguments: Any) -> tuple[str, dict[str, str]]:
        _, attributes = original["create"](*arguments)
        return attributes["Arn"], attributes

    def update(arn: str, *arguments: Any) -> tuple[str, dict[str, str]]:
        _, attributes = original["update"](name_of(arn), *arguments)
        return attributes["Arn"], attributes

    def delete(arn: str, *arguments: Any) -> None:
        original["delete"](name_of(arn), *arguments)

    provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"] |= {
        "create": create,
        "update": update,
        "delete": delete,
    }


def read_the_whole_description_of_an_api() -> None:
    """Gateway responses and binary media types stand in an API's description. MiniStack imports the paths only.

    It has no `$context.path` either: the path's pattern stands in for it.
    """
    imported: Callable[..., str] = apigateway_v1._import_rest_api

    def import_rest_api(description: dict[str, Any], properties: dict[str, Any]) -> str:
        binary = description.get("x-amazon-apigateway-binary-media-types", [])
        api_id = imported(description, properties | {"binaryMediaTypes": binary})
        for kind, response in description.get("x-amazon-apigateway-gateway-responses", {}).items():
            templates = {k: v.replace("$context.path", "$context.resourcePath") for k, v in _templates(response)}
            apigateway_v1._put_gateway_response(api_id, kind, response | {"responseTemplates": templates})
        return api_id

    apigateway_v1._import_rest_api = import_rest_api


def _templates(response: dict[str, Any]) -> Iterable[tuple[str, str]]:
    templates: dict[str, str] = response.get("responseTemplates") or {}
    return templates.items()


def generate_secrets_without_punctuation() -> None:
    """`ExcludePunctuation` of a generated secret is to be obeyed. MiniStack's CloudFormation does not read it."""
    secret_string: Callable[[dict[str, Any]], str] = provisioners._sm_secret_string

    def generate(properties: dict[str, Any]) -> str:
        rule = dict(properties.get("GenerateSecretString") or {})
        if rule.get("ExcludePunctuation"):
            rule["ExcludeCharacters"] = rule.get("ExcludeCharacters", "") + string.punctuation
        return secret_string(properties | ({"GenerateSecretString": rule} if rule else {}))

    provisioners._sm_secret_string = generate


def find_queues_on_another_port() -> None:
    """A queue is where it was, whatever port the server got this time. MiniStack finds it by its old address only, and
    reads for no function from it.
    """
    load: Callable[[Any], Any] = sqs.load_persisted_state

    def load_persisted_state(state: Any) -> None:
        load(state)
        for key in list(sqs._queues._data):
            account, region, url = key
            queue = sqs._queues._data.pop(key)
            sqs._queues._data[account, region, sqs._queue_url_for_account(account, url.rsplit("/", 1)[1])] = queue
        sqs._queue_name_to_url.clear()
        sqs._rebuild_queue_name_index()

    sqs.load_persisted_state = load_persisted_state


def say_when_a_schedule_was_due() -> None:
    """`<aws.scheduler.scheduled-time>` in a schedule's input stands for when it was due. MiniStack leaves it as it is.

    It says when it was started, which is up to ten seconds later here.
    """
    invoke: Callable[..., None] = eventbridge._invoke_target

    def invoke_target(target: dict[str, Any], event: Any, *rest: Any) -> None:
        if event.get("Source") == "aws.scheduler" and "Input" in target:
            due = datetime.fromtimestamp(event["Time"], UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
            target = target | {"Input": target["Input"].replace("<aws.scheduler.scheduled-time>", due)}
        invoke(target, event, *rest)

    eventbridge._invoke_target = invoke_target


if __name__ == "__main__":
    deliver_events_to_log_groups()
    say_when_a_schedule_was_due()
    find_queues_on_another_port()
    read_the_whole_description_of_an_api()
    know_a_request_by_one_id()
    know_secrets_by_their_arn()
    generate_secrets_without_punctuation()
    run_functions_with_their_layers_only()
    unpack_layers_once()
    name_errors_by_their_class()
    hear_functions_until_they_have_answered()
    refuse_mappings_of_impatient_queues()
    fail_batches_with_unknown_failures()
    stop_executions_for_good()
    scale_waits_that_have_begun()
    refuse_waits_for_no_time()
    start_executions_once()
    let_ended_executions_be_stopped()
    let_machines_do_what_their_role_allows()
    call_few_functions_at_once()
    resume_executions()
    authorize_batches_as_what_they_do()
    authorize_buses_by_their_own_name()
    deliver_only_what_is_allowed()
    hide_what_is_missing_from_buckets()
    know_leading_keys()
    keep_streams()
    bound_retries()
    app.main()
