"""A bucket, over the Amazon S3 API."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

from roost.adapters.aws_failures import error_code, transient_failures
from roost.errors import DependencyUnavailable
from roost.ports import StoredObject

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CopySourceTypeDef, TagTypeDef

ABSENT = ("NoSuchKey", "404", "NotFound", "MethodNotAllowed")  # the last by PutObjectTagging on a delete marker
PRECONDITION = ("PreconditionFailed", "412")
CONFLICT = ("ConditionalRequestConflict", "409")


class S3ObjectStore:
    """One bucket. An object's ``version`` is its ETag, which changes with its bytes."""

    def __init__(self, bucket: str, client: "S3Client | None" = None) -> None:
        self.bucket = bucket
        self._s3 = client or boto3.client("s3")

    def list(self, prefix: str) -> list[StoredObject]:
        """All objects under a prefix, sorted by key."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        with transient_failures("S3"):
            found = [item for page in pages for item in page.get("Contents", ())]
        return sorted(
            (StoredObject(item["Key"], item["Size"], item["ETag"].strip('"')) for item in found),
            key=lambda stored: stored.key,
        )

    def exists(self, key: str) -> bool:
        """Whether the key is stored.

        Asked by listing: without leave to list, S3 answers HeadObject on an absent key with 403 (Amazon S3 API
        Reference, "HeadObject"), and leave to list can be kept to a prefix only for listing.
        """
        with transient_failures("S3"):
            found = self._s3.list_objects_v2(Bucket=self.bucket, Prefix=key, MaxKeys=1)
        return any(item["Key"] == key for item in found.get("Contents", []))

    def get(self, key: str) -> bytes:
        """The object's bytes; ``KeyError`` if there is none."""
        with self._call(key):
            return self._s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()

    def put(self, key: str, body: bytes, content_type: str = "application/octet-stream") -> None:
        """Store bytes."""
        with self._call(key):
            self._s3.put_object(Bucket=self.bucket, Key=key, Body=body, ContentType=content_type)

    def create(self, key: str, body: bytes, content_type: str = "application/octet-stream") -> bool:
        """Store bytes if there are none of that key; False if there are.

        S3 decides ("How to prevent object overwrites with conditional writes", Amazon S3 User Guide). Of two at once
        one may be told 409, and asks again.
        """
        try:
            with transient_failures("S3"):
                self._s3.put_object(Bucket=self.bucket, Key=key, Body=body, ContentType=content_type, IfNoneMatch="*")
        except ClientError as error:
            if error_code(error) in CONFLICT:
                raise DependencyUnavailable(f"s3://{self.bucket}/{key} is being written by another") from error
            if error_code(error) not in PRECONDITION:
                raise
            return False
        return True

    def download(self, key: str, path: Path) -> None:
        """Write the object to a file, in parallel parts if it is large; ``KeyError`` if there is none."""
        with self._call(key), path.open("wb") as file:
            self._s3.download_fileobj(self.bucket, key, file)

    def upload(self, path: Path, key: str) -> None:
        """Store a file, in parallel parts if it is large."""
        with self._call(key), path.open("rb") as file:
            self._s3.upload_fileobj(file, self.bucket, key)

    def copy(self, source: str, target: str, version: str) -> None:
        """Copy an object within the bucket, without its bytes passing through here; in parts if it is large.

        ``KeyError`` if there is none, or if its ETag is another by now ("CopyObject", Amazon S3 API Reference).
        """
        place: CopySourceTypeDef = {"Bucket": self.bucket, "Key": source}
        try:
            with self._call(source):
                self._s3.copy(place, self.bucket, target, ExtraArgs={"CopySourceIfMatch": f'"{version}"'})
        except ClientError as error:
            if error_code(error) not in PRECONDITION:
                raise
            raise KeyError(f"s3://{self.bucket}/{source} at version {version}") from error

    def tag(self, key: str, tags: Mapping[str, str]) -> None:
        """Tag an object; ``KeyError`` if there is none."""
        chosen: list[TagTypeDef] = [{"Key": name, "Value": value} for name, value in tags.items()]
        with self._call(key):
            self._s3.put_object_tagging(Bucket=self.bucket, Key=key, Tagging={"TagSet": chosen})

    @contextmanager
    def _call(self, key: str) -> Iterator[None]:
        try:
            with transient_failures("S3"):
                yield
        except ClientError as error:
            if error_code(error) not in ABSENT:
                raise
            raise KeyError(f"s3://{self.bucket}/{key}") from error

    def delete(self, key: str) -> None:
        """Hide an object; its versions are kept by the bucket."""
        self._s3.delete_object(Bucket=self.bucket, Key=key)
