"""The prediction log of one model, as objects that ObservePredictions wrote into the lake.

Every object says in its key which milliseconds it covers and how many predictions it holds, so a look-up by identifier
opens the objects of one moment only, and a sample only those that it draws from. A batch of log lines that was
delivered in other portions may have left a prediction in two objects; both are of its minute, and readers keep one.
"""

import itertools
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from roost.domain.logged_prediction import LoggedPrediction, read_record
from roost.domain.observed_prediction import Observed, milliseconds
from roost.domain.prediction_ids import moment_of
from roost.domain.prediction_objects import MINUTE, Span, minute_prefix, records_in, span_of
from roost.object_keys import predictions_prefix
from roost.ports import ObjectStore

HOUR = timedelta(hours=1)
READERS = 16

Record = Mapping[str, Any]
Stored = tuple[str, Span, int]  # key, what it says, and the moment that its minute begins, in milliseconds since 1970


class S3Predictions:
    """Reads the log; ``event_time`` names the field of the model's requests that says which time they ask about."""

    def __init__(self, lake: ObjectStore, model: str, event_time: str = "", readers: int = READERS) -> None:
        self._lake, self._model, self._event_time, self._readers = lake, model, event_time, readers

    def find(self, identifier: str) -> Record | None:
        """The record of a prediction; None if the log has none of this identifier."""
        return self.found([identifier]).get(identifier)

    def found(self, identifiers: Sequence[str]) -> Mapping[str, Record]:
        """The records of those that the log has; an identifier that holds no time is none of ours."""
        minutes: dict[int, dict[str, int]] = defaultdict(dict)
        for identifier in identifiers:
            try:
                at = milliseconds(moment_of(identifier))
            except ValueError:
                continue
            minutes[at // MINUTE][identifier] = at % MINUTE
        with ThreadPoolExecutor(self._readers) as readers:
            parts = readers.map(lambda minute: self._of_minute(minute, minutes[minute]), minutes)
            return {identifier: record for part in parts for identifier, record in part.items()}

    def records(self, since: datetime, until: datetime) -> Iterator[Record]:
        """The records of predictions made in a stretch of time, one minute after the other."""
        first, last = milliseconds(since), milliseconds(until) - 1
        for _, minute in itertools.groupby(self._objects(first, last), key=lambda stored: stored[2]):
            once = {record["prediction_id"]: record for key, _, _ in minute for record in self._read(key)}
            yield from (record for record in once.values() if first <= Observed.of(record).at <= last)

    def sample(self, since: datetime, until: datetime, count: int) -> list[LoggedPrediction]:
        """Every so-manieth prediction of the time, counted through by what the keys say."""
        objects = self._objects(milliseconds(since), milliseconds(until) - 1)
        ends = list(itertools.accumulate(span.rows for _, span, _ in objects))
        total = ends[-1] if ends else 0
        wanted: dict[int, list[int]] = defaultdict(list)
        for place in range(min(count, total)):
            row = place * total // min(count, total)
            wanted[bisect_right(ends, row)].append(row)
        drawn: dict[str, Record] = {}
        for index, rows in wanted.items():
            records, start = self._read(objects[index][0]), ends[index] - objects[index][1].rows
            drawn |= {records[row - start]["prediction_id"]: records[row - start] for row in rows}
        return [
            read_record(record, milliseconds(datetime.fromisoformat(record["time"])), self._event_time)
            for record in drawn.values()
            if since <= datetime.fromtimestamp(Observed.of(record).at / 1000, UTC) < until
        ]

    def _of_minute(self, minute: int, offsets: Mapping[str, int]) -> dict[str, Record]:
        """Those of some identifiers, each with its offset in milliseconds, that were made in a minute."""
        prefix, wanted, found = minute_prefix(self._model, minute * MINUTE), dict(offsets), dict[str, Record]()
        for stored in self._lake.list(prefix):
            span = span_of(stored.key)
            if span and any(span.first <= offset <= span.last for offset in wanted.values()):
                records = {record["prediction_id"]: record for record in self._read(stored.key)}
                found |= {identifier: records[identifier] for identifier in wanted if identifier in records}
                wanted = {identifier: at for identifier, at in wanted.items() if identifier not in found}
        return found

    def _objects(self, first: int, last: int) -> list[Stored]:
        """The objects that hold predictions between two moments (milliseconds since 1970), in the order of time."""
        found = []
        hour = datetime.fromtimestamp(first // 1000, UTC).replace(minute=0, second=0, microsecond=0)
        while milliseconds(hour) <= last:
            prefix = f"{predictions_prefix(self._model)}hour={hour:%Y-%m-%dT%H}/"
            for stored in self._lake.list(prefix):
                if span := span_of(stored.key):
                    found.append((stored.key, span, milliseconds(hour) + span.minute * MINUTE))
            hour += HOUR
        return [one for one in found if one[2] + one[1].first <= last and one[2] + one[1].last >= first]

    def _read(self, key: str) -> list[dict[str, Any]]:
        return records_in(self._lake.get(key))
