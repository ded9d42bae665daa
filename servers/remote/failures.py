"""What went wrong on the way to a remote server, in words that tell offline from refused, expired and absent."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from typing import cast

import httpx2

_STATUS = {
    401: (
        "{host} wants a login or another token",
        "Set the token anew (`doorkeep secrets set NAME`), or log in again.",
    ),
    403: ("{host} refused: this login may not do that", "Ask for more rights there, or use another token."),
    404: ("{host} has no MCP server at this address", "Look at the address; it may have moved."),
    405: ("{host} has no MCP server at this address", "Look at the address; it may have moved."),
    408: ("{host} took too long", "Try again."),
    407: ("the proxy on the way to {host} wants a login", "Give it in the proxy's address (HTTPS_PROXY)."),
    413: ("{host} takes no request of this size", "Ask for less at once."),
    429: ("{host} gets too many requests from here", "Wait a little, then try again."),
}


def of_status(status: int, host: str) -> str:
    """An HTTP status of 400 or more."""
    what, remedy = _STATUS.get(status, ("{host} answered with an error", "Try again later."))
    if status >= 500:
        what, remedy = "{host} is there, but failed", "Try again later; its makers have to mend it."
    return f"{what.format(host=host)} (HTTP {status}). {remedy}"


def of_error(error: BaseException, host: str) -> str:
    """An exception of the connection, which may be a group of several. It never carries a header or a token."""
    for one in flat(error):
        if isinstance(one, httpx2.HTTPStatusError):
            return of_status(one.response.status_code, host)
        if isinstance(one, httpx2.ProxyError):
            return f"The proxy on the way to {host} refused. Look at HTTPS_PROXY and NO_PROXY."
        if isinstance(one, httpx2.TimeoutException):
            return f"{host} did not answer in time. Try again."
        if isinstance(one, httpx2.ConnectError):
            if _about_certificates(one):
                return (
                    f"{host} shows a certificate that this computer does not trust. If your company inspects traffic, its "
                    "certificate belongs into the system's trust store."
                )
            return (
                f"{host} cannot be reached: no network, or nothing listens there. Check the connection and the address."
            )
        if isinstance(one, httpx2.TransportError):
            return f"The connection to {host} broke. Try again."
    return f"The connection to {host} failed ({type(error).__name__}). Try again."


def flat(error: BaseException) -> Iterator[BaseException]:
    """The exception, or those of a group of them."""
    if isinstance(error, BaseExceptionGroup):
        for one in cast("BaseExceptionGroup[BaseException]", error).exceptions:
            yield from flat(one)
    else:
        yield error


def _about_certificates(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError) or "CERTIFICATE" in str(error).upper():
            return True
        error = error.__cause__ or error.__context__
    return False
