"""The embedded AWS: starts the emulator, closes its known gaps, deploys to it and resets it.

The emulator is MiniStack, unchanged, in an environment of its own; ``localaws.parity`` closes the gaps that Roost
meets, one module a gap. Nothing here is shipped to AWS.
"""

from localaws.client_environment import endpoint_environment
from localaws.emulator import reset, start, status, stop
from localaws.emulator_record import Emulator, Options
from localaws.failures import LocalAwsError

__all__ = ["Emulator", "LocalAwsError", "Options", "endpoint_environment", "reset", "start", "status", "stop"]
