"""The size of a DynamoDB transaction is that of its items."""

from __future__ import annotations

import uuid

from botocore.exceptions import ClientError

from localaws import Emulator
from tests.integration.localaws.clients import client
from tests.integration.localaws.gap import still_open

LARGE = 300_000  # bytes


def takes(emulator: Emulator, items: int) -> bool:
    """Whether a transaction puts this many items with 300,000 bytes of binary data each."""
    api, table = client(emulator, "dynamodb"), f"sizes-{uuid.uuid4().hex[:8]}"
    api.create_table(
        TableName=table,
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    puts = [{"TableName": table, "Item": {"pk": {"S": str(n)}, "p": {"B": b"x" * LARGE}}} for n in range(items)]
    try:
        api.transact_write_items(TransactItems=[{"Put": put} for put in puts])
    except ClientError as error:
        assert "4MB transaction size limit" in str(error)
        return False
    return True


def test_binary_values_count_their_raw_bytes(aws: Emulator) -> None:
    assert takes(aws, 13)


def test_more_than_four_megabytes_are_refused(aws: Emulator) -> None:
    assert not takes(aws, 14)


def test_upstream_counts_base64(upstream: Emulator) -> None:
    still_open("transaction_size", takes(upstream, 13))
