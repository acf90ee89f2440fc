"""What a landed file may look like, and what is said of one that cannot be read."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import duckdb
import pytest

from roost.adapters.duckdb_tables import DuckDBTables
from roost.adapters.landed_text import zstd
from roost.errors import UnreadableData
from roost.ports import FileFacts, LocalCopy
from roost.spec import Source
from tests.unit.features.payments import HEADER, PAYMENTS, csv_text

ROWS = [(1, "2020-01-01T00:00:00Z", "a", "9.50", 0), (2, "2020-01-02T00:00:01Z", "b", "", 1)]
JSON_ROWS = [dict(zip(HEADER, row, strict=True)) for row in ROWS]
NOT_UTF8 = b"3,2020-01-01,\xff\xfe,1,0\r\n"
FIRST, LAST = 1_577_836_800, 1_577_923_201

Inspect = Callable[[bytes], FileFacts]
Format = Literal["csv", "json", "parquet"]


@pytest.fixture
def reader(tmp_path: Path) -> Callable[[Format], Inspect]:
    def of(kind: Format) -> Inspect:
        source: Source = PAYMENTS.model_copy(update={"format": kind})

        def inspect(body: bytes) -> FileFacts:
            path = tmp_path / "landed"
            path.write_bytes(body)
            return DuckDBTables().inspect(LocalCopy("landing/payments/x", path), source)

        return inspect

    return of


def json_text(rows: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def parquet(folder: Path, query: str) -> bytes:
    path = folder / "made.parquet"
    with duckdb.connect() as opened:
        opened.execute(f"COPY ({query}) TO '{path}'")
    return path.read_bytes()


PARQUET_ROW = "SELECT 1 AS payment_id, TIMESTAMP '2020-01-01' AS paid_at, 'a' AS card, 1.5 AS amount, 0 AS is_fraud"


@pytest.mark.parametrize(
    "body",
    [
        csv_text(ROWS),
        gzip.compress(csv_text(ROWS)),
        zstd.compress(csv_text(ROWS)),
        csv_text(ROWS).replace(b"\r\n", b"\n"),
        b"\xef\xbb\xbf" + csv_text(ROWS),
        csv_text(ROWS).rstrip(),
        csv_text([(c, d, e, b, a) for a, b, c, d, e in ROWS], ("card", "amount", "is_fraud", "paid_at", "payment_id")),
    ],
    ids=["plain", "gzip", "zstd", "unix", "byte order mark", "no last line end", "other order"],
)
def test_csv_is_read(reader: Callable[[Format], Inspect], body: bytes) -> None:
    assert reader("csv")(body) == FileFacts(2, FIRST, LAST)


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstd.compress])
def test_json_lines_are_read(reader: Callable[[Format], Inspect], pack: Callable[[bytes], bytes]) -> None:
    assert reader("json")(pack(json_text(JSON_ROWS))) == FileFacts(2, FIRST, LAST)


def test_json_may_leave_out_what_may_be_null(reader: Callable[[Format], Inspect]) -> None:
    rows = [{"payment_id": 1, "paid_at": "2020-01-01T00:00:00Z"}]
    assert reader("json")(json_text(rows)).rows == 1


def test_parquet_is_read(reader: Callable[[Format], Inspect], tmp_path: Path) -> None:
    assert reader("parquet")(parquet(tmp_path, PARQUET_ROW)) == FileFacts(1, FIRST, FIRST)


def test_a_header_alone_is_no_rows(reader: Callable[[Format], Inspect]) -> None:
    assert reader("csv")(csv_text([])) == FileFacts(0, None, None)


def test_columns_that_nobody_declared_are_listed(reader: Callable[[Format], Inspect]) -> None:
    rows = [(*row, "x") for row in ROWS]
    assert reader("csv")(csv_text(rows, (*HEADER, "Merchant Name"))).ignored == ("Merchant Name",)


OLD_HEADER = HEADER[:3] + HEADER[4:]  # amount was added later
OLD_ROWS = [(*row[:3], *row[4:]) for row in ROWS]


@pytest.mark.parametrize(
    "body",
    [csv_text(OLD_ROWS, OLD_HEADER), csv_text([(*row, "x") for row in OLD_ROWS], (*OLD_HEADER, "Merchant Name"))],
    ids=["alone", "beside one that nobody declared"],
)
def test_a_csv_file_older_than_a_nullable_column_is_read(reader: Callable[[Format], Inspect], body: bytes) -> None:
    facts = reader("csv")(body)
    assert (facts.rows, facts.first, facts.last, facts.absent) == (2, FIRST, LAST, ("amount",))


def test_a_parquet_file_older_than_a_nullable_column_is_read(
    reader: Callable[[Format], Inspect], tmp_path: Path
) -> None:
    body = parquet(tmp_path, PARQUET_ROW.replace("1.5 AS amount", "1 AS till"))
    assert reader("parquet")(body) == FileFacts(1, FIRST, FIRST, ("till",), ("amount",))


def test_a_json_file_older_than_a_nullable_column_is_read(reader: Callable[[Format], Inspect]) -> None:
    rows = [{key: value for key, value in row.items() if key != "amount"} for row in JSON_ROWS]
    assert reader("json")(json_text(rows)).absent == ("amount",)
    assert reader("json")(json_text([*rows * 700, JSON_ROWS[0]])).absent == ()


def test_a_bad_cell_is_no_reason_to_refuse_a_file(reader: Callable[[Format], Inspect]) -> None:
    assert reader("csv")(csv_text([("x", "never", "a", "much", "maybe")])) == FileFacts(1, None, None)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "is empty"),
        (b"\n", "is empty"),
        (csv_text(ROWS).replace(b",", b";"), "separated by semicolons"),
        (csv_text(ROWS).replace(b",", b"\t"), "separated by tabs"),
        (csv_text(ROWS, ("payment_id", "paid_at", "kard", "amount", "fraud")), "card, is_fraud"),
        (
            csv_text(ROWS, ("payment_id", "paid_at", "card", "amount", "Is Fraud")),
            "If 'Is Fraud' is 'is_fraud', rename",
        ),
        (csv_text(OLD_ROWS, ("payment_id", "card", "amount", "is_fraud")), "lacks the declared column(s) paid_at;"),
        (csv_text(ROWS, ("payment_id", "payment_id", "paid_at", "card", "amount")), "stands twice"),
        (csv_text([*ROWS, (3, "2020-01-01")]), "Line: 4"),
        (csv_text([*ROWS, (3, "2020-01-01", "a", 1, 0, "more")]), "Found: 6"),
        (csv_text(ROWS) + b'3,2020-01-01,"open', "unterminated quote"),
        (csv_text(ROWS) + NOT_UTF8, "not UTF-8"),
        (csv_text(ROWS * 5_000) + NOT_UTF8, "Line: 10002; Invalid unicode"),
        (csv_text(ROWS) + b"3,2020-01-01,a,1,0\n", "line ends are mixed"),
        ("payment_id,käufer\n".encode("utf-16"), "not UTF-8"),
        (gzip.compress(csv_text(ROWS * 99))[:-20], "gzip"),
        (gzip.compress(csv_text(ROWS))[:30], "not a whole gzip file"),
        (zstd.compress(csv_text(ROWS))[:-4], "not a whole zstd file"),
        (zstd.compress(csv_text(ROWS * 50_000))[:-20], "not a whole zstd file"),
        (zstd.compress(csv_text(ROWS) + NOT_UTF8), "not UTF-8"),
        (csv_text(ROWS).replace(b",", b"|"), "separated by vertical bars"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_csv_file_that_cannot_be_read_is_explained(
    reader: Callable[[Format], Inspect], body: bytes, told: str
) -> None:
    with pytest.raises(UnreadableData) as caught:
        reader("csv")(body)
    assert "landing/payments/x" in str(caught.value)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (json_text(JSON_ROWS)[:-5], "line 2 is not valid JSON"),
        (json.dumps(JSON_ROWS).encode(), "one object per line, not a list"),
        (b'{"payment_id": 1}\n', "lacks the declared column(s) paid_at;"),
        (b"\n\n", "is empty"),
        (json_text(JSON_ROWS * 600) + b'{"payment_id": ', "cannot be read as json"),
        (json_text(JSON_ROWS * 600) + b"[1, 2]\n", "Expected OBJECT, but got ARRAY"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_json_file_that_cannot_be_read_is_explained(
    reader: Callable[[Format], Inspect], body: bytes, told: str
) -> None:
    with pytest.raises(UnreadableData) as caught:
        reader("json")(body)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    "body", [json_text(JSON_ROWS) + NOT_UTF8, json_text(JSON_ROWS * 600) + b'{"card": "\xff"}\n'], ids=["head", "later"]
)
def test_json_that_is_not_utf8_is_explained(reader: Callable[[Format], Inspect], body: bytes) -> None:
    with pytest.raises(UnreadableData, match="UTF-8"):
        reader("json")(body)


@pytest.mark.parametrize("kind", ["csv", "json", "parquet"])
def test_an_empty_file_is_empty_in_every_format(reader: Callable[[Format], Inspect], kind: Format) -> None:
    with pytest.raises(UnreadableData, match="is empty"):
        reader(kind)(b"")


@pytest.mark.parametrize("cut", [1, 9, 200])
def test_a_truncated_parquet_file_is_explained(reader: Callable[[Format], Inspect], tmp_path: Path, cut: int) -> None:
    with pytest.raises(UnreadableData, match=r"landing/payments/x cannot be read as parquet"):
        reader("parquet")(parquet(tmp_path, PARQUET_ROW)[:-cut])


@pytest.mark.parametrize("body", [b"PAR1", csv_text(ROWS)])
def test_what_is_no_parquet_is_explained(reader: Callable[[Format], Inspect], body: bytes) -> None:
    with pytest.raises(UnreadableData, match=r"landing/payments/x cannot be read as parquet"):
        reader("parquet")(body)


def test_a_parquet_file_must_have_every_column(reader: Callable[[Format], Inspect], tmp_path: Path) -> None:
    body = parquet(tmp_path, PARQUET_ROW.replace("AS card", "AS kard"))
    with pytest.raises(UnreadableData, match=r"column\(s\) card; it has payment_id, paid_at, kard"):
        reader("parquet")(body)


def test_messages_name_the_object_and_quote_no_data(reader: Callable[[Format], Inspect], tmp_path: Path) -> None:
    with pytest.raises(UnreadableData) as caught:
        reader("csv")(csv_text([*ROWS, ("secret", "2020-01-01")]))
    assert "secret" not in str(caught.value)
    assert str(tmp_path) not in str(caught.value)
