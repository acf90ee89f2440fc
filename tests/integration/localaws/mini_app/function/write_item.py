"""Writes one item and one object, if its role may."""

import os

import boto3


def handle(event, _context):
    """Write what the event says; return its name."""
    boto3.client("dynamodb").put_item(TableName=os.environ["TABLE"], Item={"id": {"S": event["id"]}})
    boto3.client("s3").put_object(Bucket=os.environ["BUCKET"], Key=event["id"], Body=b"1")
    return event["id"]
