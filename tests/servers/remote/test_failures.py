"""What went wrong on the way to a remote server, in words."""

from __future__ import annotations

import ssl

import httpx2
import pytest

from servers.remote.failures import of_error, of_status

REQUEST = httpx2.Request("GET", "https://example.com")


def untrusted() -> httpx2.ConnectError:
    error = httpx2.ConnectError("[SSL] failed", request=REQUEST)
    error.__cause__ = ssl.SSLCertVerificationError("unable to get local issuer certificate")
    return error


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "wants a login or another token"),
        (403, "may not do that"),
        (404, "no MCP server"),
        (429, "too many requests"),
        (418, "answered with an error (HTTP 418)"),
        (500, "is there, but failed (HTTP 500)"),
        (503, "Try again later"),
    ],
)
def test_a_status_says_what_to_do(status: int, words: str) -> None:
    assert words in of_status(status, "example.com")
    error = httpx2.HTTPStatusError("x", request=REQUEST, response=httpx2.Response(status, request=REQUEST))
    assert words in of_error(error, "example.com")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (httpx2.ConnectError("refused", request=REQUEST), "cannot be reached"),
        (untrusted(), "does not trust"),
        (httpx2.ProxyError("no", request=REQUEST), "proxy"),
        (httpx2.ReadTimeout("slow", request=REQUEST), "in time"),
        (httpx2.ReadError("cut", request=REQUEST), "broke"),
        (ValueError("Bearer geheim"), "failed (ValueError)"),
    ],
)
@pytest.mark.parametrize("grouped", [False, True])
def test_an_error_is_told_apart_alone_and_in_a_group(error: Exception, words: str, grouped: bool) -> None:
    found = of_error(ExceptionGroup("several", [ExceptionGroup("inner", [error])]) if grouped else error, "example.com")
    assert words in found.replace("ExceptionGroup", type(error).__name__)
    assert "geheim" not in found
