"""Strings that must meet: one place for every name that two parts of the system both spell."""

from enum import StrEnum


class Agreement(StrEnum):
    """How the features that a prediction used compare with what the offline store says was known then."""

    EQUAL = "equal"
    STALE = "stale"
    SKEWED = "skewed"


class Status(StrEnum):
    """Status of a model version."""

    CANDIDATE = "candidate"
    APPROVED = "approved"
    CANARY = "canary"
    LIVE = "live"
    RETIRED = "retired"
    REJECTED = "rejected"
    ROLLED_BACK = "rolled_back"


class ReleaseStatus(StrEnum):
    """Status of a release."""

    QUEUED = "queued"
    RUNNING = "running"
    ENDING = "ending"
    COMPLETED = "completed"
    ROLLED_BACK = "rolled_back"
    FAILED = "failed"
    ABORTED = "aborted"
    SUPERSEDED = "superseded"


class Fold(StrEnum):
    """Folds of a training set: two to choose a candidate on, two to fit it for good and to evaluate it."""

    SELECTION_TRAIN = "selection_train"
    SELECTION_TEST = "selection_test"
    TRAIN = "train"
    HOLDOUT = "holdout"


class Estimator(StrEnum):
    """Estimators with a name of their own; any other is named by its path in scikit-learn."""

    LOGISTIC_REGRESSION = "logistic_regression"
    LINEAR_REGRESSION = "linear_regression"
    HIST_GRADIENT_BOOSTING = "hist_gradient_boosting"
    RANDOM_FOREST = "random_forest"
    EXTRA_TREES = "extra_trees"
    GRADIENT_BOOSTING = "gradient_boosting"


class Arrays(StrEnum):
    """Arrays of ``training_arrays.npz``; the last three are prefixes, followed by a column's or a fold's name."""

    FEATURES = "features"
    LABEL = "label"
    COLUMN = "column__"
    FOLD = "fold__"
    GOLDEN = "golden__"


class Problem(StrEnum):
    """What a model predicts: a probability, one probability a class, or a number."""

    BINARY = "binary"
    MULTICLASS = "multiclass"
    REGRESSION = "regression"


class Approval(StrEnum):
    """Who approves a version that passed its gates: the gates themselves, or a person."""

    AUTOMATIC = "automatic"
    MANUAL = "manual"


class Action(StrEnum):
    """What an entry of the registry's audit log says was done."""

    REGISTER = "register"
    MOVE = "move"
    TAG = "tag"
    EXPIRE = "expire"
    RELEASE = "release"
    PROGRESS = "progress"
    COMPLETE = "complete"
    ROLL_BACK = "roll back"
    EXPERIMENT = "experiment"


class Strategy(StrEnum):
    """How a release moves traffic."""

    CANARY = "canary"
    LINEAR = "linear"
    BLUE_GREEN = "blue_green"
    ALL_AT_ONCE = "all_at_once"


class Decision(StrEnum):
    """What JudgeCanary answers at one look."""

    ADVANCE = "advance"
    HOLD = "hold"
    ROLL_BACK = "roll_back"


class Reason(StrEnum):
    """Why a training run was started."""

    MANUAL = "manual"
    NEW_DATA = "new_data"
    SCHEDULE = "schedule"
    NEW_CODE = "new_code"
    DRIFT = "drift"


class TrainingEvent(StrEnum):
    """``detail-type`` of the events that may start training: S3's, Parameter Store's, and two of our own."""

    LANDED = "Object Created"
    CHANGED = "Parameter Store Change"
    DRIFTED = "Drift Detected"
    ASKED = "Training Requested"


MONITORING = "roost.monitoring"  # EventBridge source of DRIFTED; its detail holds stage, model and detail

LIVE_ALIAS = "live"

PROBLEM_JSON = "application/problem+json"

ONLINE_EXPIRY = "e"  # the online table's attribute by which DynamoDB drops items

FEATURES_LAYER = "features"
TRAINING_LAYER = "training"
SCORING_LAYER = "scoring"
BASE_LAYER = "base"
CONNECTORS_LAYER = "connectors"


class Output(StrEnum):
    """CloudFormation outputs that the command line reads."""

    API_URL = "ApiUrl"
    LAKE_BUCKET = "LakeBucket"
    PACKAGES_BUCKET = "PackagesBucket"
    REGISTRY_TABLE = "RegistryTable"
    AUDIT_BUCKET = "AuditBucket"
    ONLINE_TABLE = "OnlineTable"


def stack(stage: str, part: str) -> str:
    """Name of a CloudFormation stack; ``part`` is ``storage`` or ``platform``."""
    return f"roost-{stage}-{part}"


def bucket(stage: str, purpose: str, account: str, region: str) -> str:
    """Name of a bucket (``lake``, ``packages``, ``audit``, ``logs``): bucket names are shared by all of AWS."""
    return f"roost-{stage}-{purpose}-{account}-{region}"


def table(stage: str, purpose: str) -> str:
    """Name of a table (``registry``, ``online``)."""
    return f"roost-{stage}-{purpose}"


def registry_stream_export(stage: str) -> str:
    """Name of the CloudFormation export that holds the ARN of the registry table's stream: it cannot be told before."""
    return f"roost-{stage}-registry-stream"


def function(stage: str, step: str) -> str:
    """Name of the Lambda function of a pipeline step, from its file name (``train_model``)."""
    return f"roost-{stage}-{step.replace('_', '-')}"


def scoring_function(stage: str, model: str) -> str:
    """Name of a model's scoring function."""
    return _of(stage, model, "scoring")


def training_pipeline(stage: str, model: str) -> str:
    """Name of a model's training state machine."""
    return _of(stage, model, "training")


def reproduction_pipeline(stage: str, model: str) -> str:
    """Name of the state machine that trains a version again from its lineage."""
    return _of(stage, model, "reproduction")


def training_queue(stage: str, model: str) -> str:
    """Name of the queue of what asks for training."""
    return _of(stage, model, "training")


def project_parameter(stage: str, model: str) -> str:
    """Name of the Parameter Store parameter that holds the digest of a model's project as it is deployed."""
    return f"/roost/{stage}/models/{model}/project"


def release_pipeline(stage: str, model: str) -> str:
    """Name of a model's release state machine."""
    return _of(stage, model, "release")


def backfill_pipeline(stage: str, model: str) -> str:
    """Name of the state machine that rebuilds a model's online features."""
    return _of(stage, model, "backfill")


def audit_pipeline(stage: str, model: str) -> str:
    """Name of the state machine that compares the features of served predictions with the offline store."""
    return _of(stage, model, "audit")


def compaction_pipeline(stage: str, source: str) -> str:
    """Name of the state machine that compacts the log of a source's stream."""
    return _of(stage, source, "compaction")


def feature_stream(stage: str, source: str) -> str:
    """Name of a source's stream."""
    return f"roost-{stage}-{source.replace('_', '-')}"


def _of(stage: str, owner: str, what: str) -> str:
    """Name of what a stage has for a model or a source."""
    return f"roost-{stage}-{owner.replace('_', '-')}-{what}"
