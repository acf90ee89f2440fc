"""A data set as a whole against the rules of its source, and its columns against what the model needs of them."""

import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from roost.domain.profile import Profile, ProfileQuestions
from roost.object_keys import VALID_ROWS, dataset_key
from roost.ports import ObjectStore, TableEngine
from roost.spec import Model, Source
from roost.workflows.set_findings import (
    Finding,
    column_findings,
    drift_findings,
    duplicate_finding,
    freshness_finding,
    share_finding,
    volume_finding,
)


def profiled(
    model: Model, source: Source, dataset: str, history: Sequence[Profile], tables: TableEngine, lake: ObjectStore
) -> tuple[Profile, dict[str, tuple[int, ...]]]:
    """The profile of a set's valid rows, and the rows newer than the last accepted set in the bins of that set."""
    with tempfile.TemporaryDirectory(prefix="profile-") as folder:
        path = Path(folder) / VALID_ROWS
        lake.download(dataset_key(dataset, VALID_ROWS), path)
        found: Profile = tables.profile(path, source, _questions(model, source))
        if not source.set_rules.drift or not history:
            return found, {}
        reference = history[-1]
        bins = {name: reference.bins[name] for name in source.set_rules.drift.columns if name in reference.bins}
        return found, dict(tables.bin_counts(path, source, bins, reference.last))


def judged(
    model: Model,
    source: Source,
    profile: Profile,
    history: Sequence[Profile],
    new: Mapping[str, tuple[int, ...]],
    now: datetime,
) -> list[Finding]:
    """Every rule that applies, kept or broken."""
    rules = source.set_rules
    found = [volume_finding(rules.volume, profile.rows, history)] if rules.volume else []
    found += [freshness_finding(rules.max_age, profile.last, now)] if rules.max_age else []
    found += [duplicate_finding(rules.duplicates, profile)] if _keys(source) else []
    found += [share_finding(share, profile) for share in rules.shares]
    found += drift_findings(rules.drift, history[-1], dict(new)) if rules.drift and history else []
    if source.name == model.source.name:
        found += column_findings(profile, used_columns(model), model.label)
    return found


def used_columns(model: Model) -> tuple[str, ...]:
    """Columns of the model's own source that it takes as they are."""
    return tuple(name for name in model.features if name in model.request)


def _questions(model: Model, source: Source) -> ProfileQuestions:
    own = source.name == model.source.name
    rules = source.set_rules
    return ProfileQuestions(
        columns=(*used_columns(model), model.label) if own else (),
        label=model.label if own else "",
        shares=tuple((share.column, share.value) for share in rules.shares),
        keys=_keys(source),
        binned=rules.drift.columns if rules.drift else (),
    )


def _keys(source: Source) -> tuple[str, ...]:
    """What repeated rows share: the declared columns, or all where no id tells events apart."""
    if source.set_rules.duplicates and source.set_rules.duplicates.columns:
        return source.set_rules.duplicates.columns
    everything = tuple(column.name for column in source.columns)
    return everything if source.set_rules.duplicates or not source.event_id else ()
