"""Step Functions of MiniStack, put right where they differ from AWS in what we rely on."""

import os
import re
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import ContextVar
from typing import Any

from ministack import app
from ministack.core.responses import (
    error_response_json,
    json_response,
    set_request_account_id,
    set_request_region,
)
from ministack.services import lambda_svc, stepfunctions

from scripts.local_aws_permissions import role_allows

_NAME = re.compile(r"[^\s<>{}\[\]?*\"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]{1,80}")
_CALLS_AT_ONCE = 8

_execution: ContextVar[dict[str, Any]] = ContextVar("execution")  # the one whose thread this is
_bells: dict[str, threading.Event] = {}  # what wakes a waiting execution early, by its ARN


class _StoppedError(BaseException):
    """Ends the thread of an execution that was stopped. Not an Exception: those are tasks' and retried."""


def stop_executions_for_good() -> None:
    """A stopped execution does nothing more. MiniStack lets its task be tried again, and calls it FAILED after that."""
    run: Callable[[str], None] = stepfunctions._run_execution
    stop: Callable[[dict[str, Any]], Any] = stepfunctions._stop_execution
    fail: Callable[[dict[str, Any], str, str], None] = stepfunctions._fail_execution

    def run_execution(arn: str) -> None:
        _execution.set(stepfunctions._executions.get(arn))
        with suppress(_StoppedError):
            run(arn)
        _bells.pop(arn, None)

    def stop_execution(request: dict[str, Any]) -> Any:
        answer = stop(request)
        _ring(request.get("executionArn", ""))
        return answer

    def fail_execution(execution: dict[str, Any], error: str, cause: str) -> None:
        if execution["status"] == "RUNNING":
            fail(execution, error, cause)

    stepfunctions._run_execution = run_execution
    stepfunctions._stop_execution = stop_execution
    stepfunctions._fail_execution = fail_execution
    stepfunctions._scaled_sleep = _wait


def scale_waits_that_have_begun() -> None:
    """Not a difference from AWS, which has no such scale: with it, time can be made to pass for those that wait."""
    configure: Callable[..., Awaitable[Any]] = app._handle_admin_config_request

    async def handle_config(*arguments: Any) -> Any:
        answer = await configure(*arguments)
        if answer:
            for arn in list(_bells):
                _ring(arn)
        return answer

    app._handle_admin_config_request = handle_config


def _ring(arn: str) -> None:
    if bell := _bells.pop(arn, None):
        bell.set()


def _wait(seconds: float) -> None:
    execution = _execution.get()
    began = time.monotonic()
    while True:
        bell = _bells.setdefault(execution["executionArn"], threading.Event())  # before looking, so that none is missed
        if execution["status"] != "RUNNING":
            raise _StoppedError
        left = seconds * stepfunctions._SFN_WAIT_SCALE - (time.monotonic() - began)
        if left <= 0:
            return
        bell.wait(left)


def refuse_waits_for_no_time() -> None:
    """An execution that is to wait until something that is no time fails. MiniStack does not wait and goes on."""
    execute: Callable[..., Any] = stepfunctions._execute_wait

    def execute_wait(state: dict[str, Any], given: Any, context: Any = None) -> Any:
        if path := state.get("TimestampPath"):
            until = stepfunctions._resolve_path(path, stepfunctions._apply_input_path(state, given, context))
            moment = stepfunctions._parse_ts(until)
            if moment is None or moment.tzinfo is None:
                cause = f"The TimestampPath parameter does not reference a valid timestamp: {path} == {until}"
                raise stepfunctions._ExecutionError("States.Runtime", cause)
        return execute(state, given, context)

    stepfunctions._execute_wait = execute_wait


