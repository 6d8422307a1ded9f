"""Starts the AWS emulator (MiniStack) with its differences from AWS fixed where the product would notice them.

Each patch replaces a piece of MiniStack's source that it quotes, and fails the start when that piece is not there
exactly once: a new version of MiniStack has to be looked at before it is used. The version is pinned in
requirements.txt; test/integration/local/emulator.test.ts shows what every patch is good for.

Environment: what MiniStack reads; MILLRACE_LAMBDA_LOG, the file to which the output of every Lambda is appended; and
MILLRACE_CONNECT_LOGS, the files of the Kafka Connect workers, as a path list.
"""

import contextvars
import inspect
import json
import os
import re
import sys
import threading
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

import ministack.core.lambda_runtime as lambda_runtime
import ministack.core.persistence as persistence
import ministack.services.cloudformation as cloudformation
import ministack.services.cloudformation.provisioners as provisioners
import ministack.services.cloudwatch as cloudwatch
import ministack.services.cloudwatch_logs as cloudwatch_logs
import ministack.services.ecs as ecs
import ministack.services.lambda_svc as lambda_service
import ministack.services.stepfunctions as stepfunctions


class OutdatedPatch(Exception):
    """MiniStack is not what a patch was written for."""


def patch_text(text: str, what: str, replacements: dict[str, str]) -> str:
    """Replaces each key, which has to occur exactly once, by its value."""
    for old, new in replacements.items():
        if text.count(old) != 1:
            raise OutdatedPatch(f"{what} has {text.count(old)} times what should be there once:\n{old}")
        text = text.replace(old, new)
    return text


def rebind(module: ModuleType, name: str, replacement: Any) -> None:
    """Puts a function in another's place: the module's attribute, and the entries of its dispatch tables."""
    original = getattr(module, name)
    setattr(module, name, replacement)
    for table in list(vars(module).values()):
        if isinstance(table, dict) and table is not vars(module):
            for key in [key for key, value in table.items() if value is original]:
                table[key] = replacement


def patch_function(module: ModuleType, name: str, replacements: dict[str, str]) -> None:
    """Compiles a function of a module again from its own, changed source."""
    original = getattr(module, name)
    changed = patch_text(inspect.getsource(original), f"{module.__name__}.{name}", replacements)
    compiled: dict[str, Any] = {}
    exec(compile(changed, f"{module.__file__} ({name}, patched)", "exec"), vars(module), compiled)
    rebind(module, name, compiled[name])


def expect(condition: bool, what: str) -> None:
    if not condition:
        raise OutdatedPatch(what)


def keep_error_names() -> None:
    """A Lambda that throws an error named X fails its task with X, by which Retry and Catch match.

    MiniStack's workers drop the name, so that every error is called Runtime.HandlerError.
    """
    lambda_runtime._NODEJS_WORKER_SCRIPT = patch_text(
        lambda_runtime._NODEJS_WORKER_SCRIPT,
        "the Node worker",
        {
            'status: "error", error: String(err.message || err), trace: err.stack || ""': (
                'status: "error", error: String(err?.message ?? err), errorType: err?.name ?? "Error", '
                'trace: err?.stack ?? ""'
            ),
            'status: "error", error: e.message, trace: e.stack': (
                'status: "error", error: e?.message ?? String(e), errorType: e?.name ?? "Error", '
                'trace: e?.stack ?? ""'
            ),
        },
    )
    patch_function(
        lambda_service,
        "_execute_function_warm",
        {
            'error_type = "Runtime.HandlerError"': (
                'error_type = result.get("errorType", "Runtime.HandlerError")'
            ),
            '"errorType": error_type,\n': (
                '"errorType": error_type,\n                "trace": result.get("trace", "").splitlines(),\n'
            ),
        },
    )


def return_pascal_case(value: Any) -> Any:
    if isinstance(value, list):
        return [return_pascal_case(item) for item in value]
    if isinstance(value, dict):
        return {key[:1].upper() + key[1:]: return_pascal_case(item) for key, item in value.items()}
    return value


# The execution whose task runs in this context, and when that task times out (time.monotonic).
running_task: contextvars.ContextVar[tuple[dict, float] | None] = contextvars.ContextVar(
    "running_task", default=None
)


