"""The raw files that the simulator lands."""

import csv
import gzip
from dataclasses import fields
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from models.fraud.simulator import SimulationSize, Transactions, simulate, write_landing_files
from models.fraud.simulator.csv_text import csv_text

COLUMNS = ["transaction_id", "event_time", "customer_id", "terminal_id", "amount", "is_fraud", "fraud_scenario"]


@pytest.fixture(scope="module")
def transactions() -> Transactions:
    return simulate(SimulationSize(customers=30, terminals=100, days=40, radius=20.0, start=date(2019, 12, 20)))


def lines_of(files: list[Path]) -> list[dict[str, str]]:
    return [line for file in files for line in csv.DictReader(gzip.decompress(file.read_bytes()).decode().splitlines())]


def names(files: list[Path]) -> list[str]:
    return [file.name for file in files]


def test_there_is_a_file_per_calendar_month_named_after_its_days(transactions: Transactions, tmp_path: Path) -> None:
    files = write_landing_files(transactions, tmp_path / "new" / "folder")
    assert names(files) == [
        "transactions_2019-12-20_2019-12-31.csv.gz",
        "transactions_2020-01-01_2020-01-28.csv.gz",
    ]
    assert sorted(file for file in (tmp_path / "new" / "folder").iterdir()) == files


def test_the_files_hold_every_column_of_every_row(transactions: Transactions, tmp_path: Path) -> None:
    lines = lines_of(write_landing_files(transactions, tmp_path))
    assert list(lines[0]) == COLUMNS
    for name in ("transaction_id", "customer_id", "terminal_id", "is_fraud", "fraud_scenario"):
        assert [int(line[name]) for line in lines] == getattr(transactions, name).astype(int).tolist()
    assert [float(line["amount"]) for line in lines] == transactions.amount.tolist()
    assert [line["event_time"] for line in lines] == [f"{moment}Z" for moment in transactions.event_time]


def test_equal_transactions_give_equal_bytes(transactions: Transactions, tmp_path: Path) -> None:
    first, second = (write_landing_files(transactions, tmp_path / name) for name in ("first", "second"))
    assert [file.read_bytes() for file in first] == [file.read_bytes() for file in second]


def test_the_archive_carries_no_time(transactions: Transactions, tmp_path: Path) -> None:
    for file in write_landing_files(transactions, tmp_path):
        assert file.read_bytes()[4:8] == bytes(4)


def test_bounds_cut_the_files(transactions: Transactions, tmp_path: Path) -> None:
    files = write_landing_files(transactions, tmp_path, date(2019, 12, 30), date(2020, 1, 3))
    assert names(files) == [
        "transactions_2019-12-30_2019-12-31.csv.gz",
        "transactions_2020-01-01_2020-01-02.csv.gz",
    ]
    days = {line["event_time"][:10] for line in lines_of(files)}
    assert days == {"2019-12-30", "2019-12-31", "2020-01-01", "2020-01-02"}


def test_slices_landed_one_after_the_other_lose_and_repeat_nothing(transactions: Transactions, tmp_path: Path) -> None:
    cut = date(2020, 1, 10)
    files = write_landing_files(transactions, tmp_path, until_day=cut) + write_landing_files(
        transactions, tmp_path, cut
    )
    assert len(set(files)) == 3
    assert [int(line["transaction_id"]) for line in lines_of(files)] == transactions.transaction_id.tolist()


@pytest.mark.parametrize("first", [date(2020, 3, 1), date(2020, 1, 10)])
def test_no_transactions_make_no_file(transactions: Transactions, tmp_path: Path, first: date) -> None:
    assert write_landing_files(transactions, tmp_path, first, date(2020, 1, 10)) == []


def test_a_row_is_written_as_plain_csv() -> None:
    row = Transactions(
        transaction_id=np.array([0, 10]),
        event_time=np.array(["2018-04-01T00:00:31", "2018-12-31T23:59:59"], "datetime64[s]"),
        customer_id=np.array([596, 0]),
        terminal_id=np.array([3156, 12]),
        amount=np.array([57.16, 0.05]),
        is_fraud=np.array([False, True]),
        fraud_scenario=np.array([0, 3], np.int8),
    )
    header, *lines = csv_text(row).decode().splitlines()
    assert header.split(",") == [field.name for field in fields(Transactions)]
    assert lines == ["0,2018-04-01T00:00:31Z,596,3156,57.16,0,0", "10,2018-12-31T23:59:59Z,0,12,0.05,1,3"]


def test_no_rows_are_a_header_alone(transactions: Transactions) -> None:
    assert csv_text(transactions.rows(slice(0, 0))).decode() == ",".join(COLUMNS) + "\n"
