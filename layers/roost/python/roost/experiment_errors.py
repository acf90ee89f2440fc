"""Errors of experiments and shadows; part of the tree in ``errors``."""

# ruff: noqa: N818  (a class name is what a person reads on a red state: it says what happened)

from roost.errors import PermanentError, ReleaseInProgress


class InvalidExperimentRequest(PermanentError):
    """The input of an experiment run is wrong; the message names the field and the fix."""


class ExperimentRunning(ReleaseInProgress):
    """An experiment holds the model; the message names it."""


class UnknownExperiment(PermanentError):
    """The model has no experiment of this identifier, or none that runs."""


class SignaturesDiffer(PermanentError):
    """Two packages take different requests, so that one caller cannot be sent to either; the message has the diff."""


class InvalidShadow(PermanentError):
    """A version cannot be scored in the shadow of another; the message says what is missing."""


class UnknownShadow(PermanentError):
    """The model has no shadow of this identifier."""
