"""Keys of objects in the lake and in the packages bucket, and names of files in data sets, runs and packages."""

COMPACTED_TAG = {"roost-compacted": "true"}  # on what the lake's lifecycle may remove
EXPIRED_TAG = {"roost-expired": "true"}  # on what the packages bucket's lifecycle may remove

PACKAGE_MODEL = "model.onnx"
PACKAGE_MANIFEST = "manifest.json"
PACKAGE_CARD = "card.md"
PACKAGE_CARD_PAGE = "card.html"
PACKAGE_EVIDENCE = "evidence.json"
MANIFEST = "manifest.json"
VALID_ROWS = "valid.parquet"
VALIDATION_REPORT = "validation.json"
VALIDATION_PAGE = "validation.md"
TRAINING_SET = "training_set.parquet"
TRAINING_ARRAYS = "training_arrays.npz"
LEAKAGE_SAMPLE = "leakage_sample.npz"
LEAKAGE_REPORT = "leakage.json"
SEARCH_REPORT = "search.json"
CANDIDATE_MODEL = "model.onnx"
CANDIDATE_SCORES = "fitted.npz"
CANDIDATE_RECORD = "candidate.json"
EVALUATION_REPORT = "evaluation.json"


def landing_prefix(source: str) -> str:
    """Where raw files of a source arrive in the lake bucket."""
    return f"landing/{source}/"


def loads_prefix(source: str) -> str:
    """Where LoadSources puts what it pulled: not under ``landing/``, whose objects start a training run."""
    return f"loads/{source}/"


def load_key(source: str, number: int, sha256: str) -> str:
    """The rows of a load; the same rows have the same key."""
    return f"{loads_prefix(source)}{number:08d}-{sha256[:16]}.jsonl.gz"


def load_manifest_key(source: str, number: int) -> str:
    """The manifest of a load; rows without one were never loaded."""
    return f"{loads_prefix(source)}{number:08d}.json"


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


def dataset_key(digest: str, name: str) -> str:
    """A file of a data set, named by the digest of its manifest."""
    return f"datasets/{digest}/{name}"


def quarantine_key(source: str, digest: str) -> str:
    """Rejected rows of a data set, with the rule that each broke."""
    return f"quarantine/{source}/{digest}.parquet"


def accepted_prefix(source: str) -> str:
    """Profiles of a source's data sets that passed validation, in the order of their acceptance."""
    return f"accepted/{source}/"


def accepted_key(source: str, moment: str, digest: str) -> str:
    """The profile of one accepted data set; ``moment`` sorts as it is written."""
    return f"{accepted_prefix(source)}{moment}-{digest}.json"


def run_key(model: str, run: str, name: str) -> str:
    """A file of one training run."""
    return f"runs/{model}/{run}/{name}"


def candidate_key(model: str, run: str, candidate: str, name: str) -> str:
    """A file of one candidate of a training run."""
    return run_key(model, run, f"candidates/{candidate}/{name}")


def step_cache_key(model: str, step: str, digest: str) -> str:
    """What a step answered and wrote; the digest is that of all that decides it."""
    return f"cache/{model}/{step}/{digest}.json"


def audit_key(model: str, run: str) -> str:
    """The report of one skew audit."""
    return f"audits/{model}/{run}.json"


def audit_entry_prefix(model: str) -> str:
    """Where the copy of a model's audit log lies in the audit bucket."""
    return f"registry/{model}/"


def audit_entry_key(model: str, sequence: int) -> str:
    """The copy of one entry of a model's audit log."""
    return f"{audit_entry_prefix(model)}{sequence:09d}.json"


def package_key(digest: str, name: str) -> str:
    """A file of a model package in the packages bucket."""
    return f"packages/{digest}/{name}"


def predictions_prefix(model: str) -> str:
    """Where the prediction log of a model lies in the lake bucket."""
    return f"predictions/model={model}/"


def archived_key(model: str, hour: str, name: str) -> str:
    """A file of an hour (``2026-03-01T12``) of a model's prediction log as Parquet."""
    return f"predictions_parquet/model={model}/hour={hour}/{name}"


def experiment_key(model: str, experiment: str, name: str) -> str:
    """A file of an experiment: what was counted, or its report."""
    return f"experiments/{model}/{experiment}/{name}"


def shadow_prefix(model: str) -> str:
    """Where a model's shadows lie."""
    return f"shadows/{model}/"


def shadow_key(model: str, shadow: str, name: str) -> str:
    """A file of a shadow: its plan, its progress, or a minute's scores."""
    return f"{shadow_prefix(model)}{shadow}/{name}"
