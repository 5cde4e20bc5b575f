"""MiniStack, put right where it differs from AWS in what we rely on. Runs on the interpreter of `.tools/aws`.

Each function, here and in local_aws_streams.py, names one difference of MiniStack 1.5.33; it can go when MiniStack
has caught up.
"""

import hashlib
import io
import json
import os
import string
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from ministack import app
from ministack.core import iam_actions, lambda_runtime
from ministack.services import apigateway_v1, cloudwatch_logs, eventbridge, lambda_svc, secretsmanager
from ministack.services.cloudformation import provisioners

from scripts.local_aws_streams import bound_retries, keep_streams

_BUS_ACTIONS = ("DescribeEventBus", "UpdateEventBus", "DeleteEventBus")


def authorize_buses_by_their_own_name() -> None:
    """`Name` of a call about a bus names the bus. MiniStack takes it for a rule of the default bus."""
    extract: Callable[..., str] = iam_actions.extract_resource_arn

    def extract_resource_arn(service: str, method: str, path: str, headers: Any, body: bytes, *rest: Any) -> str:
        arn = extract(service, method, path, headers, body, *rest)
        if service == "events" and headers.get("x-amz-target", "").endswith(_BUS_ACTIONS):
            return arn.replace(":rule/default/", ":event-bus/")
        return arn

    iam_actions.extract_resource_arn = extract_resource_arn


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


def run_functions_with_their_layers_only() -> None:
    """A function finds the standard library and its layers, nothing else.

    MiniStack runs functions with the packages of its own environment behind the layers: a dependency missing from
    the layer would be found here and not in AWS.
    """
    detect: Callable[[str], tuple[str, str]] = lambda_runtime._detect_runtime_binary
    python = Path(tempfile.gettempdir()) / "python-without-packages"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I -S "$@"\n')
    python.chmod(0o700)

    def detect_runtime_binary(runtime: str) -> tuple[str, str]:
        binary, script = detect(runtime)
        return (str(python) if binary == sys.executable else binary), script

    lambda_runtime._detect_runtime_binary = detect_runtime_binary


def unpack_layers_once() -> None:
    """Workers of a function share its unpacked layers. MiniStack unpacks 70 MB anew for each of them."""
    spawn: Callable[[Any], None] = lambda_runtime.Worker._spawn
    shelf = Path(tempfile.gettempdir()) / "layers"
    one_at_a_time = threading.Lock()

    def unpacked(layer: Any) -> str:
        archive: bytes = lambda_svc._resolve_layer_zip(layer)
        place = shelf / hashlib.sha256(archive).hexdigest()
        with one_at_a_time:
            if not place.exists():
                ZipFile(io.BytesIO(archive)).extractall(place)
        return str(place)

    def spawn_with_shared_layers(worker: Any) -> None:
        config = worker.config
        layers = os.pathsep.join(unpacked(layer) for layer in config.get("Layers", []))
        variables = config.get("Environment", {}).get("Variables", {})
        with_layers = {"Variables": variables | {"_LAMBDA_LAYERS_DIRS": layers}}
        worker.config = config | {"Layers": [], "Environment": with_layers}
        try:
            spawn(worker)
        finally:
            worker.config = config  # the same worker is spawned again after each error of its handler

    lambda_runtime.Worker._spawn = spawn_with_shared_layers


if __name__ == "__main__":
    authorize_buses_by_their_own_name()
    deliver_events_to_log_groups()
    read_the_whole_description_of_an_api()
    know_secrets_by_their_arn()
    generate_secrets_without_punctuation()
    run_functions_with_their_layers_only()
    unpack_layers_once()
    keep_streams()
    bound_retries()
    app.main()
