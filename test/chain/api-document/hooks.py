"""What Schemathesis has to know of the API that no schema can say.

Loaded by schemathesis.toml. It changes requests that are to be accepted; what is to be refused stays as it was generated, apart from
addresses.
"""

import atexit
import itertools
import json
import os
from datetime import datetime, timedelta, timezone
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import schemathesis
from schemathesis.generation.meta import TestPhase

# Nobody listens there.
CLOSED_ADDRESS = "127.0.0.1"
CLOSED_PORT = 9

LAST_OF_BMP = 0xFFFF

# What there is, by the names of path parameters, and what may be deleted of it.
KNOWN: dict[str, str] = json.loads(os.environ["MILLRACE_API_TEST_KNOWN"])
DOOMED: dict[str, str] = json.loads(os.environ["MILLRACE_API_TEST_DOOMED"])

# How many answers there were, and each that was 503.
COUNTS_FILE = os.environ["MILLRACE_API_TEST_COUNTS"]

numbers = itertools.count(1)
answers = itertools.count(1)
unavailable: list[str] = []


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    if isinstance(case.body, dict):
        stay_on_this_machine(case.body)
    if case.meta is not None and case.meta.generation.mode.is_positive:
        fit_to_the_moment(case)


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    """503 is right while Connect rebalances, with the time to wait, and wrong as the usual answer: the test counts."""
    next(answers)
    if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
        wait = response.headers.get("retry-after")
        unavailable.append(f"{case.method} {case.path}: Retry-After {wait}, {response.text[:500]}")


@atexit.register
def write_counts() -> None:
    with open(COUNTS_FILE, "w", encoding="utf-8") as file:
        json.dump({"answers": next(answers) - 1, "unavailable": unavailable}, file)


def stay_on_this_machine(body: dict[str, Any]) -> None:
    """No name that was generated is looked up, no database elsewhere is asked, and no webhook is called."""
    host, port, url = body.get("host"), body.get("port"), body.get("url")
    if isinstance(host, str) and host != "":
        body["host"] = CLOSED_ADDRESS
        if isinstance(port, int) and 0 < port < 65536:
            body["port"] = CLOSED_PORT
    if isinstance(url, str) and is_web_address(url):
        body["url"] = f"https://{CLOSED_ADDRESS}:{CLOSED_PORT}/"


def is_web_address(text: str) -> bool:
    try:
        return urlsplit(text).netloc != ""
    except ValueError:
        return text.startswith("http")


def fit_to_the_moment(case: Any) -> None:
    # A cursor is right only if an answer has given it.
    if isinstance(case.query, dict):
        case.query.pop("cursor", None)
    # A call that follows another one asks for what that one has made.
    is_follow_up = case.meta.phase.name == TestPhase.STATEFUL
    if case.path_parameters and not is_follow_up and next(numbers) % 2 == 0:
        ask_for_what_there_is(case)
    # A second request with the key of another one is refused.
    for name in list(case.headers or {}):
        if name.lower() == "idempotency-key":
            case.headers[name] = f"schemathesis-{next(numbers)}"
    body = case.body
    if not isinstance(body, dict):
        return
    case.body = body = without_rare_characters(body)
    tomorrow = (datetime.now(timezone.utc) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    for name in ("until", "expires_at"):
        if isinstance(body.get(name), str):
            body[name] = tomorrow
    # 32 bytes, and none for Slack.
    if isinstance(body.get("signing_secret"), str):
        body["signing_secret"] = "whsec_" + "A" * 43 + "="
        if body.get("kind") == "slack" or "url" not in body:
            del body["signing_secret"]
    # Left out, it is found by asking the server, and none answers.
    if "host" in body and "username" in body and "name" in body:
        body.setdefault("kind", "postgresql")


def ask_for_what_there_is(case: Any) -> None:
    """Otherwise nearly every answer would be that there is no such thing."""
    # Starts make processes, so they are asked of what is deleted early.
    begins = case.path.endswith(("/start", "/resume", "/restart"))
    there = DOOMED if begins or case.method.upper() == "DELETE" else KNOWN
    for name in case.path_parameters:
        if name in there:
            case.path_parameters[name] = there[name]


def without_rare_characters(value: Any) -> Any:
    """Which characters beyond the Basic Multilingual Plane can be seen is in no pattern that every language can read."""
    if isinstance(value, str):
        return "".join("\u00e9" if ord(character) > LAST_OF_BMP else character for character in value)
    if isinstance(value, list):
        return [without_rare_characters(item) for item in value]
    if isinstance(value, dict):
        return {key: without_rare_characters(item) for key, item in value.items()}
    return value
