"""A shadow: a version that scores what another one has answered, and serves nobody."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from roost.domain.feature_vector import FeaturePlan
from roost.domain.logged_score import LoggedScore
from roost.domain.view_layout import ViewLayout
from roost.experiment_errors import InvalidShadow

Row = dict[str, float | None]


@dataclass(frozen=True)
class Shadow:
    """One shadow: ``version`` with its ``package`` scores at most ``rate`` predictions a minute of ``live_version``.

    Times are ISO 8601; ``stopped_at`` is empty until somebody stops it before its time.
    """

    model: str
    identifier: str
    version: int
    package: str
    live_version: int
    rate: int
    started_at: str
    until: str
    requested_by: str
    stopped_at: str = ""

    @property
    def ends(self) -> datetime:
        """The moment up to which predictions are scored."""
        return datetime.fromisoformat(min(filter(None, (self.until, self.stopped_at))))

    def body(self) -> bytes:
        """The shadow as JSON."""
        return json.dumps(asdict(self), indent=2).encode()


def shadow_from(body: bytes) -> Shadow:
    """The shadow in its JSON form."""
    return Shadow(**json.loads(body))


def check_inputs(live: Mapping[str, Any], challenger: Mapping[str, Any]) -> None:
    """Whether the log of a package's predictions holds what another package needs, with the same meaning.

    Raises:
        InvalidShadow: it lacks inputs, or they are computed otherwise; the message names them.
    """
    logged = {column["name"] for column in live["request"]}
    known, wanted = _definitions(live), _definitions(challenger)
    views = {name for name, definition in wanted.items() if known.get(name) == definition}
    plan = FeaturePlan.from_manifest(challenger)
    missing = [name for name in plan.inputs if name not in logged | views]
    if missing:
        raise InvalidShadow(
            f"the log of the version that serves lacks {', '.join(missing)}, or has them by another definition; a "
            f"shadow scores what was logged. Compare the two versions by an experiment, or offline"
        )


def logged_row(plan: FeaturePlan, logged: LoggedScore) -> Row:
    """A package's inputs out of what another one has logged; text becomes the number that this package gives it."""
    row: Row = {name: logged.inputs.get(name) for name in plan.inputs}
    for column, codes in plan.codes.items():
        row[column] = codes.get(logged.request.get(column))  # type: ignore[arg-type]
    return row


def _definitions(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """How each feature of a package's views is computed."""
    layouts = [ViewLayout.from_manifest(view) for view in manifest["views"]]
    return {
        recipe.feature: (layout.key, layout.tile, layout.delay, layout.lookback, aggregate, recipe.scale)
        for layout in layouts
        for aggregate, recipe in zip(layout.aggregates, layout.recipes, strict=True)
    }
