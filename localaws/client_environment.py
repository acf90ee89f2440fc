"""What a program needs in its environment to take the emulator for AWS."""

from __future__ import annotations

from localaws.emulator_process import ACCOUNT, REGION
from localaws.emulator_record import Emulator


def endpoint_environment(emulator: Emulator) -> dict[str, str]:
    """Return the variables that send every AWS SDK, the AWS CLI and the CDK to the emulator.

    The credentials are the account's root, also where IAM is enforced: the emulator takes the key ``test`` for it. The
    endpoint is an address, not a name, so that SDKs put a bucket into the path and no name needs to be resolved.
    """
    return {
        "AWS_ENDPOINT_URL": emulator.endpoint,
        "AWS_ENDPOINT_URL_S3": emulator.endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "CDK_DEFAULT_ACCOUNT": ACCOUNT,
        "CDK_DEFAULT_REGION": REGION,
    }
