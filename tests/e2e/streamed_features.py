"""Features of one customer and one terminal: as the online store has them, as a score used them, and as recomputed."""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from roost import names, object_keys
from roost.adapters.duckdb_tables import DuckDBTables
from roost.adapters.dynamodb_online import DynamoDBOnlineStore
from roost.domain.windows import values
from roost.spec import load_model
from roost.spec.layouts import layout_of
from roost.workflows.account_reading import stored_events
from tests.e2e.deployment import MODEL, STAGE, Deployment, wait_until

Features = dict[str, float | None]


class Streamed:
    """Sends events of the entities of a scoring request, minutes after it, and asks about them an hour after it."""

    def __init__(self, deployment: Deployment, request: dict[str, Any], folder: Path) -> None:
        self._deployment, self._request, self._folder = deployment, request, folder
        self._model = load_model(MODEL)
        self._layouts = [layout_of(view) for view in self._model.views]
        self._at = datetime.fromisoformat(request["event_time"]).replace(tzinfo=UTC)
        self._asked = self._at + timedelta(hours=1)

    def send(self, number: int, **fields: Any) -> None:
        """Put an event on the stream."""
        entities = {name: self._request[name] for name in ("customer_id", "terminal_id")}
        moment = (self._at + timedelta(minutes=number % 10)).isoformat()
        event = {"transaction_id": number, "event_time": moment, **entities, **fields}
        stream = names.feature_stream(STAGE, self._model.source.name)
        self._deployment.client("kinesis").put_record(StreamName=stream, Data=json.dumps(event), PartitionKey="a")

    def online(self) -> Features:
        """By what lies in the online table."""
        table, found, at = self._deployment.outputs[names.Output.ONLINE_TABLE], {}, self._asked.timestamp()
        store = DynamoDBOnlineStore(table, client=self._deployment.client("dynamodb"))
        for layout in self._layouts:
            _, events = stored_events(store, layout, str(self._request[layout.key]), at)
            found |= values(layout, events, at)
        return found

    def scored(self) -> Features:
        """By what the scoring function says that it used."""
        since = int(time.time() * 1000) - 1000
        answer = self._deployment.score({**self._request, "event_time": self._asked.isoformat()}).document
        asked = {"logGroupName": f"/aws/lambda/{names.scoring_function(STAGE, MODEL)}", "startTime": since}

        def logged() -> Any:
            found = self._deployment.client("logs").filter_log_events(**asked)["events"]
            lines = (event["message"] for event in found)
            return [json.loads(line) for line in lines if answer["prediction_id"] in line]

        inputs = wait_until(logged)[0]["prediction"]["inputs"]
        return {name: inputs[name] for layout in self._layouts for name in self._names(layout)}

    def recomputed(self) -> Features:
        """From the offline log and the data set of the last training run, as known now."""
        bucket, s3 = self._deployment.outputs[names.Output.LAKE_BUCKET], self._deployment.client("s3")
        listed = s3.list_objects_v2(Bucket=bucket)["Contents"]
        valid = max(
            (o for o in listed if o["Key"].endswith(object_keys.VALID_ROWS)), key=lambda found: found["LastModified"]
        )
        logs = [o for o in listed if o["Key"].startswith(object_keys.event_log_prefix(self._model.source.name))]
        tables = [self._folder / f"{place}.parquet" for place in range(len(logs) + 1)]
        for path, found in zip(tables, [valid, *logs], strict=True):
            s3.download_file(bucket, found["Key"], str(path))
        return {name: value for layout in self._layouts for name, value in self._recomputed(layout, tables).items()}

    def _recomputed(self, layout: Any, tables: list[Path]) -> Features:
        key, now = np.array([self._request[layout.key]]), np.array([round(self._asked.timestamp() * 1e6)])
        known_now = self._model.source.model_copy(update={"ingested_at": None})  # history replayed: all of it is known
        found = DuckDBTables().features_at(tables, known_now, layout, key, now)
        return {name: None if np.isnan(column[0]) else float(column[0]) for name, column in found.items()}

    def _names(self, layout: Any) -> list[str]:
        return [aggregate.feature for aggregate in layout.aggregates]

    def rejection(self) -> dict[str, Any]:
        """The record that was put aside."""
        sqs = self._deployment.client("sqs")
        queue = next(url for url in sqs.list_queues()["QueueUrls"] if "Rejected" in url)
        messages = wait_until(lambda: sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages"))
        found: dict[str, Any] = json.loads(messages[0]["Body"])
        return found
