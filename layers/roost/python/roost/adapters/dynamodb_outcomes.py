"""Outcomes of one model's predictions in a DynamoDB table, partition ``<model>#<prediction>``.

The reports are a string set, and ADD puts one more into it: atomic, and without effect where it is in there already
("Update expressions", Amazon DynamoDB Developer Guide), so that no report is lost or counted twice, whoever sends it
when.
"""

import itertools
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from roost.adapters.aws_failures import error_code, transient_failures
from roost.domain.outcomes import MOST_REPORTS, Outcome, OutcomeHistory, recorded
from roost.errors import DependencyUnavailable
from roost.monitoring_names import MONITORING_EXPIRY, Recorded

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

DAY = 86_400
KEPT = 400 * DAY
KEYS_A_READ = 100
ATTEMPTS = 8
WRITERS = 16
FEW = "attribute_not_exists(o) OR size(o) < :most OR contains(o, :one)"


class DynamoDBOutcomes:
    """Reports in one table; ``clock`` tells the seconds since 1970, ``writers`` write side by side."""

    def __init__(
        self, table: str, model: str, client: "DynamoDBClient | None" = None, clock: Callable[[], float] = time.time,
        writers: int = WRITERS,
    ) -> None:  # fmt: skip
        self._table, self._model, self._clock, self._writers = table, model, clock, writers
        self._dynamodb = client or boto3.client("dynamodb", config=Config(max_pool_connections=WRITERS))

    def record(self, outcomes: Sequence[Outcome]) -> Sequence[Recorded]:
        """Add each report to its prediction's; one too many of one prediction is refused."""
        places: dict[str, list[int]] = defaultdict(list)
        for place, outcome in enumerate(outcomes):
            places[outcome.prediction_id].append(place)
        with ThreadPoolExecutor(self._writers) as writers:  # those of one prediction one after the other
            became = writers.map(lambda each: [self._record(outcomes[place]) for place in each], places.values())
            found = dict(zip(itertools.chain(*places.values()), itertools.chain(*became), strict=True))
        return [found[place] for place in range(len(outcomes))]

    def of(self, identifiers: Sequence[str]) -> Mapping[str, OutcomeHistory]:
        """What is known of these predictions."""
        wanted = list(dict.fromkeys(identifiers))
        parts = [wanted[start : start + KEYS_A_READ] for start in range(0, len(wanted), KEYS_A_READ)]
        return {
            item["pk"]["S"].removeprefix(f"{self._model}#"): OutcomeHistory(frozenset(item["o"]["SS"]))
            for part in parts
            for item in self._read(part)
        }

    def _record(self, outcome: Outcome) -> Recorded:
        expiry = {":e": {"N": str(int(self._clock()) + KEPT)}}
        one = {":one": {"S": outcome.report}, ":most": {"N": str(MOST_REPORTS)}}
        try:
            with transient_failures("DynamoDB"):
                answer = self._dynamodb.update_item(
                    TableName=self._table,
                    Key=self._key(outcome.prediction_id),
                    UpdateExpression=f"ADD o :added SET {MONITORING_EXPIRY} = if_not_exists({MONITORING_EXPIRY}, :e)",
                    ConditionExpression=FEW,
                    ExpressionAttributeValues={**expiry, **one, ":added": {"SS": [outcome.report]}},
                    ReturnValues="ALL_OLD",
                )
        except ClientError as error:
            if error_code(error) == "ConditionalCheckFailedException":
                return Recorded.REFUSED
            raise
        return recorded(outcome.report, answer.get("Attributes", {}).get("o", {}).get("SS", ()))

    def _read(self, identifiers: Sequence[str]) -> list[Any]:
        wanted: Any = {self._table: {"Keys": [self._key(identifier) for identifier in identifiers]}}
        found: list[Any] = []
        for _ in range(ATTEMPTS):
            with transient_failures("DynamoDB"):
                answer = self._dynamodb.batch_get_item(RequestItems=wanted)
            found += answer["Responses"].get(self._table, ())
            wanted = answer.get("UnprocessedKeys")
            if not wanted:
                return found
        raise DependencyUnavailable(f"DynamoDB table {self._table} left keys unread {ATTEMPTS} times")

    def _key(self, identifier: str) -> Any:
        return {"pk": {"S": f"{self._model}#{identifier}"}}
