"""Python functions run in processes that behave as AWS's execution environments do.

On AWS a function sees only its own environment, its layers and AWS's libraries; an exception in the handler reaches the
caller with the exception's class name as ``errorType`` (which Step Functions retries and catches by) and leaves the
process, with what it has loaded, alive; a time-out ends the process. The emulator reports every exception as
``Runtime.HandlerError``, ends the process on each, hands its own environment and libraries on, and waits up to 50 ms
after each invocation for log lines that may still come.

AWS: "AWS Lambda function errors in Python", https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html, and
"Understanding the Lambda execution environment lifecycle",
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from localaws.parity import function_bootstrap
from localaws.parity.function_environment import function_environment, runtime_libraries
from localaws.parity.log_streams import served_by
from localaws.parity.package_cache import unpacked_code, unpacked_layers
from localaws.parity.patching import Function, wrap
from localaws.parity.worker_pipes import ProcessEndedError, WorkerPipes

INIT_SECONDS = 10.0  # AWS: the init phase, before it is run again under the function's own time-out
Result = dict[str, Any]


class InitError(RuntimeError):
    """A function's module could not be loaded; carries the error that AWS would report."""

    def __init__(self, payload: Result, log: str) -> None:
        super().__init__(payload["errorMessage"])
        self.payload, self.log = payload, log


class FunctionWorker(lambda_runtime.Worker):  # type: ignore[misc]
    """One process of one version of one Python function."""

    pipes: WorkerPipes
    log_stream: str
    _proc: subprocess.Popen[bytes] | None

    def _spawn(self) -> None:
        self._discard_tmpdir()
        self._tmpdir = tempfile.mkdtemp(prefix="function-")
        code, layers = unpacked_code(self.code_zip), unpacked_layers(self.config)
        environment = function_environment(self.config, code, layers, Path(self._tmpdir))
        self.log_stream = environment["AWS_LAMBDA_LOG_STREAM_NAME"]
        self._proc = subprocess.Popen(
            [getattr(sys, "_base_executable", sys.executable), "-S", "-s", "-P", function_bootstrap.__file__],
            cwd=code,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.pipes = WorkerPipes(self._proc)
        self._init(code, layers)

    def _init(self, code: Path, layers: list[Path]) -> None:
        snapped = (self.config.get("SnapStart") or {}).get("OptimizationStatus") == "On"
        init = {
            "code": str(code),
            "layers": [str(layer) for layer in layers],
            "runtime": str(runtime_libraries()),
            "handler": self.config.get("Handler", ""),
            "snap_start": snapped,
        }
        try:
            self.pipes.send(init)
            answer = self.pipes.receive(time.monotonic() + INIT_SECONDS + self._timeout())
        except TimeoutError:
            answer = {"error": _payload("Sandbox.Timedout", "Error: the init phase timed out")}
        except ProcessEndedError:
            answer = {"error": self._exit_payload("")}
        if "error" in answer:
            self._end()
            raise InitError(answer["error"], self.pipes.take_log())

    def serve(self, event: Any, request_id: str, arn: str, environment: dict[str, str]) -> Result:
        """Run one invocation; return the emulator's result: ``body``, ``log``, and ``error`` for a failure."""
        with self._lock:
            try:
                if self._proc is None or self._proc.poll() is not None:
                    self._spawn()
            except InitError as failure:
                return _failed({**failure.payload, "requestId": request_id}, failure.log)
            return self._serve(event, request_id, arn, environment)

    def _serve(self, event: Any, request_id: str, arn: str, environment: dict[str, str]) -> Result:
        seconds = self._timeout()
        deadline = time.monotonic() + seconds
        request = {
            "event": event,
            "request_id": request_id,
            "invoked_function_arn": arn,
            "deadline": time.time() + seconds,
            "environment": environment,
        }
        try:
            self.pipes.send(request)
            answer = self.pipes.receive(deadline)
        except TimeoutError:
            return self._lost(
                _payload(
                    "Sandbox.Timedout", f"RequestId: {request_id} Error: Task timed out after {seconds:.2f} seconds"
                )
            )
        except ProcessEndedError:
            return self._lost(self._exit_payload(request_id))
        return _finished(answer, self.pipes.take_log())

    def _lost(self, payload: Result) -> Result:
        self._end()
        log = self.pipes.take_log()
        return _failed(payload, "\n".join(filter(None, (log, payload["errorMessage"]))))

    def _timeout(self) -> float:
        return float(self.config.get("Timeout", 3))

    def _exit_payload(self, request_id: str) -> Result:
        code = self._proc.wait(timeout=5) if self._proc else 0
        how = f"exit status {code}" if code >= 0 else f"signal: {-code}"
        return _payload("Runtime.ExitError", f"RequestId: {request_id} Error: Runtime exited with error: {how}")

    def _end(self) -> None:
        process, self._proc = self._proc, None
        if process is not None:
            process.kill()
            process.wait()

    def _discard_tmpdir(self) -> None:
        if self._tmpdir:
            shutil.rmtree(self._tmpdir, ignore_errors=True)


def close() -> None:
    """Give Python functions this worker, and read its answers."""
    wrap(lambda_runtime, "_worker_class_for", _worker_class)
    wrap(lambda_svc, "_execute_function_warm", _execute)


def _worker_class(original: Function, config: dict[str, Any]) -> Any:
    return FunctionWorker if str(config.get("Runtime", "")).startswith("python") else original(config)


def _execute(original: Function, func: dict[str, Any], event: Any, request_id: str) -> Any:
    config, archive = func.get("config") or func, func.get("code_zip")
    if not archive or not str(config.get("Runtime", "")).startswith("python"):
        return original(func, event, request_id)
    lambda_svc._ensure_reaper_thread()
    version = config.get("Version", "$LATEST")
    worker, _ = lambda_svc.acquire_worker(config["FunctionName"], config, archive, qualifier=version)
    try:
        result = worker.serve(event, request_id, config.get("FunctionArn", ""), _per_invocation(config))
        served_by.set(worker.log_stream)
        return result
    finally:
        lambda_svc.release_worker(worker)


def _per_invocation(config: dict[str, Any]) -> dict[str, str]:
    trace = lambda_svc._xray_trace_id_for_invocation(config)
    return {**lambda_svc._durable_env_overlay(), **({"_X_AMZN_TRACE_ID": trace} if trace else {})}


def _finished(answer: dict[str, Any], log: str) -> Result:
    duration = {"duration_ms": answer["duration_ms"]}
    if "error" in answer:
        return {**_failed(answer["error"], log), **duration}
    return {"body": answer.get("result"), "log": log, **duration}


def _failed(payload: Result, log: str) -> Result:
    return {"body": payload, "error": True, "function_error": "Unhandled", "log": log}


def _payload(error_type: str, message: str) -> Result:
    return {"errorType": error_type, "errorMessage": message}
