"""The registry in one DynamoDB table: partition ``MODEL#<name>``; head, versions, releases and audit log by sort key.

A change is one ``TransactWriteItems``: the head under a condition on its audit length, an audit entry that must not
exist, and records; a version that exists only under the condition that its seal stays what it was (Amazon DynamoDB
Developer Guide, "Amazon DynamoDB Transactions: How it works").
"""

import json
from dataclasses import asdict
from typing import Any

import boto3
from boto3.dynamodb.conditions import ConditionBase, Key
from boto3.dynamodb.types import TypeSerializer
from botocore.exceptions import ClientError

from roost.adapters.aws_failures import FINE, cancellation_codes, error_code, transient_failures
from roost.domain.audit_log import AuditEntry
from roost.domain.experiments import Experiment, experiment_from
from roost.domain.registry import Change, ModelHead, Release, Version
from roost.errors import ConcurrentUpdate, DependencyUnavailable, ImmutableVersion, UnknownRelease, UnknownVersion
from roost.experiment_errors import UnknownExperiment
from roost.names import ReleaseStatus, Status

HEAD = "HEAD"
HEAD_AND_ENTRY = 2  # the first two writes of every change; those of versions follow
MODEL, AUDIT = "MODEL#", "AUDIT#"
AUDIT_END = "AUDIT#:"  # behind every digit
THROTTLED_ITEMS = frozenset({"ThrottlingError", "ProvisionedThroughputExceeded"})
LOST_RACES = ("ConditionalCheckFailed", "TransactionConflict")
SERIALIZE = TypeSerializer().serialize


