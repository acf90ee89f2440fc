"""ObservePredictions: log lines of a scoring function into the prediction log and into counts, each prediction once.

The log comes first: counts never hold what the log has not. A batch that fails half-way is delivered again; the log
then writes the same objects again, and the counts take what is not in them yet.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from roost.domain.observations import Counted, CountKey, StoredCounts, key_of, keys_of
from roost.domain.observed_prediction import LogBatch, Observed
from roost.domain.package import verified_manifest
from roost.domain.prediction_counts import Reference, Segments, added, counted, packed, unpacked
from roost.domain.prediction_objects import objects_of
from roost.errors import ConcurrentUpdate
from roost.object_keys import PACKAGE_MANIFEST, package_key
from roost.ports import ObjectStore, ObservationStore, RegistryStore

PORTION = 5_000  # whose fingerprints take 80 KB of the 400 KB of an item
ATTEMPTS = 8
FIRST_PAUSE = 0.05


@dataclass(frozen=True)
class Taken:
    """What became of a batch: predictions in it, those of them that were new, and lines that were none."""

    predictions: int
    new: int
    unreadable: int


@dataclass
class References:
    """How versions of models are counted, each read once."""

    registry: RegistryStore
    packages: ObjectStore
    known: dict[tuple[str, int], Reference] = field(default_factory=dict)

    def of(self, model: str, version: int) -> Reference:
        """The reference in the package of a version.

        Raises:
            UnknownVersion: the registry has none of this number.
            PackageCorrupted: the package is not what its digest says.
        """
        if (model, version) not in self.known:
            digest = self.registry.version(model, version).package
            manifest = verified_manifest(self.packages.get(package_key(digest, PACKAGE_MANIFEST)), digest)
            self.known[model, version] = Reference.from_manifest(manifest)
        return self.known[model, version]


@dataclass(frozen=True)
class PredictionObserver:
    """Takes batches; ``pause`` waits for a number of seconds between attempts to write counts."""

    lake: ObjectStore
    observations: ObservationStore
    references: References
    pause: Callable[[float], None]
    portion: int = PORTION

    def take(self, batch: LogBatch) -> Taken:
        """Take a batch. Taking predictions again, in whatever batches, changes nothing.

        Raises:
            ConcurrentUpdate: other batches were faster several times; what was not taken can be delivered again.
        """
        portions = list(batch.portions(self.portion))
        new = sum(self._take(batch.stream, portion) for portion in portions)
        return Taken(sum(map(len, portions)), new, batch.unreadable)

    def _take(self, stream: str, portion: Sequence[Observed]) -> int:
        for attempt in range(ATTEMPTS):
            try:
                return self._attempt(stream, portion)
            except ConcurrentUpdate:
                if attempt + 1 == ATTEMPTS:
                    raise
                self.pause(random.uniform(0, FIRST_PAUSE * 2**attempt))
        raise AssertionError("an attempt returns or raises")

    def _attempt(self, stream: str, portion: Sequence[Observed]) -> int:
        """Counts are read before what is in them: whoever adds to both in between moves a revision."""
        before = self.observations.stored(keys_of(portion, stream))
        moments = [one.at for one in portion]
        seen = self.observations.seen(stream, min(moments), max(moments))
        new = tuple(one for one in portion if one.fingerprint not in seen)
        if not new:
            return 0
        for key, body in objects_of(new).items():
            self.lake.put(key, body, "application/gzip")
        self.observations.commit(Counted(stream, tuple(self._counts(stream, new, before).items()), new))
        return len(new)

    def _counts(
        self, stream: str, new: Sequence[Observed], before: Mapping[CountKey, StoredCounts]
    ) -> dict[CountKey, StoredCounts]:
        groups: dict[CountKey, list[Observed]] = defaultdict(list)
        for one in new:
            groups[key_of(one, stream)].append(one)
        return {key: self._added(key, group, before.get(key)) for key, group in groups.items()}

    def _added(self, key: CountKey, group: Sequence[Observed], before: StoredCounts | None) -> StoredCounts:
        counts: Segments = counted(self.references.of(key.model, key.version), [one.record for one in group])
        if before is None:
            return StoredCounts(packed(counts), 0)
        return StoredCounts(packed(added(unpacked(before.body), counts)), before.revision)
