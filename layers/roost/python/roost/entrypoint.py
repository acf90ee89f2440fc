"""What every Lambda function has in common: structured logs, and errors that Step Functions can tell apart."""

import functools
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from roost.errors import PermanentError

logger = Logger(service="roost")

Step = Callable[[dict[str, Any], LambdaContext], dict[str, Any]]


def step(function: Step) -> Step:
    """Decorate the handler of a pipeline step.

    The result is logged. An error is logged once and raised again: Step Functions retries and catches it by its
    class name, and shows its message as the cause.
    """

    @functools.wraps(function)
    def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        logger.append_keys(model=event.get("model"), run=event.get("run", event.get("release")))
        try:
            result = function(event, context)
        except PermanentError as error:
            logger.error("stopped", extra={"error": type(error).__name__, "cause": str(error)})
            raise
        logger.info("done", extra={"result": result})
        return result

    return handler
