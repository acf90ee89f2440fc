"""Registered versions as tables."""

from collections.abc import Sequence
from dataclasses import asdict

from roost.cli.display import out, print_json, table, when
from roost.domain.registry import ModelHead, Version

SHOWN = ("roc_auc", "average_precision", "card_precision_at_100", "accuracy", "log_loss", "mean_absolute_error")
MOST = 3


def aliases(head: ModelHead, number: int) -> list[str]:
    """The names that a version has beside its number: champion, previous."""
    named = {"champion": head.champion, "previous": head.previous}
    return [name for name, of in named.items() if of == number]


def show_versions(title: str, versions: Sequence[Version], head: ModelHead, as_json: bool) -> None:
    """Print versions with status, aliases, tags and the metrics that matter most."""
    if as_json:
        print_json([{**asdict(version), "aliases": aliases(head, version.number)} for version in versions])
        return
    metrics = [name for name in SHOWN if any(name in version.metrics for version in versions)][:MOST]
    rows = [
        [
            v.number, v.status.value, ", ".join(aliases(head, v.number)), when(v.created_at),
            *(f"{v.metrics[m]:.4f}" if m in v.metrics else "" for m in metrics), tag_words(v), _package(v),
        ]
        for v in versions
    ]  # fmt: skip
    out.print(table(title, ("version", "status", "alias", "registered", *metrics, "tags", "package"), rows))


def tag_words(version: Version) -> str:
    """Tags in one line."""
    return " ".join(f"{name}={value}" for name, value in sorted(version.tags.items()))


def _package(version: Version) -> str:
    return f"{version.package[:10]}{' (expired)' if version.expired_at else ''}"
