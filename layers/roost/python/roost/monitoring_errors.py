"""Errors of outcomes and of the prediction log, each a problem document of its own."""

# ruff: noqa: N818  (as in errors.py)

from roost.errors import PermanentError, RequestError


class UnknownPrediction(RequestError):
    """The prediction log has no prediction of this identifier."""

    status = 404
    title = "Unknown prediction"


class ExpiredPrediction(RequestError):
    """The prediction is older than the prediction log."""

    status = 410
    title = "Expired prediction"


class TooManyReports(RequestError):
    """A prediction has had as many different outcomes reported as are kept."""

    status = 409
    title = "Too many reports"


class UnknownEndpoint(RequestError):
    """No model of this name has a registered version."""

    status = 404
    title = "Unknown model"


class InvalidCondition(PermanentError):
    """A condition on predictions cannot be read; the message says how to write one."""
