"""ScoreShadow: score what the log has recorded, minute by minute, outside of the request path.

Each minute's scores are one object under a key of that minute, so that scoring it again changes nothing. At most
``rate`` predictions of a minute are scored, its first ones: the bound holds whatever the traffic is.
"""

import itertools
import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from roost.domain.logged_score import LoggedScore, logged_score
from roost.domain.scoring import answer_of, score_row
from roost.domain.shadow_report import ShadowScore
from roost.domain.shadows import Shadow, logged_row, shadow_from
from roost.object_keys import shadow_key, shadow_prefix
from roost.ports import Clock, ObjectStore, PredictionLog
from roost.workflows.packages import LoadedPackage

PLAN, PROGRESS, SCORES = "plan.json", "progress.json", "scores/"
MINUTE = timedelta(minutes=1)
LAG = timedelta(seconds=60)  # until a minute's predictions are in the log
MINUTES = 120  # of one shadow in one run; the next one goes on


@dataclass(frozen=True)
class ShadowScorer:
    """Scores the running shadows of one model."""

    model: str
    log: PredictionLog
    lake: ObjectStore
    load: Callable[[str], LoadedPackage]
    clock: Clock

    def run(self) -> dict[str, Any]:
        """Score on, for each shadow that is not through; answers predictions scored and left out, by shadow."""
        return {"shadows": {shadow.identifier: self._score(shadow) for shadow in shadows(self.lake, self.model)}}

    def _score(self, shadow: Shadow) -> dict[str, int]:
        since, ends = self._progress(shadow), min(shadow.ends, self.clock.now() - LAG)
        found = {"scored": 0, "other_versions": 0, "no_score": 0}
        package = self.load(shadow.package) if since + MINUTE <= ends else None
        for _ in range(MINUTES if package else 0):
            if package is None or since + MINUTE > ends:
                break
            for name, count in self._minute(shadow, package, since).items():
                found[name] += count
            since += MINUTE
            self._put(shadow, PROGRESS, json.dumps({"read_to": since.isoformat()}))
        return found

    def _minute(self, shadow: Shadow, package: LoadedPackage, since: datetime) -> dict[str, int]:
        records = itertools.islice(self.log.records(since, since + MINUTE), shadow.rate)
        logged = [logged_score(record) for record in records]
        mine = [one for one in logged if one.model_version == shadow.live_version]
        scores = [score for one in mine if (score := scored(package, one)) is not None]
        if scores:
            text = "\n".join(json.dumps(asdict(score)) for score in scores)
            self._put(shadow, f"{SCORES}{since:%Y-%m-%dT%H-%M}.jsonl", text)
        return {
            "scored": len(scores),
            "other_versions": len(logged) - len(mine),
            "no_score": len(mine) - len(scores),
        }

    def _progress(self, shadow: Shadow) -> datetime:
        key = shadow_key(self.model, shadow.identifier, PROGRESS)
        if self.lake.exists(key):
            return datetime.fromisoformat(json.loads(self.lake.get(key))["read_to"])
        return datetime.fromisoformat(shadow.started_at).astimezone(UTC).replace(second=0, microsecond=0)

    def _put(self, shadow: Shadow, name: str, text: str) -> None:
        self.lake.put(shadow_key(self.model, shadow.identifier, name), text.encode(), "application/json")


def shadows(lake: ObjectStore, model: str) -> list[Shadow]:
    """All shadows of a model, oldest first."""
    keys = [stored.key for stored in lake.list(shadow_prefix(model)) if stored.key.endswith(f"/{PLAN}")]
    return sorted((shadow_from(lake.get(key)) for key in keys), key=lambda shadow: shadow.started_at)


def scored(package: LoadedPackage, logged: LoggedScore) -> ShadowScore | None:
    """A logged prediction scored by another package; None where that gives no number."""
    started = time.perf_counter()
    row = logged_row(package.plan, logged)
    found = score_row(package.plan, package.model, package.manifest["rank_reference"], row)
    milliseconds = (time.perf_counter() - started) * 1000
    if math.isnan(found.score):
        return None
    decision = str(answer_of(package.manifest, found).get("decision", ""))
    return ShadowScore(
        logged.identifier, logged.at, logged.score, found.score, logged.decision, decision, logged.latency,
        round(milliseconds, 3), row,
    )  # fmt: skip


def read_scores(lake: ObjectStore, shadow: Shadow, minutes: int) -> Sequence[ShadowScore]:
    """The scores of the newest minutes that have any."""
    stored = lake.list(shadow_key(shadow.model, shadow.identifier, SCORES))[-minutes:]
    lines: list[Mapping[str, Any]] = [
        json.loads(line) for item in stored for line in lake.get(item.key).decode().splitlines()
    ]
    return [ShadowScore(**line) for line in lines]
