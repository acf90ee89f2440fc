"""LoadSources: pull what is new from each source's origin into immutable, numbered files.

A load is committed by its manifest, which is written last and only where there is none: a run that dies before that
has loaded nothing, and of two that load at once one is sent back to look again.
"""

import gzip
import itertools
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from roost.domain.loads import Load, Progress
from roost.errors import ConcurrentUpdate, NoDataFound
from roost.object_keys import load_key, load_manifest_key
from roost.ports import Connectors, PipelinePorts, Wanted
from roost.spec import Model, Source
from roost.spec.origins import SqlOrigin
from roost.workflows.committed_loads import newest_load
from roost.workflows.landed_files import sha256_of

COMPRESSION = 6


def load_sources(model: Model, connectors: Connectors, ports: PipelinePorts) -> dict[str, Any]:
    """Load every source of a model that has an origin; loading again without new rows changes nothing.

    Returns:
        By source, the rows and files of this call, and the watermark that is reached.

    Raises:
        DependencyUnavailable: an origin did not answer; what was committed so far stays, the next try goes on there.
        ConcurrentUpdate: somebody else loaded the same source at the same time.
        NoDataFound: a source without a watermark has no rows.
        OriginRefused, PagingLoop, SecretUnusable, UnreadableData: see ``ports.Connector``.
    """
    return {"sources": {s.name: _loaded(s, connectors, ports) for s in model.sources if s.origin is not None}}


def _loaded(source: Source, connectors: Connectors, ports: PipelinePorts) -> dict[str, Any]:
    before = newest_load(source, ports.lake)
    loads = list(_loads(source, before, connectors, ports))
    reached = loads[-1] if loads else before
    return {
        "rows": sum(load.rows for load in loads),
        "files": [load.key for load in loads],
        "from": before.until if before else None,
        "to": reached.until if reached else None,
    }


def _loads(source: Source, before: Load | None, connectors: Connectors, ports: PipelinePorts) -> Iterator[Load]:
    """Each load as it is committed: of rows that come in order in portions, of others at the end."""
    column = source.origin.watermark if source.origin else None
    known = before if column else None
    progress = Progress(column, known.until if known else None, Counter(known.ties if known else {}))
    connector = connectors.of(source)
    lines = progress.new_lines(connector.rows(Wanted(progress.until, ports.clock.now())))
    portion = _portion(source) if connector.ordered and column else None
    while load := _committed(source, before, itertools.islice(lines, portion), progress, ports):
        yield load
        if portion is None:
            return
        before = load


def _portion(source: Source) -> int | None:
    return source.origin.rows_per_load if isinstance(source.origin, SqlOrigin) else None


def _committed(
    source: Source, before: Load | None, lines: Iterator[str], progress: Progress, ports: PipelinePorts
) -> Load | None:
    with tempfile.TemporaryDirectory(prefix="load-") as folder:
        path = Path(folder) / "rows.jsonl.gz"
        rows = _write(lines, path)
        if not rows and progress.column is None:
            raise NoDataFound(f"the origin of source '{source.name}' gave no rows; a snapshot must not be empty")
        digest = sha256_of(path)
        if not rows or (progress.column is None and before is not None and before.sha256 == digest):
            return None
        load = _described(source, before, digest, rows, progress, ports)
        ports.lake.upload(path, load.key)
    if not ports.lake.create(load_manifest_key(source.name, load.number), load.to_json(), "application/json"):
        raise ConcurrentUpdate(f"load {load.number} of source '{source.name}' was written by another run")
    return load


def _described(
    source: Source, before: Load | None, digest: str, rows: int, progress: Progress, ports: PipelinePorts
) -> Load:
    number = before.number + 1 if before else 1
    return Load(
        source=source.name,
        number=number,
        key=load_key(source.name, number, digest),
        sha256=digest,
        rows=rows,
        loaded_at=ports.clock.now().isoformat(),
        since=before.until if before else None,
        until=progress.until,
        ties=dict(progress.ties),
    )


def _write(lines: Iterator[str], path: Path) -> int:
    """Write lines as gzip without a name or a time in it: the same rows are the same bytes."""
    with path.open("wb") as raw, gzip.GzipFile("", "wb", COMPRESSION, raw, mtime=0) as packed:
        return sum(1 for line in lines if packed.write(line.encode()))
