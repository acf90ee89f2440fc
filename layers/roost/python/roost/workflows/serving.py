"""Answer scoring requests: validate, read features, score, decide, record."""

import functools
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from roost.domain.degraded_answers import MARK
from roost.domain.event_codec import EventColumns
from roost.domain.http import answer, parsed_body, problem
from roost.domain.prediction_ids import new_prediction_id
from roost.domain.prediction_record import INVALID_SCORE, RequestMeter, log_line
from roost.domain.request_validation import validated
from roost.domain.scoring import Scored, answer_of, score_row, score_rows, usable
from roost.domain.windows import expired, values
from roost.errors import InvalidField, InvalidScore, NoModelReleased, RequestError, ScoringFailed
from roost.names import PROBLEM_JSON
from roost.ports import Clock, Json, OnlineStore
from roost.workflows.account_reading import INCOMPLETE
from roost.workflows.arms import Arms, Chosen
from roost.workflows.known_entities import Known, known
from roost.workflows.packages import LoadedPackage
from roost.workflows.reasons import Explainer


@dataclass(frozen=True)
class PredictionService:
    """One function version's service.

    ``package`` is None before the first release; ``write_line`` logs a line. ``arms`` are those of an experiment.
    """

    model: str
    model_version: int
    function_version: str
    package: LoadedPackage | None
    online: OnlineStore
    clock: Clock
    json: Json
    write_line: Callable[[str], None]
    meter: RequestMeter = field(default_factory=RequestMeter)
    explainers: dict[str, Explainer] = field(default_factory=dict)  # by package
    arms: Arms | None = None

    def respond(self, event: dict[str, Any]) -> dict[str, Any]:
        """Answer an API Gateway proxy event; every outcome, an error too, is one log line."""
        started = time.perf_counter()
        try:
            outcome, record = self._predict(*without_explain(parsed_body(event, self.json.document)))
            response = answer(200, self.json.text(outcome))
        except RequestError as error:
            record = {"error": error.detail, "field": error.field, "status": error.status}
            if isinstance(error, InvalidScore):
                record[INVALID_SCORE] = True
            response = self._problem(error, event)
        except Exception as error:
            record = {"error": f"{type(error).__name__}: {error}", "status": 500}
            response = self._problem(ScoringFailed("the model failed on this request; it has been recorded"), event)
        self._log(record, response["statusCode"], (time.perf_counter() - started) * 1000)
        return response

    def score_golden_rows(self, rows: list[Mapping[str, float | None]], arm: str = "") -> dict[str, Any]:
        """Score rows of ready inputs, by the arm of that package: SmokeTest compares with the package's scores."""
        package = self.arms.of_package(arm) if self.arms and arm else self._released()
        return {"scores": score_rows(package.plan, package.model, rows), "package": package.digest}

    def _problem(self, error: RequestError, event: dict[str, Any]) -> dict[str, Any]:
        instance = (event.get("requestContext") or {}).get("requestId", "")
        response = answer(error.status, self.json.text(problem(error, instance)), PROBLEM_JSON)
        if error.retry_after:
            response["headers"]["Retry-After"] = str(error.retry_after)
        return response

    def _released(self) -> LoadedPackage:
        if self.package is None:
            raise NoModelReleased(f"model {self.model} has no released version; train it, then release it")
        return self.package

    def _predict(self, body: Any, explain: bool) -> tuple[dict[str, Any], dict[str, Any]]:
        request = _asked(self._released().manifest, body, self.clock.now())
        chosen = self._chosen(request)
        package, manifest = chosen.package, chosen.package.manifest
        found = known(self.online, package, request)
        row = _inputs(package, request, found.accounts)
        scored = score_row(package.plan, package.model, manifest["rank_reference"], row)
        if not usable(manifest, scored.score):
            raise InvalidScore(f"the model answered {scored.score} to this request, which is no score")
        freshness = _freshness(package, found, request[manifest["event_time"]])
        outcome = self._outcome(chosen, scored, freshness)
        if found.degraded:
            outcome |= MARK
        if explain:
            outcome |= self._explainer(package).explain(row, _chosen(scored))
        return outcome, {**outcome, "request": body, "inputs": row, "rank": scored.rank}

    def _chosen(self, request: Mapping[str, Any]) -> Chosen:
        return self.arms.chosen(request) if self.arms else Chosen(self._released(), self.model_version, {})

    def _explainer(self, package: LoadedPackage) -> Explainer:
        """Made when the first reasons are asked for."""
        if package.digest not in self.explainers:
            self.explainers[package.digest] = Explainer(package)
        return self.explainers[package.digest]

    def _outcome(self, chosen: Chosen, scored: Scored, freshness: dict[str, Any]) -> dict[str, Any]:
        return {
            "prediction_id": new_prediction_id(self.clock.now()),
            "model": self.model,
            "model_version": chosen.version,
            "function_version": self.function_version,
            **answer_of(chosen.package.manifest, scored),
            "features": freshness,
            "defaulted": list(scored.defaulted),
            **chosen.told,
        }

    def _log(self, record: dict[str, Any], status: int, milliseconds: float) -> None:
        values = self.meter.measure(status, milliseconds, record)
        at = int(self.clock.now().timestamp() * 1000)
        self.write_line(self.json.text(log_line(self.model, self.function_version, at, values, record)))


def without_explain(body: Any) -> tuple[Any, bool]:
    """The request without its member ``explain``, and whether that asks for reasons.

    Raises:
        InvalidField: it is neither true nor false.
    """
    if not isinstance(body, dict) or "explain" not in body:
        return body, False
    if not isinstance(body["explain"], bool):
        raise InvalidField("explain must be true or false", "explain")
    return {name: value for name, value in body.items() if name != "explain"}, body["explain"]


def _chosen(scored: Scored) -> int | None:
    return scored.probabilities.index(scored.score) if scored.probabilities else None


def _asked(manifest: Mapping[str, Any], body: Any, now: datetime) -> dict[str, Any]:
    """The request's values; it asks about now if requests of the model carry no time."""
    request = validated(manifest["request"], body, now, manifest["event_time"])
    if request.get(manifest["event_time"]) is None:
        request[manifest["event_time"]] = now.timestamp()
    return request


def _inputs(
    package: LoadedPackage, request: Mapping[str, Any], accounts: Sequence[EventColumns]
) -> dict[str, float | None]:
    row = {name: value for name, value in request.items() if not isinstance(value, str)}
    at = request[package.manifest["event_time"]]
    for column, codes in package.plan.codes.items():
        row[column] = codes.get(request[column])
    for layout, account in zip(package.layouts, accounts, strict=True):
        row |= values(layout, account, at)
    return row


def _freshness(package: LoadedPackage, found: Known, at: float) -> dict[str, dict[str, Any]]:
    """What each view had to offer; of a latest-value view also whether its value was too old to be used.

    A view of which the store has lost a part is ``incomplete``, and not used: as if nothing had been found. While the
    store fails all are ``unavailable``.
    """
    if found.degraded:
        return {layout.name: {"found": False, "as_of": None, "unavailable": True} for layout in package.layouts}
    offered: dict[str, dict[str, Any]] = {}
    for layout, item, account in zip(package.layouts, found.items, found.accounts, strict=True):
        offered[layout.name] = {"found": item is not None, "as_of": _text(item.as_of) if item else None}
        if account is INCOMPLETE:
            offered[layout.name] |= {"found": False, "incomplete": True}
        if layout.latest:
            offered[layout.name]["expired"] = expired(layout, account, at)
    return offered


@functools.lru_cache(maxsize=64)  # a materialisation gives all its items one time
def _text(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
