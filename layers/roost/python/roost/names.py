"""Strings that must meet: one place for every name that two parts of the system both spell."""

from enum import StrEnum

METRIC_NAMESPACE = "Roost"


class Metric(StrEnum):
    """CloudWatch metrics of the scoring endpoints (namespace ``Roost``)."""

    REQUESTS = "Requests"
    ERRORS = "Errors"
    REJECTED = "Rejected"
    LATENCY = "Latency"
    SCORE_RANK = "ScoreRank"
    DEFAULTED_FEATURES = "DefaultedFeatures"


class StreamMetric(StrEnum):
    """CloudWatch metrics of the stream consumers (namespace ``Roost``)."""

    ROWS = "StreamRows"
    WRITTEN = "OnlineItemsWritten"
    REJECTED = "StreamRecordsRejected"
    LAG = "StreamLag"


class AuditMetric(StrEnum):
    """CloudWatch metrics of the skew audit (namespace ``Roost``)."""

    AUDITED = "FeaturesAudited"
    STALE = "FeaturesStale"
    SKEWED = "FeaturesSkewed"
    STALENESS = "FeatureStaleness"


class Agreement(StrEnum):
    """How the features that a prediction used compare with what the offline store says was known then."""

    EQUAL = "equal"
    STALE = "stale"
    SKEWED = "skewed"


class Dimension(StrEnum):
    """Dimensions of the metrics above."""

    MODEL = "Model"
    FUNCTION_VERSION = "FunctionVersion"
    SOURCE = "Source"


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

    RUNNING = "running"
    COMPLETED = "completed"
    ROLLED_BACK = "rolled_back"
    FAILED = "failed"


class Fold(StrEnum):
    """Folds of a training set: two to choose a candidate on, two to fit it for good and to evaluate it."""

    SELECTION_TRAIN = "selection_train"
    SELECTION_TEST = "selection_test"
    TRAIN = "train"
    HOLDOUT = "holdout"


class Arrays(StrEnum):
    """Arrays of ``training_arrays.npz``; the last three are prefixes, followed by a column's or a fold's name."""

    FEATURES = "features"
    LABEL = "label"
    COLUMN = "column__"
    FOLD = "fold__"
    GOLDEN = "golden__"


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


LIVE_ALIAS = "live"
NO_PACKAGE = ""

PROBLEM_JSON = "application/problem+json"

ONLINE_EXPIRY = "e"  # the online table's attribute by which DynamoDB drops items

FEATURES_LAYER = "features"
TRAINING_LAYER = "training"
SCORING_LAYER = "scoring"
BASE_LAYER = "base"


class Output(StrEnum):
    """CloudFormation outputs that the command line reads."""

    API_URL = "ApiUrl"
    LAKE_BUCKET = "LakeBucket"
    PACKAGES_BUCKET = "PackagesBucket"
    REGISTRY_TABLE = "RegistryTable"
    ONLINE_TABLE = "OnlineTable"


def stack(stage: str, part: str) -> str:
    """Name of a CloudFormation stack; ``part`` is ``storage`` or ``platform``."""
    return f"roost-{stage}-{part}"


def bucket(stage: str, purpose: str, account: str, region: str) -> str:
    """Name of a bucket (``lake``, ``packages``, ``logs``): bucket names are shared by all of AWS."""
    return f"roost-{stage}-{purpose}-{account}-{region}"


def table(stage: str, purpose: str) -> str:
    """Name of a table (``registry``, ``online``)."""
    return f"roost-{stage}-{purpose}"


def function(stage: str, step: str) -> str:
    """Name of the Lambda function of a pipeline step, from its file name (``train_model``)."""
    return f"roost-{stage}-{step.replace('_', '-')}"


def scoring_function(stage: str, model: str) -> str:
    """Name of a model's scoring function."""
    return f"roost-{stage}-{model.replace('_', '-')}-scoring"


def training_pipeline(stage: str, model: str) -> str:
    """Name of a model's training state machine."""
    return f"roost-{stage}-{model.replace('_', '-')}-training"


def release_pipeline(stage: str, model: str) -> str:
    """Name of a model's release state machine."""
    return f"roost-{stage}-{model.replace('_', '-')}-release"


def backfill_pipeline(stage: str, model: str) -> str:
    """Name of the state machine that rebuilds a model's online features."""
    return f"roost-{stage}-{model.replace('_', '-')}-backfill"


def audit_pipeline(stage: str, model: str) -> str:
    """Name of the state machine that compares the features of served predictions with the offline store."""
    return f"roost-{stage}-{model.replace('_', '-')}-audit"


def compaction_pipeline(stage: str, source: str) -> str:
    """Name of the state machine that compacts the log of a source's stream."""
    return f"roost-{stage}-{source.replace('_', '-')}-compaction"


def landing_prefix(source: str) -> str:
    """Where raw files of a source arrive in the lake bucket."""
    return f"landing/{source}/"


def event_log_prefix(source: str) -> str:
    """Where the stream consumer keeps what has arrived of a source: its offline log."""
    return f"events/{source}/"


def event_log_key(source: str, day: str, batch: str) -> str:
    """One batch of arrivals; ``day`` (ISO 8601) is that of the first."""
    return f"{event_log_prefix(source)}date={day}/{batch}.parquet"


def event_history_prefix(source: str) -> str:
    """Where batches of arrivals lie once they have been compacted."""
    return f"history/{source}/"


def event_history_key(source: str, day: str, digest: str, suffix: str) -> str:
    """A compacted file (``parquet``), or what it was made of (``json``)."""
    return f"{event_history_prefix(source)}date={day}/{digest}.{suffix}"


def event_day(key: str) -> str:
    """Day (ISO 8601) of a key of either; empty if it names none."""
    return key.partition("/date=")[2].partition("/")[0]


def feature_stream(stage: str, source: str) -> str:
    """Name of a source's stream."""
    return f"roost-{stage}-{source.replace('_', '-')}"


def dataset_key(digest: str, name: str) -> str:
    """A file of a data set, named by the digest of its manifest."""
    return f"datasets/{digest}/{name}"


def quarantine_key(source: str, digest: str) -> str:
    """Rejected rows of a data set, with the rule that each broke."""
    return f"quarantine/{source}/{digest}.parquet"


def run_key(model: str, run: str, name: str) -> str:
    """A file of one training run."""
    return f"runs/{model}/{run}/{name}"


def candidate_key(model: str, run: str, candidate: str, name: str) -> str:
    """A file of one candidate of a training run."""
    return run_key(model, run, f"candidates/{candidate}/{name}")


def audit_key(model: str, run: str) -> str:
    """The report of one skew audit."""
    return f"audits/{model}/{run}.json"


def package_key(digest: str, name: str) -> str:
    """A file of a model package in the packages bucket."""
    return f"packages/{digest}/{name}"


COMPACTED_TAG = {"roost-compacted": "true"}  # on what the lake's lifecycle may remove

PACKAGE_MODEL = "model.onnx"
PACKAGE_MANIFEST = "manifest.json"
PACKAGE_CARD = "card.md"
MANIFEST = "manifest.json"
VALID_ROWS = "valid.parquet"
VALIDATION_REPORT = "validation.json"
TRAINING_SET = "training_set.parquet"
TRAINING_ARRAYS = "training_arrays.npz"
LEAKAGE_SAMPLE = "leakage_sample.npz"
LEAKAGE_REPORT = "leakage.json"
CANDIDATE_SCORES = "fitted.npz"
CANDIDATE_RECORD = "candidate.json"
EVALUATION_REPORT = "evaluation.json"
