"""ObserveExperiment: read the prediction log on from where it was left, and report what the experiment shows.

The prediction record is the only exposure log: it is written once, with arm and propensity, by the code that chose. The
log is read on from a place that is kept in the lake; a run that dies reads again, which changes nothing.
"""

import gzip
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeGuard

from roost.domain.bandit import Learnt, challenger_share
from roost.domain.experiment_analysis import Analysis, analysed, blocks
from roost.domain.experiments import Experiment
from roost.domain.first_exposures import Exposure, FirstExposures, first_exposures
from roost.domain.logged_score import logged_score
from roost.domain.outcomes import Label
from roost.domain.sequential import Tally
from roost.experiment_names import ExperimentStatus, Finding, Measure, Policy
from roost.object_keys import experiment_key
from roost.ports import OutcomeStore, PipelinePorts, PredictionLog

COUNTED, REPORT = "counted.json.gz", "report.json"
MOST = 400_000  # predictions of one run; the next one goes on
STRETCH = timedelta(minutes=10)
LAG = timedelta(seconds=30)  # until a prediction is in the log
LATE = timedelta(minutes=10)  # what was delivered again may come that long after others of its time; it is read then
BATCH = 1_000


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
    log: PredictionLog
    outcomes: OutcomeStore
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
        """Read up to now, or as much as one run takes; whether all has been read."""
        ended = datetime.fromisoformat(experiment.finished_at) if experiment.finished_at else None
        until = min(filter(None, (self.ports.clock.now() - LAG, ended)))
        since, taken = max(counted.since - LATE, datetime.fromisoformat(experiment.started_at)), 0
        while since < until and taken < MOST:
            end = min(since + STRETCH, until)
            for record in self.log.records(since, end):
                counted.exposures.add(experiment, (logged_score(record),))
                taken += 1
            since, counted.since = end, max(counted.since, end)
        return since >= until

    def _learn(self, exposures: FirstExposures) -> None:
        waiting = exposures.unknown()
        for start in range(0, len(waiting), BATCH):
            known = self.outcomes.of(waiting[start : start + BATCH])
            exposures.learn({name: float(found.label) for name, found in known.items() if _numeric(found.label)})

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


def _numeric(label: Label) -> TypeGuard[float]:
    return isinstance(label, int | float)


def _learnt(tallies: Sequence[Tally]) -> Learnt:
    return Learnt(sum(each.count for each in tallies), math.fsum(each.total for each in tallies))
