"""Errors of releases; a part of the tree in ``errors``."""

# ruff: noqa: N818  (a class name is what a person reads on a red state: it says what happened)

from roost.errors import PermanentError


class SignatureBroken(PermanentError):
    """The package would refuse requests that the champion takes; the message lists the differences."""


class PackageOfAnotherModel(PermanentError):
    """The package of the version was made for another model."""


class ReleaseNotRunning(PermanentError):
    """What was asked for needs a release that is under way; this one has ended, or there is none."""


class ReleaseSuperseded(PermanentError):
    """A queued release gave way to a newer one."""


class QueueTimedOut(PermanentError):
    """A queued release waited too long for its turn."""


class ApprovalNotAsked(PermanentError):
    """The release does not wait for an approval."""


class AlreadyDecided(PermanentError):
    """Somebody has approved or rejected the release before."""


class ApprovalExpired(PermanentError):
    """Nobody decided in the declared time."""


class NotPermitted(PermanentError):
    """The caller's identity may not do this."""