def run_ecs_tasks_as_aws_does() -> None:
    """`ecs:runTask` answers in PascalCase, and names its error as AWS does; `ecs:runTask.sync` fails when a container
    exits with anything but zero, waits as long as the state allows, and stops its task when the state times out or
    the execution is stopped. (Step Functions developer guide, "Run an Amazon ECS or Fargate task".)
    """
    resource = "arn:aws:states:::ecs:runTask"
    expect(stepfunctions._SERVICE_DISPATCH.get(resource) is stepfunctions._invoke_ecs_run_task, resource)
    expect("for _ in range(600)" in inspect.getsource(stepfunctions._poll_ecs_tasks), "the limit of 10 minutes")
    expect(
        "copy_context().run" in inspect.getsource(stepfunctions._invoke_resource_with_timeout),
        "tasks run in a copy of the context",
    )
    execute_task = stepfunctions._execute_task
    expect(
        list(inspect.signature(execute_task).parameters) == ["state_def", "raw_input", "execution", "ctx"],
        "_execute_task",
    )
    failed = stepfunctions._ExecutionError

    def call_ecs(action: Any, request: dict) -> dict:
        status, _, body = action(request)
        answer = json.loads(body) if body else {}
        if status >= 400:
            raise failed("ECS.AmazonECSException", answer.get("message", json.dumps(answer)))
        return answer

    def is_over() -> bool:
        execution, deadline = running_task.get() or ({"status": "RUNNING"}, float("inf"))
        return execution["status"] != "RUNNING" or time.monotonic() > deadline

    def run_task(called: str, parameters: dict) -> dict:
        request = stepfunctions._pascal_to_camel(parameters)
        started = call_ecs(ecs._run_task, request)
        if started.get("failures") or not started.get("tasks"):
            raise failed("ECS.AmazonECSException", json.dumps(started.get("failures")))
        if not called.endswith(".sync"):
            return return_pascal_case(started)
        reference = {
            "cluster": request.get("cluster", "default"),
            "task": started["tasks"][0]["taskArn"],
        }
        while True:
            time.sleep(0.5)
            query = {"cluster": reference["cluster"], "tasks": [reference["task"]]}
            task = call_ecs(ecs._describe_tasks, query)["tasks"][0]
            if task["lastStatus"] == "STOPPED":
                break
            if is_over():
                call_ecs(ecs._stop_task, {**reference, "reason": "Stopped by Step Functions"})
                raise failed("States.TaskFailed", "The state timed out or its execution was stopped.")
        result = return_pascal_case(task)
        exit_codes = [container.get("ExitCode") for container in result.get("Containers", [])]
        if result.get("StopCode") != "EssentialContainerExited" or any(exit_codes):
            raise failed("States.TaskFailed", json.dumps(result))
        return result

    def execute_task_in_context(state_def: dict, raw_input: Any, execution: dict, ctx: dict) -> Any:
        # The branches of a Map or Parallel state do not look whether their execution was stopped.
        if execution["status"] != "RUNNING":
            raise failed("States.TaskFailed", "The execution was stopped.")
        deadline = time.monotonic() + state_def.get("TimeoutSeconds", 99_999_999)
        token = running_task.set((execution, deadline))
        try:
            return execute_task(state_def, raw_input, execution, ctx)
        finally:
            running_task.reset(token)

    rebind(stepfunctions, "_invoke_ecs_run_task", run_task)
    rebind(stepfunctions, "_execute_task", execute_task_in_context)


def start_execution_once() -> None:
    """The same name and input as a running execution is that execution; MiniStack refuses it."""
    patch_function(
        stepfunctions,
        "_start_execution",
        {
            '        return error_response_json(\n            "ExecutionAlreadyExists",': (
                "        running = _executions[exec_arn]\n"
                '        if running["status"] == "RUNNING" and running["input"] == data.get("input", "{}"):\n'
                "            return json_response(\n"
                '                {"executionArn": exec_arn, "startDate": running["startDate"]})\n'
                '        return error_response_json(\n            "ExecutionAlreadyExists",'
            ),
        },
    )


def run_task_once() -> None:
    """RunTask with the clientToken of an earlier call returns that call's tasks; MiniStack starts new ones."""
    run_task = ecs._run_task
    expect("clientToken" not in inspect.getsource(run_task), "RunTask knows clientToken now")
    answers: dict[tuple, tuple] = {}
    lock = threading.Lock()

    def run_task_with_token(request: dict) -> tuple:
        token = request.get("clientToken")
        if token is None:
            return run_task(request)
        key = (ecs.get_account_id(), ecs.get_region(), request.get("cluster", "default"), token)
        with lock:
            if key not in answers:
                answer = run_task(request)
                if answer[0] >= 400:
                    return answer
                answers[key] = answer
            return answers[key]

    rebind(ecs, "_run_task", run_task_with_token)


