"""RecordOutcomes: what turned out of predictions; one bad report does no harm to the others."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from roost.domain.http import answer, parsed_body, problem
from roost.domain.outcome_requests import outcome_in, reports_in
from roost.domain.outcomes import MOST_REPORTS, Outcome
from roost.domain.package import verified_manifest
from roost.domain.prediction_ids import moment_of
from roost.domain.step_metrics import outcome_line
from roost.errors import RequestError
from roost.monitoring_errors import ExpiredPrediction, TooManyReports, UnknownEndpoint, UnknownPrediction
from roost.monitoring_names import Recorded
from roost.names import PROBLEM_JSON
from roost.object_keys import PACKAGE_MANIFEST, package_key
from roost.ports import Clock, ObjectStore, OutcomeStore, PredictionLog, RegistryStore

KEPT = timedelta(days=400)  # as long as the prediction log
LOGGED_WITHIN = timedelta(hours=1)  # a prediction as young as that may be on its way into the log

Found = Outcome | RequestError


@dataclass(frozen=True)
class OutcomeService:
    """Records outcomes of all models; ``log`` and ``store`` give a model's own, ``write_line`` logs metrics."""

    registry: RegistryStore
    packages: ObjectStore
    log: Callable[[str], PredictionLog]
    store: Callable[[str], OutcomeStore]
    clock: Clock
    write_line: Callable[[str], Any]
    manifests: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def respond(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Answer an API Gateway proxy event of ``/models/{model}/outcomes``.

        One outcome that is refused is answered by its problem; of several each has its status, and its problem if it
        was refused.
        """
        try:
            model = str(event["path"]).strip("/").split("/")[1]
            body = parsed_body(dict(event))
            results = self.record(model, reports_in(body))
        except RequestError as error:
            return _refusal(problem(error))
        if isinstance(body, dict) and "problem" in results[0]:
            return _refusal(results[0]["problem"])
        counts = Counter(result["status"] for result in results)
        return answer(200, json.dumps({"model": model, "counts": counts, "results": results}))

    def record(self, model: str, reports: Sequence[Any]) -> list[dict[str, Any]]:
        """Record reports; of each, in their order, its ``prediction_id``, ``status``, and a ``problem`` if refused.

        Raises:
            UnknownEndpoint: no version of such a model was ever registered.
        """
        manifest, now = self._manifest(model), self.clock.now()
        found = [_read(report, manifest, now) for report in reports]
        known = self.log(model).found([one.prediction_id for one in found if isinstance(one, Outcome)])
        found = [_checked(one, known, now) for one in found]
        became = iter(self.store(model).record([one for one in found if isinstance(one, Outcome)]))
        results = [
            _result(report, one, next(became) if isinstance(one, Outcome) else Recorded.REFUSED)
            for report, one in zip(reports, found, strict=True)
        ]
        self._count(model, now, results)
        return results

    def _count(self, model: str, now: datetime, results: Sequence[Mapping[str, Any]]) -> None:
        counts = Counter(result["status"] for result in results)
        told = (len(results), counts[Recorded.REFUSED], counts[Recorded.CONTRADICTED])
        self.write_line(json.dumps(outcome_line(model, int(now.timestamp() * 1000), told)))

    def _manifest(self, model: str) -> Mapping[str, Any]:
        """What the newest registered version says of labels, which are those of the project."""
        if model not in self.manifests:
            number = self.registry.head(model).latest_version
            if not number:
                raise UnknownEndpoint(f"no version of a model {model!r} is registered")
            digest = self.registry.version(model, number).package
            self.manifests[model] = verified_manifest(self.packages.get(package_key(digest, PACKAGE_MANIFEST)), digest)
        return self.manifests[model]


def _read(report: Any, manifest: Mapping[str, Any], now: datetime) -> Found:
    try:
        return outcome_in(report, manifest, now)
    except RequestError as error:
        return error


def _checked(found: Found, known: Mapping[str, Any], now: datetime) -> Found:
    """The outcome if its prediction is in the log or may still come into it; else what is wrong with it."""
    if isinstance(found, RequestError) or found.prediction_id in known:
        return found
    identifier, where = found.prediction_id, "prediction_id"
    try:
        made = moment_of(identifier)
    except ValueError:
        return UnknownPrediction(f"{identifier!r} is no identifier that a score was answered with", where)
    if made < now - KEPT:
        return ExpiredPrediction(f"{identifier} was made on {made:%Y-%m-%d}; {KEPT.days} days are kept", where)
    if not now - LOGGED_WITHIN <= made <= now + LOGGED_WITHIN:
        return UnknownPrediction(f"the prediction log of this model has no {identifier}", where)
    return found


def _result(report: Any, found: Found, became: Recorded) -> dict[str, Any]:
    identifier = report.get("prediction_id") if isinstance(report, dict) else None
    if became is Recorded.REFUSED and isinstance(found, Outcome):
        found = TooManyReports(f"{identifier} has {MOST_REPORTS} different outcomes already", "prediction_id")
    told: dict[str, Any] = {"prediction_id": identifier, "status": became.value}
    return {**told, "problem": problem(found)} if isinstance(found, RequestError) else told


def _refusal(document: Mapping[str, Any]) -> dict[str, Any]:
    return answer(document["status"], json.dumps(document), PROBLEM_JSON)
