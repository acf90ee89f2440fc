"""Why a state failed, as Step Functions passes it on."""

import json


def readable_cause(cause: str) -> str:
    """A failure's cause in words: Lambda's is a JSON object with ``errorMessage`` in it."""
    try:
        found = json.loads(cause)
    except ValueError:
        return cause
    return str(found.get("errorMessage", cause)) if isinstance(found, dict) else cause
