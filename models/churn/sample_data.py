"""The sample data as a landing file: the set as published, with the two columns that a snapshot lacks."""

import csv
from pathlib import Path

PUBLISHED = Path(__file__).with_name("data") / "mlc_churn.csv"
SNAPSHOT_AT = "2000-01-01T00:00:00Z"  # the set has no dates; one moment for all rows says so
ADDED = ("customer_id", "snapshot_at")


def write_landing_files(folder: Path) -> list[Path]:
    """Write the set into a folder, each row with its number from 1 as ``customer_id`` and one ``snapshot_at``."""
    target = folder / "mlc_churn_customers.csv"
    folder.mkdir(parents=True, exist_ok=True)
    with PUBLISHED.open(newline="") as published, target.open("w", newline="") as landed:
        header, *rows = csv.reader(published)
        writer = csv.writer(landed, lineterminator="\n")
        writer.writerow([*ADDED, *header])
        writer.writerows([number, SNAPSHOT_AT, *row] for number, row in enumerate(rows, start=1))
    return [target]