def stop_tasks_gently() -> None:
    """StopTask answers at once, and a task has 30 s (Fargate's default) between SIGTERM and SIGKILL; MiniStack waits
    in the call and kills after 5 s.
    """
    patch_function(
        ecs,
        "_stop_task",
        {
            "    _cleanup_task_resources(task, docker_client)\n": (
                "    spawn_background(\n"
                "        lambda: _cleanup_task_resources(task, docker_client),\n"
                '        thread_name="stop-" + task["taskArn"].rsplit("/", 1)[-1],\n'
                "    )\n"
            ),
        },
    )
    patch_function(ecs, "_remove_docker_container", {"container.stop(timeout=5)": "container.stop(timeout=30)"})


def refer_to_secrets_by_arn() -> None:
    """Ref of AWS::SecretsManager::Secret is the secret's ARN; in MiniStack it is its name."""
    handlers = provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"]
    create, update, delete = handlers["create"], handlers["update"], handlers["delete"]
    expect(create is provisioners._sm_secret_create, "the secret's handlers")
    expect(
        'return name, {"Id": arn, "Arn": arn}' in inspect.getsource(create),
        "the secret's physical id is its name",
    )

    def name_of(arn: str) -> str:
        # arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-SUFFIX
        return arn.split(":", 6)[6].rsplit("-", 1)[0] if arn.startswith("arn:") else arn

    def by_arn(result: tuple[str, dict]) -> tuple[str, dict]:
        return result[1]["Arn"], result[1]

    handlers["create"] = lambda *args: by_arn(create(*args))
    handlers["update"] = lambda physical_id, *args, **more: by_arn(update(name_of(physical_id), *args, **more))
    handlers["delete"] = lambda physical_id, *args: delete(name_of(physical_id), *args)


def keep_container_settings() -> None:
    """Secrets, health checks and the like of a task definition survive CloudFormation; MiniStack leaves their keys in
    PascalCase, where ECS does not find them.
    """
    normalize = provisioners._normalize_container_defs
    expect('camel == "environment"' in inspect.getsource(normalize), "_normalize_container_defs")
    expect('camel == "secrets"' not in inspect.getsource(normalize), "secrets are normalized now")
    nested = ("secrets", "healthCheck", "ulimits", "dependsOn", "environmentFiles", "repositoryCredentials")

    def camel_case(value: Any) -> Any:
        if isinstance(value, list):
            return [camel_case(item) for item in value]
        if isinstance(value, dict):
            return {key[:1].lower() + key[1:]: camel_case(item) for key, item in value.items()}
        return value

    def normalize_all(definitions: list[dict]) -> list[dict]:
        return [
            {key: camel_case(value) if key in nested else value for key, value in definition.items()}
            for definition in normalize(definitions)
        ]

    rebind(provisioners, "_normalize_container_defs", normalize_all)


def record_embedded_metrics(line: str) -> None:
    """Puts the metrics of a line in CloudWatch's embedded metric format into CloudWatch."""
    start = line.find("{")
    if start < 0 or '"_aws"' not in line:
        return
    try:
        event = json.loads(line[start:])
        directives = event["_aws"]["CloudWatchMetrics"]
    except (ValueError, KeyError, TypeError):
        return
    for directive in directives:
        for names in directive.get("Dimensions") or [[]]:
            dimensions = {name: str(event.get(name)) for name in names}
            for metric in directive.get("Metrics", []):
                values = event.get(metric["Name"])
                for value in values if isinstance(values, list) else [values]:
                    if isinstance(value, (int, float)):
                        cloudwatch.record_metric(
                            directive["Namespace"],
                            metric["Name"],
                            value,
                            metric.get("Unit", "None"),
                            dimensions,
                        )


