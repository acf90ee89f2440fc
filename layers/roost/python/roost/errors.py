"""The error tree.

Step Functions retries and catches errors by class name (a Lambda failure's ``errorType`` is the exception's
``__name__``), so a class here is part of the pipelines' contract. Two branches decide what happens next:
``TransientError`` is worth another try, ``PermanentError`` is not: somebody has to change something.
"""

# ruff: noqa: N818  (a class name is what a person reads on a red state: it says what happened)


class RoostError(Exception):
    """Base of every error that Roost raises on purpose."""


class TransientError(RoostError):
    """Trying again may help; pipelines retry these with backoff."""


class PermanentError(RoostError):
    """Trying again cannot help; the message names the cause and the fix."""


class ConcurrentUpdate(TransientError):
    """Somebody else changed the record between our read and our write."""


class DependencyUnavailable(TransientError):
    """An AWS service or a data source did not answer."""


class SettingsError(PermanentError):
    """A required environment variable is missing or malformed."""


class InvalidDefinition(PermanentError):
    """A model project's definition is wrong; the message names file, field and fix."""


class NoDataFound(PermanentError):
    """Nothing lies under the landing prefix of a source."""


class UnreadableData(PermanentError):
    """A landed file cannot be read in the declared format, or its columns differ from the declared ones."""


class DataRejected(PermanentError):
    """A data set broke a set-level rule: too many bad rows, too little data, a label without both classes."""


class OriginRefused(PermanentError):
    """A database or an API answered that it will not give the rows: credentials, a missing table, a bad request."""


class PagingLoop(PermanentError):
    """An API sends a page again, comes back to a cursor, or does not end."""


class SecretUnusable(PermanentError):
    """A secret is not there, or lacks what an origin needs."""


class LeakageFound(PermanentError):
    """A training set holds a feature value that nobody could know at its row's time."""


class TrainingFailed(PermanentError):
    """A candidate could not be fitted."""


class ThresholdUnreachable(PermanentError):
    """No threshold keeps what the model's definition demands of its decisions."""


class BehaviouralTestBroken(PermanentError):
    """A behavioural test of the model's definition cannot be run."""


class UnknownEstimator(PermanentError):
    """A candidate names an estimator that scikit-learn lacks, that is of another kind, or that has no ONNX form."""


class TrainingSetTooLarge(PermanentError):
    """Fitting would take more memory than the function has; the message gives both, and what to change."""


class ConversionMismatch(PermanentError):
    """The ONNX model does not score the holdout like the fitted model."""


class GatesFailed(PermanentError):
    """The chosen candidate fell short of a declared gate."""


class UnknownTrigger(PermanentError):
    """An event that reached the training queue is none of those that start training."""


class NotResumable(PermanentError):
    """A run cannot be resumed: it is still active, or ended well."""


class NotReproduced(PermanentError):
    """Training again from a version's lineage gave another package; the message names the parts that differ."""


class NotDeployed(PermanentError):
    """What is asked for does not exist in this account, region and stage."""


class ItemTooLarge(PermanentError):
    """An item of the online store would exceed what DynamoDB takes."""


class IncompleteAccount(PermanentError):
    """The online store has lost a part of an entity's events that a window can reach."""


class UnknownView(PermanentError):
    """No model project defines a feature view of this name."""


class UnknownEntity(PermanentError):
    """No event of a view's source has this key."""


class UnknownRun(PermanentError):
    """The pipeline has no run of this name."""


class UnknownModel(PermanentError):
    """No model of this name is defined or registered."""


class UnknownSource(PermanentError):
    """No model reads a source of this name."""


class NoCard(PermanentError):
    """The package of a version has no card of this form."""


class UnknownVersion(PermanentError):
    """The model has no version of this number."""


class StatusConflict(PermanentError):
    """A version cannot move from its present status to the requested one."""


class ImmutableVersion(PermanentError):
    """A registered version would change in more than its status, reason, tags and expiry."""


class PackageExpired(PermanentError):
    """The package of a version has been given up and cannot be released any more."""


class InvalidSearch(PermanentError):
    """A condition or a tag of a search cannot be read; the message says how to write it."""


class VersionNotApproved(StatusConflict):
    """Only an approved version may be released."""


class ReleaseInProgress(PermanentError):
    """The model is already being released; one release per model at a time."""


class UnknownRelease(PermanentError):
    """The model has no release of this identifier."""


class InvalidReleaseRequest(PermanentError):
    """The input of a release run is wrong; the message names the field and the fix."""


class TrafficMovedElsewhere(PermanentError):
    """The alias points where this release did not put it."""


class PackageCorrupted(PermanentError):
    """The bytes of a model package do not match its digest."""


class SmokeTestFailed(PermanentError):
    """A published version does not score its golden rows as recorded."""


class RequestError(PermanentError):
    """A scoring request cannot be answered. ``field`` is a JSON path into the request, or empty."""

    status = 400
    title = "Bad request"
    retry_after = 0  # seconds after which the same request may be answered; 0: nobody knows

    def __init__(self, detail: str, field: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self.field = field


class MalformedRequest(RequestError):
    """The body is not the JSON document that the endpoint expects."""


class RequestTooLarge(RequestError):
    """The body is larger than the endpoint takes."""

    status = 413
    title = "Request too large"


class InvalidField(RequestError):
    """A field is missing, unknown, of the wrong type or out of range."""

    status = 422
    title = "Invalid field"


class NoModelReleased(RequestError):
    """The endpoint is deployed, but no model version has been released to it."""

    status = 503
    title = "No model released"


class ScoringFailed(RequestError):
    """The model gave no valid score for a valid request."""

    status = 500
    title = "Scoring failed"


class InvalidScore(ScoringFailed):
    """The model answered something that is no score: no number, or a probability outside 0 to 1."""


class NotExplainable(RequestError):
    """Reasons were asked for, and the released package has nothing to compare a score with."""

    status = 409
    title = "Not explainable"
