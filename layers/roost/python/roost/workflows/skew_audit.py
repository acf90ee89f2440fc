"""AuditFeatures: recompute the features of sampled predictions offline, as known when they were scored."""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from roost.domain.logged_prediction import LoggedPrediction
from roost.domain.skew import AuditedView, compared
from roost.domain.step_metrics import audit_line
from roost.domain.view_layout import ViewLayout
from roost.errors import NoDataFound
from roost.names import Agreement
from roost.object_keys import audit_key
from roost.ports import PipelinePorts, PredictionLog, TableEngine
from roost.spec import Model, Source
from roost.workflows.feature_history import offline_tables
from roost.workflows.package_manifests import read_manifest

SAMPLE = 200
SHOWN = 20
PERIOD = timedelta(hours=1)
GRACE = 60.0  # seconds from an event's arrival on a stream to the online store
NEWEST, BEFORE = 0, 1  # data sets: the one before may have been in the online store still

Asked = Sequence[tuple[LoggedPrediction, ViewLayout]]


@dataclass(frozen=True)
class SkewAudit:
    """What an audit of one model works with; ``write_line`` logs its metrics."""

    model: Model
    tables: TableEngine
    predictions: PredictionLog
    ports: PipelinePorts
    write_line: Callable[[str], Any]

    def run(self, name: str, since: datetime | None) -> dict[str, Any]:
        """Audit predictions from ``since`` (an hour ago if None) until now; the report names every difference.

        Returns:
            Predictions sampled, views of them compared, how many were stale (and how long at most) and how many skewed.
        """
        until = self.ports.clock.now()
        sample = self.predictions.sample(since or until - PERIOD, until, SAMPLE)
        layouts = self._layouts(sample)
        found = [
            one for source in self.model.sources for one in self._audited(source, self._asked(source, sample, layouts))
        ]
        answer = {"predictions": len(sample), **_counts(found)}
        values = tuple(float(value) for value in list(answer.values())[1:])
        self.write_line(json.dumps(audit_line(self.model.name, int(until.timestamp() * 1000), values)))
        differences = [one.told() for one in found if one.comparison.agreement is Agreement.SKEWED]
        report = {**answer, "until": until.isoformat(), "differences": differences[:SHOWN]}
        key = audit_key(self.model.name, name)
        self.ports.lake.put(key, json.dumps(report, indent=2).encode(), "application/json")
        return {**answer, "report": key}

    def _layouts(self, sample: Sequence[LoggedPrediction]) -> dict[int, dict[str, ViewLayout]]:
        """The views as the packages that scored know them, by model version and name."""
        found = {}
        for number in sorted({prediction.model_version for prediction in sample}):
            digest = self.ports.registry.version(self.model.name, number).package
            manifest = read_manifest(self.ports.packages, digest)
            found[number] = {view["name"]: ViewLayout.from_manifest(view) for view in manifest["views"]}
        return found

    def _asked(
        self, source: Source, sample: Sequence[LoggedPrediction], layouts: Mapping[int, Mapping[str, ViewLayout]]
    ) -> Asked:
        """Each prediction with the layouts of the source's views that its package used."""
        names = [view.name for view in self.model.views if view.source.name == source.name]
        pairs = ((one, layouts[one.model_version].get(name)) for name in names for one in sample)
        return [(one, layout) for one, layout in pairs if layout is not None]

    def _audited(self, source: Source, asked: Asked) -> list[AuditedView]:
        """By the newest data set; what it does not explain may have been read from the one before it."""
        found = self._compared(source, asked, NEWEST)
        waiting = [(one.prediction, one.layout) for one in found if one.comparison.agreement is Agreement.SKEWED]
        earlier = self._compared(source, waiting, BEFORE)
        explained = {_place(one) for one in earlier if one.comparison.agreement is not Agreement.SKEWED}
        return [one.restated() if _place(one) in explained else one for one in found]

    def _compared(self, source: Source, asked: Asked, back: int) -> list[AuditedView]:
        if not asked:
            return []
        entities: dict[ViewLayout, set[Any]] = defaultdict(set)
        for one, layout in asked:
            entities[layout].add(one.entity(layout.key))
        try:
            with offline_tables(source, self.ports.lake, back) as paths:
                histories = {
                    layout: self.tables.histories(paths, source, layout, sorted(keys))
                    for layout, keys in entities.items()
                }
        except NoDataFound:
            return []
        return [
            AuditedView(one, layout, rows, compared(layout, rows, one, GRACE))
            for one, layout in asked
            for rows in (histories[layout].get(one.entity(layout.key), ()),)
        ]


def _place(one: AuditedView) -> tuple[str, str]:
    return one.prediction.identifier, one.layout.name


def _counts(found: Sequence[AuditedView]) -> dict[str, float]:
    agreements = [one.comparison.agreement for one in found]
    return {
        "compared": len(found),
        "stale": agreements.count(Agreement.STALE),
        "skewed": agreements.count(Agreement.SKEWED),
        "most_stale_seconds": max((one.comparison.staleness for one in found), default=0.0),
    }
