"""Answer scoring requests: validate, read features, score, decide, record."""

import json
import math
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from roost.domain.http import answer, parsed_body, problem
from roost.domain.prediction_record import log_line
from roost.domain.request_validation import validated
from roost.domain.scoring import Scored, decision, score_row, score_rows
from roost.domain.windows import EMPTY, unpack, values
from roost.errors import NoModelReleased, RequestError, ScoringFailed
from roost.names import Metric
from roost.ports import Clock, OnlineItem, OnlineStore
from roost.workflows.packages import LoadedPackage

ONLINE_KEY = tuple[str, str]


@dataclass(frozen=True)
class PredictionService:
    """One function version's service. ``package`` is None before the first release; ``write_line`` logs one line."""

    model: str
    model_version: int
    function_version: str
    package: LoadedPackage | None
    online: OnlineStore
    clock: Clock
    write_line: Callable[[str], None]

    def respond(self, event: dict[str, Any]) -> dict[str, Any]:
        """Answer an API Gateway proxy event; every outcome, an error too, is one log line."""
        started = time.perf_counter()
        try:
            outcome, record = self._predict(parsed_body(event))
            response = answer(200, outcome)
        except RequestError as error:
            record = {"error": error.detail, "field": error.field, "status": error.status}
            response = problem(error)
        except Exception as error:
            record = {"error": f"{type(error).__name__}: {error}", "status": 500}
            response = problem(ScoringFailed("the model failed on this request; it has been recorded"))
        self._log(record, response["statusCode"], (time.perf_counter() - started) * 1000)
        return response

    def score_golden_rows(self, rows: list[Mapping[str, float | None]]) -> dict[str, Any]:
        """Score rows of ready inputs: what SmokeTest compares with the scores in the package."""
        package = self._released()
        return {"scores": score_rows(package.plan, package.model, rows), "package": package.digest}

    def _released(self) -> LoadedPackage:
        if self.package is None:
            raise NoModelReleased(f"model {self.model} has no released version; train it, then release it")
        return self.package

    def _predict(self, body: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        package = self._released()
        manifest = package.manifest
        request = validated(manifest["request"], body, self.clock.now(), manifest["event_time"])
        items = self.online.read(_keys(package, request))
        row = _inputs(package, request, items)
        scored = score_row(package.plan, package.model, manifest["rank_reference"], row)
        if math.isnan(scored.score):
            raise ScoringFailed("the model gave no number for this request")
        outcome = self._outcome(package, request, items, scored)
        return outcome, {**outcome, "request": body, "inputs": row, "rank": scored.rank}

    def _outcome(
        self, package: LoadedPackage, request: dict[str, Any], items: Mapping[ONLINE_KEY, OnlineItem], scored: Scored
    ) -> dict[str, Any]:
        return {
            "prediction_id": str(uuid.uuid4()),
            "model": self.model,
            "model_version": self.model_version,
            "function_version": self.function_version,
            "score": scored.score,
            "decision": decision(package.manifest, scored.score),
            "threshold": package.manifest["threshold"],
            "features": _freshness(package, request, items),
            "defaulted": list(scored.defaulted),
        }

    def _log(self, record: dict[str, Any], status: int, milliseconds: float) -> None:
        metrics: dict[Metric, float] = {
            Metric.REQUESTS: 1,
            Metric.ERRORS: int(status >= 500),
            Metric.REJECTED: int(400 <= status < 500),
            Metric.LATENCY: round(milliseconds, 3),
        }
        if "rank" in record:
            metrics |= {Metric.SCORE_RANK: record["rank"], Metric.DEFAULTED_FEATURES: len(record["defaulted"])}
        at = int(self.clock.now().timestamp() * 1000)
        line = log_line(self.model, self.function_version, at, metrics, record)
        self.write_line(json.dumps(line, separators=(",", ":")))


def _keys(package: LoadedPackage, request: Mapping[str, Any]) -> list[ONLINE_KEY]:
    return [(layout.online_name, str(request[layout.key])) for layout in package.layouts]


def _inputs(
    package: LoadedPackage, request: Mapping[str, Any], items: Mapping[ONLINE_KEY, OnlineItem]
) -> dict[str, float | None]:
    row = {name: value for name, value in request.items() if not isinstance(value, str)}
    for layout, key in zip(package.layouts, _keys(package, request), strict=True):
        state = unpack(items[key].payload) if key in items else EMPTY
        row |= values(layout, state, request[package.manifest["event_time"]])
    return row


def _freshness(
    package: LoadedPackage, request: Mapping[str, Any], items: Mapping[ONLINE_KEY, OnlineItem]
) -> dict[str, dict[str, Any]]:
    found = [items.get(key) for key in _keys(package, request)]
    return {
        layout.name: {
            "found": item is not None,
            "as_of": datetime.fromtimestamp(item.as_of, UTC).isoformat() if item else None,
        }
        for layout, item in zip(package.layouts, found, strict=True)
    }