def read_metrics_from_logs(lambda_log: str | None) -> None:
    """Lines of Lambdas and containers in the embedded metric format become metrics. Lambdas' lines also go to a file,
    because a person who looks for the cause of an error starts with the files.
    """
    emit_lambda_logs = lambda_service._emit_lambda_logs
    expect(
        list(inspect.signature(emit_lambda_logs).parameters)[:3] == ["func", "request_id", "log_text"],
        "_emit_lambda_logs",
    )
    emit_container_log = ecs._emit_awslogs_event
    expect(list(inspect.signature(emit_container_log).parameters) == ["config", "message"], "_emit_awslogs_event")

    def emit_lambda_logs_with_metrics(func: dict, request_id: str, log_text: str, *args: Any, **more: Any) -> None:
        emit_lambda_logs(func, request_id, log_text, *args, **more)
        lines = (log_text or "").splitlines()
        for line in lines:
            record_embedded_metrics(line)
        if lambda_log and lines:
            name = (func.get("config") or func).get("FunctionName", "unknown")
            with open(lambda_log, "a", encoding="utf-8") as file:
                file.write("".join(f"{name} {line}\n" for line in lines))

    def emit_container_log_with_metrics(config: dict, message: str) -> None:
        emit_container_log(config, message)
        record_embedded_metrics(message)

    rebind(lambda_service, "_emit_lambda_logs", emit_lambda_logs_with_metrics)
    rebind(ecs, "_emit_awslogs_event", emit_container_log_with_metrics)


# infra/config/local.ts names it, too.
CONNECT_LOG_GROUP = "/millrace/local/connect"
LINE_OF_A_CONNECTOR = re.compile(r"Z [A-Z]+ +\[[^|\]]+\|")


def ship_lines_of_connect(files: list[str]) -> None:
    """The Connect workers of the local stack are no tasks of ECS, so nothing puts their lines into CloudWatch Logs. A thread does,
    from the end that their files have now, as the awslogs driver does on AWS."""
    expect(callable(cloudwatch_logs._create_log_group), "_create_log_group")
    expect(callable(cloudwatch_logs._create_log_stream), "_create_log_stream")
    expect(callable(cloudwatch_logs._put_log_events), "_put_log_events")
    offsets = {file: os.path.getsize(file) if os.path.exists(file) else 0 for file in files}

    def ship(file: str) -> None:
        size = os.path.getsize(file)
        if size < offsets[file]:
            offsets[file] = 0  # The file was removed, and a new one was made.
        if size == offsets[file]:
            return
        with open(file, "rb") as opened:
            opened.seek(offsets[file])
            content = opened.read(1 << 20)
        end = content.rfind(b"\n") + 1
        if end == 0:
            return
        offsets[file] += end
        now_ms = int(time.time() * 1000)
        lines = content[:end].decode("utf-8", "replace").splitlines()
        stream = os.path.basename(file).removesuffix(".log")
        names = {"logGroupName": CONNECT_LOG_GROUP, "logStreamName": stream}
        # Both say that it is there already, but for the first time.
        cloudwatch_logs._create_log_group({"logGroupName": CONNECT_LOG_GROUP})
        cloudwatch_logs._create_log_stream(names)
        # What is of no connector would only make the emulator's state larger.
        events = [{"timestamp": now_ms, "message": line} for line in lines if LINE_OF_A_CONNECTOR.search(line)]
        if events:
            cloudwatch_logs._put_log_events({**names, "logEvents": events})

    def ship_from_time_to_time() -> None:
        while True:
            time.sleep(0.5)
            for file in files:
                if os.path.exists(file):
                    try:
                        ship(file)
                    except Exception as error:  # The thread must live on.
                        print(f"Could not ship the lines of {file}: {error}", file=sys.stderr)

    threading.Thread(target=ship_from_time_to_time, daemon=True).start()


def name_throttled_lambdas() -> None:
    """A task whose Lambda is throttled fails with Lambda.TooManyRequestsException, by which Retry matches. (Step Functions
    developer guide, "Handle transient Lambda service exceptions".) MiniStack calls it Lambda.Unknown.
    """
    expect(
        '"throttle": True' in inspect.getsource(lambda_service._throttle_response), "what a throttled call returns"
    )
    patch_function(
        stepfunctions,
        "_call_lambda",
        {
            '    if result.get("error"):\n': (
                '    if result.get("throttle"):\n'
                '        raise _ExecutionError("Lambda.TooManyRequestsException", json.dumps(result.get("body", {})))\n'
                '    if result.get("error"):\n'
            ),
        },
    )


