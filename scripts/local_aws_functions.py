"""Lambda of MiniStack, put right where it differs from AWS in what we rely on."""

import hashlib
import io
import os
import queue
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from ministack.core import lambda_runtime
from ministack.services import lambda_svc, sqs
from ministack.services.cloudformation import provisioners


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


def name_errors_by_their_class() -> None:
    """The type of an error is the name of its class: that is what a machine's Retry and Catch look for.

    MiniStack calls every error of a handler Runtime.HandlerError.
    """
    invoke: Callable[..., dict[str, Any]] = lambda_runtime.Worker.invoke
    execute: Callable[..., dict[str, Any]] = lambda_svc._execute_function_warm
    kind: ContextVar[str | None] = ContextVar("kind", default=None)
    said = '{"status": "error", "error": str(e), "trace"'
    lambda_runtime._PYTHON_WORKER_SCRIPT = lambda_runtime._PYTHON_WORKER_SCRIPT.replace(
        said, said.replace("{", '{"kind": type(e).__name__, ', 1)
    )

    def invoke_worker(worker: Any, *arguments: Any, **named: Any) -> dict[str, Any]:
        response = invoke(worker, *arguments, **named)
        kind.set(response.get("kind"))
        return response

    def execute_function_warm(function: Any, event: Any, request_id: str) -> dict[str, Any]:
        kind.set(None)
        result = execute(function, event, request_id)
        if result.get("error") and kind.get():
            result["body"]["errorType"] = kind.get()
        return result

    lambda_runtime.Worker.invoke = invoke_worker
    lambda_svc._execute_function_warm = execute_function_warm


def hear_functions_until_they_have_answered() -> None:
    """A function has said all it has to say when it has answered, and its answer is there then.

    MiniStack waits for another 50 ms where a function says nothing, and leaves words that come later to the next call.
    """
    script, end = lambda_runtime._PYTHON_WORKER_SCRIPT, "-- answered --"
    answered = "_real_stdout.flush()\n\nrun()"
    assert script.count(answered) == 1
    told = f"sys.stderr.write({end + chr(10)!r}); sys.stderr.flush(); {answered}"
    lambda_runtime._PYTHON_WORKER_SCRIPT = script.replace(answered, told)

    def all_that_was_said(worker: Any, **_: Any) -> str:
        said = list[str]()
        with suppress(queue.Empty):  # it died over its work
            while not said or not said[-1].endswith(end):
                said.append(worker._stderr_queue.get(timeout=0.25))
        return "\n".join(said).removesuffix(end).removesuffix("\n")

    lambda_runtime.Worker._drain_stderr_bounded = all_that_was_said


def refuse_mappings_of_impatient_queues() -> None:
    """A queue has to wait for an answer for as long as its function may take. MiniStack maps any queue."""
    handlers = provisioners._RESOURCE_HANDLERS["AWS::Lambda::EventSourceMapping"]
    create: Callable[..., Any] = handlers["create"]

    def create_mapping(name: str, properties: dict[str, Any], *rest: Any) -> Any:
        queue = sqs._queue_by_arn(properties["EventSourceArn"])
        _, config, _ = lambda_svc._get_func_record_for_ref(properties["FunctionName"])
        if queue and config:
            patience, limit = int(queue["attributes"]["VisibilityTimeout"]), int(config["Timeout"])
            if patience < limit:
                told = f"Queue visibility timeout: {patience} seconds is less than Function timeout: {limit} seconds"
                raise ValueError(told)
        return create(name, properties, *rest)

    handlers["create"] = create_mapping


def fail_batches_with_unknown_failures() -> None:
    """A batch of which a message is reported as failed that is not in it has failed as a whole.

    MiniStack passes over such a report and takes all messages for dealt with.
    """
    execute: Callable[[Any, Any], dict[str, Any]] = lambda_svc._execute_function

    def execute_function(function: Any, event: Any) -> dict[str, Any]:
        result = execute(function, event)
        records = event.get("Records") if isinstance(event, dict) else None
        if not records or records[0].get("eventSource") != "aws:sqs" or not isinstance(result.get("body"), dict):
            return result
        failures = result["body"].get("batchItemFailures") or []
        unknown = {failure.get("itemIdentifier") for failure in failures} - {record["messageId"] for record in records}
        return result | {"error": True} if unknown else result

    lambda_svc._execute_function = execute_function
