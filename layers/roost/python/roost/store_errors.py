"""What a request is told when the online store fails."""

# ruff: noqa: N818  (as in errors.py: a class name says what happened)

from roost.errors import RequestError


class StoreUnavailable(RequestError):
    """The online store failed, and the model does not answer without it; worth another try soon."""

    status = 503
    title = "Feature store unavailable"
    retry_after = 1