def start_executions_once() -> None:
    """A running execution that is started again, with its name and input, is answered as it was the first time.

    MiniStack refuses that, and takes names that AWS refuses.
    """
    start: Callable[[dict[str, Any]], Any] = stepfunctions._start_execution

    def start_execution(request: dict[str, Any]) -> Any:
        name = request.get("name")
        if name is not None and not _NAME.fullmatch(name):
            return error_response_json("InvalidName", f"Invalid Name: '{name}'", 400)
        machine = stepfunctions._resolve_state_machine_arn(request.get("stateMachineArn", "")) or ""
        known = stepfunctions._executions.get(f"{machine}:{name}".replace(":stateMachine:", ":execution:"))
        if known and known["status"] == "RUNNING" and known["input"] == request.get("input", "{}"):
            return json_response({"executionArn": known["executionArn"], "startDate": known["startDate"]})
        return start(request)

    stepfunctions._start_execution = start_execution


def let_ended_executions_be_stopped() -> None:
    """Stopping an execution that has ended changes nothing: the API knows no error for it. MiniStack refuses."""
    stop: Callable[[dict[str, Any]], Any] = stepfunctions._stop_execution

    def stop_execution(request: dict[str, Any]) -> Any:
        known = stepfunctions._executions.get(request.get("executionArn"))
        if known and known["status"] != "RUNNING":
            return json_response({"stopDate": known["stopDate"]})
        return stop(request)

    stepfunctions._stop_execution = stop_execution


def let_machines_do_what_their_role_allows() -> None:
    """A machine calls a function with its role. MiniStack lets it call any."""
    call: Callable[[str, Any], Any] = stepfunctions._call_lambda

    def call_lambda(reference: str, event: Any) -> Any:
        role = stepfunctions._state_machines[_execution.get()["stateMachineArn"]]["roleArn"]
        _, config, _ = lambda_svc._get_func_record_for_ref(reference)
        if config and not role_allows(role, "lambda:InvokeFunction", config["FunctionArn"]):
            cause = f"{role} is not authorized to perform: lambda:InvokeFunction on resource: {config['FunctionArn']}"
            raise stepfunctions._ExecutionError("Lambda.AWSLambdaException", cause)
        return call(reference, event)

    stepfunctions._call_lambda = call_lambda


def call_few_functions_at_once() -> None:
    """AWS has room for a thousand workers of a function, a computer has not: the calls of machines wait their turn.

    Else hundreds of timers that are due together, after a restart for example, each start a process.
    """
    call: Callable[[str, Any], Any] = stepfunctions._call_lambda
    turns = threading.Semaphore(_CALLS_AT_ONCE)

    def call_lambda(reference: str, event: Any) -> Any:
        with turns:
            return call(reference, event)

    stepfunctions._call_lambda = call_lambda


def resume_executions() -> None:
    """Executions outlive a restart. MiniStack calls those FAILED that were running.

    They begin again from their start, where in AWS they would go on: their tasks may be done once more.
    """
    load: Callable[[Any], None] = stepfunctions.load_persisted_state
    when_ready: Callable[[], Awaitable[None]] = app._run_ready_scripts
    interrupted: list[dict[str, Any]] = []

    def load_persisted_state(state: Any) -> None:
        executions = [(execution, dict(execution)) for execution in state["executions"].all_values()]
        load(state)
        for execution, before in executions:
            if before["status"] == "RUNNING":
                execution.clear()
                execution.update(before, events=before["events"][:1])
                interrupted.append(execution)

    async def run_ready_scripts() -> None:
        await app._wait_for_port(int(os.environ["GATEWAY_PORT"]))  # their functions call this server
        for execution in interrupted:
            threading.Thread(target=_run_again, args=[execution["executionArn"]], daemon=True).start()
        await when_ready()

    stepfunctions.load_persisted_state = load_persisted_state
    app._run_ready_scripts = run_ready_scripts


def _run_again(arn: str) -> None:
    _, _, _, region, account, *_ = arn.split(":")
    set_request_account_id(account)
    set_request_region(region)
    stepfunctions._run_execution(arn)
