"""Answer scoring requests: validate, read features, score, decide, record."""

import functools
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from roost.domain.event_codec import EventColumns
from roost.domain.http import answer, parsed_body, problem
from roost.domain.prediction_record import INVALID_SCORE, RequestMeter, log_line
from roost.domain.request_validation import validated
from roost.domain.scoring import Scored, answer_of, score_row, score_rows, usable
from roost.domain.windows import expired, values
from roost.errors import InvalidScore, NoModelReleased, RequestError, ScoringFailed
from roost.names import PROBLEM_JSON
from roost.ports import Clock, Json, OnlineItem, OnlineStore
from roost.workflows.account_reading import INCOMPLETE, entity_events
from roost.workflows.packages import LoadedPackage

Found = Sequence[OnlineItem | None]  # what the online store holds of the request's entity, one per view


@dataclass(frozen=True)
class PredictionService:
    """One function version's service.

    ``package`` is None before the first release; ``write_line`` logs a line.
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

    def respond(self, event: dict[str, Any]) -> dict[str, Any]:
        """Answer an API Gateway proxy event; every outcome, an error too, is one log line."""
        started = time.perf_counter()
        try:
            outcome, record = self._predict(parsed_body(event, self.json.document))
            response = answer(200, self.json.text(outcome))
        except RequestError as error:
            record = {"error": error.detail, "field": error.field, "status": error.status}
            if isinstance(error, InvalidScore):
                record[INVALID_SCORE] = True
            response = self._problem(error)
        except Exception as error:
            record = {"error": f"{type(error).__name__}: {error}", "status": 500}
            response = self._problem(ScoringFailed("the model failed on this request; it has been recorded"))
        self._log(record, response["statusCode"], (time.perf_counter() - started) * 1000)
        return response

    def score_golden_rows(self, rows: list[Mapping[str, float | None]]) -> dict[str, Any]:
        """Score rows of ready inputs: what SmokeTest compares with the scores in the package."""
        package = self._released()
        return {"scores": score_rows(package.plan, package.model, rows), "package": package.digest}

    def _problem(self, error: RequestError) -> dict[str, Any]:
        return answer(error.status, self.json.text(problem(error)), PROBLEM_JSON)

    def _released(self) -> LoadedPackage:
        if self.package is None:
            raise NoModelReleased(f"model {self.model} has no released version; train it, then release it")
        return self.package

    def _predict(self, body: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        package = self._released()
        manifest = package.manifest
        request = _asked(manifest, body, self.clock.now())
        keys = [(layout.online_name, str(request[layout.key])) for layout in package.layouts]
        items = self.online.read(keys)
        found = list(map(items.get, keys))
        accounts = entity_events(self.online, package.layouts, found, request[manifest["event_time"]])
        row = _inputs(package, request, accounts)
        scored = score_row(package.plan, package.model, manifest["rank_reference"], row)
        if not usable(manifest, scored.score):
            raise InvalidScore(f"the model answered {scored.score} to this request, which is no score")
        freshness = _freshness(package, found, accounts, request[manifest["event_time"]])
        outcome = self._outcome(package, scored, freshness)
        return outcome, {**outcome, "request": body, "inputs": row, "rank": scored.rank}

    def _outcome(self, package: LoadedPackage, scored: Scored, freshness: dict[str, Any]) -> dict[str, Any]:
        return {
            "prediction_id": str(uuid.uuid4()),
            "model": self.model,
            "model_version": self.model_version,
            "function_version": self.function_version,
            **answer_of(package.manifest, scored),
            "features": freshness,
            "defaulted": list(scored.defaulted),
        }

    def _log(self, record: dict[str, Any], status: int, milliseconds: float) -> None:
        values = self.meter.measure(status, milliseconds, record)
        at = int(self.clock.now().timestamp() * 1000)
        self.write_line(self.json.text(log_line(self.model, self.function_version, at, values, record)))


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


def _freshness(
    package: LoadedPackage, found: Found, accounts: Sequence[EventColumns], at: float
) -> dict[str, dict[str, Any]]:
    """What each view had to offer; of a latest-value view also whether its value was too old to be used.

    A view of which the store has lost a part is ``incomplete``, and not used: as if nothing had been found.
    """
    offered: dict[str, dict[str, Any]] = {}
    for layout, item, account in zip(package.layouts, found, accounts, strict=True):
        offered[layout.name] = {"found": item is not None, "as_of": _text(item.as_of) if item else None}
        if account is INCOMPLETE:
            offered[layout.name] |= {"found": False, "incomplete": True}
        if layout.latest:
            offered[layout.name]["expired"] = expired(layout, account, at)
    return offered


@functools.lru_cache(maxsize=64)  # a materialisation gives all its items one time
def _text(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
