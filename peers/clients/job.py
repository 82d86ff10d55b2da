"""What the Python clients share: a job comes in as JSON, one line of JSON goes out."""

import asyncio
import json
import sys
from typing import Any, Awaitable, Callable


def causes(error: BaseException) -> list[str]:
    """Every failure below a group of failures, one line each."""
    if isinstance(error, BaseExceptionGroup):
        return [line for inner in error.exceptions for line in causes(inner)]
    lines = [f"{type(error).__name__}: {error}"]
    below = error.__cause__ or error.__context__
    return lines + (causes(below) if below else [])


def run(work: Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]) -> None:
    """Prints what `work` gives, or `{"failed": [...]}`."""
    job = json.loads(sys.argv[1])
    try:
        answer = asyncio.run(work(job))
    except BaseException as error:  # noqa: BLE001 - the test reads the failure
        answer = {"failed": causes(error)}
    print(json.dumps(answer), flush=True)
