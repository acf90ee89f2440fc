"""The verdict on a data set: every rule with its number and its bound, and what to do where it is broken."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from roost.domain.drift import drift
from roost.domain.profile import Profile, share_name
from roost.spec.set_rules import DriftRule, DuplicateRule, ShareRule, VolumeRule

ENOUGH_ROWS = 100  # below that a column may well have one value by chance
DEFAULT_REPEATED = 0.2
MEND = "mend the export, or take the column out of the model"


@dataclass(frozen=True)
class Finding:
    """One rule: its number and bound as text, whether it holds, and the remedy where it does not."""

    rule: str
    number: str
    bound: str
    passed: bool
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.rule}: {self.number}, must be {self.bound}; {self.remedy}"


def column_findings(profile: Profile, used: Sequence[str], label: str) -> list[Finding]:
    """Whether the columns that a model uses hold something to learn from; of few rows nothing is said."""
    if profile.rows < ENOUGH_ROWS:
        return []
    return [_column_finding(profile, name, label) for name in dict.fromkeys([*used, label]) if name in profile.columns]


def _column_finding(profile: Profile, name: str, label: str) -> Finding:
    facts = profile.columns[name]
    what = f"label '{name}'" if name == label else f"column '{name}'"
    mend = "land rows of every class, or of a longer time" if name == label else MEND
    if facts.nulls == profile.rows:
        return Finding(f"{what} all null", f"null in all {profile.rows:,} rows", "filled somewhere", False, MEND)
    if facts.constant:
        return Finding(f"{what} constant", f"only {facts.value!r}", "two values or more", False, mend)
    if facts.equals_label and name != label:
        remedy = f"it is a copy of '{label}', which a request cannot know: take it out of the model"
        return Finding(f"{what} is the label", "equal in every row", "another column", False, remedy)
    return Finding(f"{what} varies", f"{facts.nulls:,} nulls", "two values or more", True)


def volume_finding(rule: VolumeRule, rows: int, history: Sequence[Profile]) -> Finding:
    """Rows against the median of earlier sets; without one there is nothing to compare."""
    known = [profile.rows for profile in history[-rule.sets :]]
    if not known:
        return Finding("volume", f"{rows:,} rows", "the first set", True)
    ratio = rows / max(median(known), 1)
    fits = ratio >= rule.at_least and (rule.at_most is None or ratio <= rule.at_most)
    bound = f"at least {rule.at_least:g}" + (f" and at most {rule.at_most:g}" if rule.at_most is not None else "")
    told = f"{rows:,} rows, {ratio:.2f} of the median of the last {len(known)} sets"
    return Finding("volume", told, bound, fits, "look for files that are missing, or landed twice")


def freshness_finding(max_age: timedelta, last: int, now: datetime) -> Finding:
    """Age of the newest event."""
    age = now - datetime.fromtimestamp(last, now.tzinfo)
    remedy = "land newer rows, or see why the export stopped"
    return Finding("freshness", f"newest event {_days(age)} old", f"at most {_days(max_age)}", age <= max_age, remedy)


def duplicate_finding(rule: DuplicateRule | None, profile: Profile) -> Finding:
    """Rows that repeat an earlier one."""
    share = profile.repeated / max(profile.rows, 1)
    bound = rule.at_most if rule else DEFAULT_REPEATED
    name = f"duplicates of {', '.join(rule.columns)}" if rule and rule.columns else "duplicates of whole rows"
    remedy = "look for a file that landed twice; if rows repeat by nature, declare set_rules.duplicates or event_id"
    return Finding(name, f"{profile.repeated:,} rows ({share:.2%})", f"at most {bound:.2%}", share <= bound, remedy)


def share_finding(rule: ShareRule, profile: Profile) -> Finding:
    """The share of a value, such as the rate of a label."""
    name = share_name(rule.column, rule.value)
    count, total = profile.shares[name]
    share = count / max(total, 1)
    bound = f"{rule.at_least:.3%} to {rule.at_most:.3%}"
    remedy = f"see where {rule.column!r} comes from, or widen the range in set_rules.shares"
    fits = bool(total) and rule.at_least <= share <= rule.at_most
    return Finding(f"share of {name}", f"{share:.3%} of {total:,}", bound, fits, remedy)


def drift_findings(rule: DriftRule, reference: Profile, counts: dict[str, tuple[int, ...]]) -> list[Finding]:
    """Each column's new rows, as ``counts`` in the bins of the last accepted set, against that set."""
    return [_drift_finding(rule, name, reference.counts[name], counts[name]) for name in rule.columns if name in counts]


def _drift_finding(rule: DriftRule, name: str, known: Sequence[int], new: Sequence[int]) -> Finding:
    found = drift(known, new)
    level = rule.error_rate / len(rule.columns)
    drifted = found.index > rule.max_psi and found.p_value < level
    number = f"PSI {found.index:.3f} (p = {found.p_value:.2g}) over {sum(new):,} new rows"
    remedy = "see what changed upstream; if it is meant, raise set_rules.drift.max_psi for one run"
    bound = f"PSI at most {rule.max_psi:g}, or p from {level:.2g}"
    return Finding(f"drift of '{name}'", number, bound, not drifted, remedy)


def _days(age: timedelta) -> str:
    hours = age.total_seconds() / 3600
    return f"{hours:.1f} hours" if hours < 48 else f"{hours / 24:.1f} days"
