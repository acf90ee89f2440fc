"""ObserveExperiment: read the prediction log on from where it was left, and report what the experiment shows.

The prediction record is the only exposure log: it is written once, with arm and propensity, by the code that chose. The
log is read in pages from a place that is kept in the lake; a run that dies reads its pages again, which changes
nothing.
"""

import gzip
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from roost.domain.bandit import Learnt, challenger_share
from roost.domain.experiment_analysis import Analysis, analysed, blocks
from roost.domain.experiments import Experiment
from roost.domain.first_exposures import Exposure, FirstExposures, first_exposures
from roost.domain.logged_score import logged_score
from roost.domain.sequential import Tally
from roost.experiment_names import ExperimentStatus, Finding, Measure, Policy
from roost.object_keys import experiment_key
from roost.ports import PipelinePorts
from roost.ports.predictions import OutcomeLookup, PredictionRecords

COUNTED, REPORT = "counted.json.gz", "report.json"
PAGE = 2_000
PAGES = 200  # of one run; the next one goes on
LAG = timedelta(seconds=30)  # until a line can be read
LATE = timedelta(minutes=5)  # lines may still come that long after those of their time; they are read again
BATCH = 1_000
MILLISECOND = timedelta(milliseconds=1)


@dataclass
class Counted:
    """What is kept between runs: where reading goes on, the sample, and the largest log e-value of its shares."""

    since: datetime
    exposures: FirstExposures
    worst: float = 0.0


@dataclass(frozen=True)
class ExperimentObserver:
    """Observes the experiments of one model."""

    model: str
    records: PredictionRecords
    outcomes: OutcomeLookup
    ports: PipelinePorts

    def observe(self, identifier: str) -> dict[str, Any]:
        """Read on, analyse, and report; answers the finding and, by the experiment's policy, new shares.

        Returns:
            ``finding`` and ``reason``; ``exposed`` entities by arm; ``rebalance``, and the challenger's ``share`` in
            percent if that is true.
        """
        experiment = self.ports.registry.experiment(self.model, identifier)
        counted = self._counted(experiment)
        caught_up = self._read(experiment, counted)
        if experiment.measured.metric == Measure.OUTCOME:
            self._learn(counted.exposures)
        exposures = counted.exposures.ordered()
        analysis = analysed(experiment, exposures, counted.worst)
        counted.worst = max(counted.worst, math.log(max(analysis.shares.e_value, 1e-300)))
        self._keep(experiment, counted, analysis, caught_up)
        exposed = {arm.name: arm.exposed for arm in analysis.arms}
        answer = {"finding": analysis.finding.value, "reason": analysis.reason, "exposed": exposed}
        return {**answer, **self._rebalanced(experiment, exposures, analysis)}

    def _counted(self, experiment: Experiment) -> Counted:
        key = experiment_key(self.model, experiment.identifier, COUNTED)
        if not self.ports.lake.exists(key):
            return Counted(datetime.fromisoformat(experiment.started_at), FirstExposures())
        document = json.loads(gzip.decompress(self.ports.lake.get(key)))
        since = datetime.fromisoformat(document["since"])
        return Counted(since, first_exposures(document["sample"]), document["worst"])

    def _read(self, experiment: Experiment, counted: Counted) -> bool:
        """Read pages up to now, or as many as one run takes; whether all has been read."""
        ended = datetime.fromisoformat(experiment.finished_at) if experiment.finished_at else None
        until = min(filter(None, (self.ports.clock.now() - LAG, ended)))
        since = max(counted.since - LATE, datetime.fromisoformat(experiment.started_at))
        for _ in range(PAGES):
            lines = self.records.page(since, until, PAGE)
            counted.exposures.add(experiment, map(logged_score, lines))
            if len(lines) < PAGE:
                counted.since = max(since, until)
                return True
            last = datetime.fromtimestamp(lines[-1]["_aws"]["Timestamp"] / 1000, UTC)
            since = counted.since = max(last, since + MILLISECOND)
        return False

    def _learn(self, exposures: FirstExposures) -> None:
        waiting = exposures.unknown()
        for start in range(0, len(waiting), BATCH):
            exposures.learn(self.outcomes.outcomes(self.model, waiting[start : start + BATCH]))

    def _keep(self, experiment: Experiment, counted: Counted, analysis: Analysis, caught_up: bool) -> None:
        sample = counted.exposures
        kept = {"since": counted.since.isoformat(), "sample": sample.document(), "worst": counted.worst}
        body = gzip.compress(json.dumps(kept).encode(), mtime=0)
        self.ports.lake.put(experiment_key(self.model, experiment.identifier, COUNTED), body, "application/gzip")
        report = {
            **analysis.document(), "at": self.ports.clock.now().isoformat(), "read_to": counted.since.isoformat(),
            "caught_up": caught_up, "full": sample.full,
        }  # fmt: skip
        key = experiment_key(self.model, experiment.identifier, REPORT)
        self.ports.lake.put(key, json.dumps(report, indent=2).encode(), "application/json")

    def _rebalanced(self, experiment: Experiment, exposures: Sequence[Exposure], analysis: Analysis) -> dict[str, Any]:
        """Whether shares are to move: by the policy, when they have stood long enough, and not by a broken sample."""
        stays: dict[str, Any] = {"rebalance": False, "share": 0}
        policy, running = experiment.policy, experiment.status is ExperimentStatus.RUNNING
        if policy.kind is not Policy.THOMPSON or not running or analysis.finding is Finding.BLOCKED:
            return stays
        stood = self.ports.clock.now() - datetime.fromisoformat(experiment.shared_at)
        if stood < timedelta(hours=policy.every_hours):
            return stays
        control, challenger = map(_learnt, blocks(experiment.measured, exposures))
        seed = control.count + challenger.count
        share = challenger_share(control, challenger, experiment.measured.better, policy.floor, seed)
        moves = abs(share - experiment.challenger.share) >= 0.01
        return {"rebalance": moves, "share": round(share * 100)} if moves else stays


def _learnt(tallies: Sequence[Tally]) -> Learnt:
    return Learnt(sum(each.count for each in tallies), math.fsum(each.total for each in tallies))