class DynamoDBRegistryStore:
    """Records are stored as JSON under ``body``, with the fields that conditions need beside it."""

    def __init__(self, table: str) -> None:
        self.table = table
        self._table = boto3.resource("dynamodb").Table(table)
        self._client = boto3.client("dynamodb")

    def head(self, model: str) -> ModelHead:
        """The model's head, fresh if it has none."""
        body = self._get(model, HEAD)
        return ModelHead(**body) if body else ModelHead(model)

    def commit(self, change: Change) -> None:
        """Write the change in one transaction, or raise ``ConcurrentUpdate`` or ``ImmutableVersion``."""
        try:
            with transient_failures("DynamoDB"):
                self._client.transact_write_items(TransactItems=self._writes(change))
        except ClientError as error:
            if _broken_seal(error):
                numbers = ", ".join(str(version.number) for version in change.versions)
                raise ImmutableVersion(
                    f"{change.before.model} version {numbers}: a registered version stays as it is"
                ) from error
            if _lost_race(error):
                model = change.before.model
                raise ConcurrentUpdate(f"{model} was changed by somebody else; read it again and retry") from error
            if THROTTLED_ITEMS.intersection(cancellation_codes(error)):
                raise DependencyUnavailable(f"DynamoDB table {self.table} is throttled: {error}") from error
            raise

    def version(self, model: str, number: int) -> Version:
        """One version, or ``UnknownVersion``."""
        body = self._get(model, _version_key(number))
        if body is None:
            latest = self.head(model).latest_version
            known = f"it has 1 to {latest}" if latest else "none is registered yet; train it first"
            raise UnknownVersion(f"{model} has no version {number}; {known}")
        return _version(body)

    def versions(self, model: str) -> list[Version]:
        """All versions, oldest first."""
        return [_version(body) for body in self._all(model, "VERSION#")]

    def release(self, model: str, identifier: str) -> Release:
        """One release, or ``UnknownRelease``."""
        body = self._get(model, f"RELEASE#{identifier}")
        if body is None:
            raise UnknownRelease(f"{model} has no release {identifier!r}")
        return _release(body)

    def releases(self, model: str) -> list[Release]:
        """All releases, oldest first."""
        found = [_release(body) for body in self._all(model, "RELEASE#")]
        return sorted(found, key=lambda release: (release.started_at, release.identifier))

    def experiment(self, model: str, identifier: str) -> Experiment:
        """One experiment, or ``UnknownExperiment``."""
        body = self._get(model, f"EXPERIMENT#{identifier}")
        if body is None:
            raise UnknownExperiment(f"{model} has no experiment {identifier!r}; see: roost experiment list {model}")
        return experiment_from(body)

    def experiments(self, model: str) -> list[Experiment]:
        """All experiments, oldest first."""
        found = [experiment_from(body) for body in self._all(model, "EXPERIMENT#")]
        return sorted(found, key=lambda experiment: (experiment.started_at, experiment.identifier))

    def audit(self, model: str, after: int = 0) -> list[AuditEntry]:
        """The audit log, oldest first."""
        since = Key("sk").between(audit_sort_key(after + 1), AUDIT_END)
        return [AuditEntry(**body) for body in self._queried(model, since)]

    def _writes(self, change: Change) -> list[Any]:
        model, entry = change.before.model, change.entry
        fresh = {"ConditionExpression": "attribute_not_exists(pk)"}
        length = {"audit_length": change.after.audit_length}
        puts = [self._put(model, audit_sort_key(entry.sequence), asdict(entry), fresh)]
        puts += [self._put(model, _version_key(v.number), asdict(v), fresh, seal=v.seal) for v in change.new_versions]
        puts += [self._put(model, _version_key(v.number), asdict(v), _same(v), seal=v.seal) for v in change.versions]
        puts += [self._put(model, f"RELEASE#{r.identifier}", asdict(r), {}) for r in change.releases]
        puts += [self._put(model, f"EXPERIMENT#{e.identifier}", asdict(e), {}) for e in change.experiments]
        return [self._put(model, HEAD, asdict(change.after), self._unmoved(change.before), **length), *puts]

    def _unmoved(self, before: ModelHead) -> dict[str, Any]:
        if before.audit_length == 0:
            return {"ConditionExpression": "attribute_not_exists(pk)"}
        return {
            "ConditionExpression": "audit_length = :before",
            "ExpressionAttributeValues": {":before": {"N": str(before.audit_length)}},
        }

    def _put(
        self, model: str, sort_key: str, body: dict[str, Any], condition: dict[str, Any], **beside: Any
    ) -> dict[str, Any]:
        item = {"pk": _partition(model), "sk": sort_key, "body": json.dumps(body), **beside}
        serialized = {name: SERIALIZE(value) for name, value in item.items()}
        return {"Put": {"TableName": self.table, "Item": serialized, **condition}}

    def _get(self, model: str, sort_key: str) -> dict[str, Any] | None:
        with transient_failures("DynamoDB"):
            found = self._table.get_item(Key={"pk": _partition(model), "sk": sort_key}, ConsistentRead=True)
        return json.loads(str(found["Item"]["body"])) if "Item" in found else None

    def _all(self, model: str, prefix: str) -> list[dict[str, Any]]:
        return self._queried(model, Key("sk").begins_with(prefix))

    def _queried(self, model: str, sort_keys: ConditionBase) -> list[dict[str, Any]]:
        query: dict[str, Any] = {
            "KeyConditionExpression": Key("pk").eq(_partition(model)) & sort_keys,
            "ConsistentRead": True,
        }
        bodies: list[dict[str, Any]] = []
        while True:
            with transient_failures("DynamoDB"):
                page = self._table.query(**query)
            bodies += [json.loads(str(item["body"])) for item in page["Items"]]
            if "LastEvaluatedKey" not in page:
                return bodies
            query["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def audit_sort_key(sequence: int) -> str:
    """Sort key of an audit entry."""
    return f"{AUDIT}{sequence:09d}"


def audited(partition: str, sort_key: str) -> tuple[str, int] | None:
    """Model and sequence number of an item's audit entry; None of any other item."""
    model, sequence = partition.removeprefix(MODEL), sort_key.removeprefix(AUDIT)
    return (model, int(sequence)) if sort_key != sequence and sequence.isdigit() else None


def _same(version: Version) -> dict[str, Any]:
    """The stored version has the same seal, or is of a time before there were any."""
    return {
        "ConditionExpression": "attribute_exists(pk) AND (attribute_not_exists(seal) OR seal = :seal)",
        "ExpressionAttributeValues": {":seal": {"S": version.seal}},
    }


def _partition(model: str) -> str:
    return f"{MODEL}{model}"


def _version_key(number: int) -> str:
    return f"VERSION#{number:09d}"


def _version(body: dict[str, Any]) -> Version:
    intervals = {name: (low, high) for name, (low, high) in body.get("intervals", {}).items()}
    return Version(**{**body, "status": Status(body["status"]), "intervals": intervals})


def _release(body: dict[str, Any]) -> Release:
    lists = {name: tuple(body.get(name, ())) for name in ("steps", "forced")}
    return Release(**{**body, **lists, "status": ReleaseStatus(body["status"])})


def _lost_race(error: ClientError) -> bool:
    lost = error_code(error) == "TransactionConflictException"
    return lost or any(code in LOST_RACES for code in cancellation_codes(error))


def _broken_seal(error: ClientError) -> bool:
    """Whether head and audit entry could be written, and a record could not."""
    codes = cancellation_codes(error)
    return "ConditionalCheckFailed" in codes[HEAD_AND_ENTRY:] and set(codes[:HEAD_AND_ENTRY]) == {FINE}