class WholeState:
    """The state of all services in one file, which is replaced as a whole.

    MiniStack writes a file for each service, and only when it is told to end. When it is killed before that, everything
    since its start is lost; when it is killed while it writes, some services are of now and others are of before, as a
    stack without its secrets. Here a copy is written every few seconds, by a rename, so that there is always one copy
    and it is complete.
    """

    def __init__(self, load_file_of_service: Callable[[str], dict | None]) -> None:
        self._path = os.path.join(persistence.STATE_DIR, "state.json")
        self._load_file_of_service = load_file_of_service
        self._lock = threading.Lock()
        # The state of each service as text: one that reports nothing keeps what it had.
        self._kept: dict[str, str] = self._read()
        self._written = dict(self._kept)

    def _read(self) -> dict[str, str]:
        try:
            with open(self._path, encoding="utf-8") as file:
                return json.load(file)
        except FileNotFoundError:
            return {}

    def load(self, service: str) -> dict | None:
        text = self._kept.get(service)
        # Written by an older launcher.
        if text is None:
            return None if self._kept else self._load_file_of_service(service)
        return json.loads(text, object_hook=persistence._json_object_hook)

    def save(self, services: dict[str, Callable[[], dict | None]]) -> None:
        """Writes a new copy unless nothing has changed. Does nothing while CloudFormation works: a stack that is half
        made and whose maker is gone can neither be used nor made again.
        """
        with self._lock:
            if is_deploying():
                return
            texts = dict(self._kept)
            for service, get_state in services.items():
                state = get_state()
                if state is not None:
                    texts[service] = json.dumps(state, default=persistence._json_default)
            # A deployment that began meanwhile is in some of these states, and not in others.
            if texts == self._written or is_deploying():
                return
            os.makedirs(persistence.STATE_DIR, exist_ok=True)
            draft = f"{self._path}.new"
            with open(draft, "w", encoding="utf-8") as file:
                json.dump(texts, file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, self._path)
            self._kept = self._written = texts


def is_deploying() -> bool:
    stacks = cloudformation._stacks._data.values()
    return any(stack.get("StackStatus", "").endswith("_IN_PROGRESS") for stack in list(stacks))


# A copy of a young stack's state takes some 20 ms to make. That of one with 16 MB of logs takes half a second, in which the
# emulator does nothing else: such copies are made less often, so that they take at most a twentieth of a processor.
save_every_seconds = 2.0
saving_share = 0.05


def save_state_as_a_whole() -> None:
    expect(
        list(inspect.signature(persistence.save_all).parameters) == ["services"]
        and list(inspect.signature(persistence.load_state).parameters) == ["service"],
        "save_all and load_state",
    )
    expect("ministack.app" not in sys.modules, "ministack.app has imported save_all and load_state already")
    if not persistence.PERSIST_STATE:
        return
    state = WholeState(persistence.load_state)

    def save_at_the_end(services: dict) -> None:
        # Other threads may still be at work, and a dictionary that changes while it is copied raises RuntimeError.
        for attempts_left in reversed(range(20)):
            try:
                return state.save(services)
            except RuntimeError:
                if attempts_left == 0:
                    raise
                time.sleep(0.05)

    persistence.save_all = save_at_the_end
    persistence.load_state = state.load

    import ministack.app as app

    load_persisted_state = app._load_persisted_state

    def save_from_time_to_time() -> None:
        taken_seconds = 0.0
        while True:
            time.sleep(max(save_every_seconds, taken_seconds / saving_share))
            begun = time.thread_time()
            try:
                state.save(app._build_persistence_save_dict())
            except RuntimeError:
                pass  # Something changed while it was copied; the next copy is as good.
            except Exception as error:
                print(f"The state could not be saved, and is as of before: {error!r}", file=sys.stderr)
            taken_seconds = time.thread_time() - begun

    def load_and_begin_to_save() -> None:
        load_persisted_state()
        threading.Thread(target=save_from_time_to_time, daemon=True).start()

    app._load_persisted_state = load_and_begin_to_save


def apply_patches(lambda_log: str | None, connect_logs: str | None) -> None:
    keep_error_names()
    name_throttled_lambdas()
    run_ecs_tasks_as_aws_does()
    start_execution_once()
    run_task_once()
    stop_tasks_gently()
    refer_to_secrets_by_arn()
    keep_container_settings()
    read_metrics_from_logs(lambda_log)
    save_state_as_a_whole()
    if connect_logs:
        ship_lines_of_connect(connect_logs.split(os.pathsep))


if __name__ == "__main__":
    apply_patches(os.environ.get("MILLRACE_LAMBDA_LOG"), os.environ.get("MILLRACE_CONNECT_LOGS"))
    from ministack.app import main

    sys.exit(main())
