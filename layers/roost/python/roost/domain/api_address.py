"""Where a deployed API is called."""

from urllib.parse import urlsplit


def api_address(api_url: str, endpoint: str) -> str:
    """Base address of the API behind the stack's output ``api_url``.

    A LocalStack-compatible ``endpoint`` serves ``https://<id>.execute-api...amazonaws.com/<stage>/`` under
    ``/restapis/<id>/<stage>/_user_request_`` (LocalStack documentation, "API Gateway"); real AWS where it says.
    """
    address = urlsplit(api_url)
    if not endpoint:
        return api_url.rstrip("/")
    identifier, stage = (address.hostname or "").partition(".")[0], address.path.strip("/")
    return f"{endpoint.rstrip('/')}/restapis/{identifier}/{stage}/_user_request_"
