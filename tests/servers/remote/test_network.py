"""The way out: the proxy that the environment names, and the certificates that the system trusts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import certificates, far_server, proxy
from tests.fakes.far_server import FarServer

Start = Callable[..., Any]
NO_PROXY = {"NO_PROXY": "", "no_proxy": "", "https_proxy": "", "HTTPS_PROXY": "", "ALL_PROXY": "", "all_proxy": ""}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certificates.made(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def far(authority: tuple[Path, Path]) -> Iterator[FarServer]:
    """A server that shows a certificate of an authority that only the tests know."""
    with far_server.running("http", certificate=str(authority[1])) as found:
        yield found


@pytest.fixture
def trusting(authority: tuple[Path, Path]) -> dict[str, str]:
    """The environment of a computer that trusts the authority."""
    return {**NO_PROXY, "SSL_CERT_FILE": str(authority[0])}


def test_a_certificate_that_the_system_trusts_is_trusted(far: FarServer, near: Start, trusting: dict[str, str]) -> None:
    assert near(far.url, **trusting).greet()["result"]["serverInfo"]["name"] == "far"


def test_one_that_it_does_not_trust_is_said(far: FarServer, near: Start) -> None:
    words = near(far.url, **NO_PROXY).greet()["error"]["message"]
    assert "a certificate that this computer does not trust" in words


def test_the_proxy_of_the_environment_is_used(far: FarServer, near: Start, trusting: dict[str, str]) -> None:
    with proxy.running() as way:
        client = near(far.url, **{**trusting, "https_proxy": way.url})
        assert client.greet()["result"]["serverInfo"]["name"] == "far"
        assert set(way.asked) == {f"127.0.0.1:{far.port}"}


def test_a_host_that_needs_no_proxy_gets_none(far: FarServer, near: Start, trusting: dict[str, str]) -> None:
    with proxy.running("502 No") as way:
        client = near(far.url, **{**trusting, "https_proxy": way.url, "no_proxy": "127.0.0.1"})
        assert client.greet()["result"]["serverInfo"]["name"] == "far"
        assert way.asked == []


@pytest.mark.parametrize("refusal", ["407 Proxy Authentication Required", "502 Bad Gateway"])
def test_a_proxy_that_refuses_is_told_from_a_server_that_is_gone(
    far: FarServer, near: Start, trusting: dict[str, str], refusal: str
) -> None:
    with proxy.running(refusal) as way:
        words = near(far.url, **{**trusting, "https_proxy": way.url}).greet()["error"]["message"]
        assert "The proxy on the way to 127.0.0.1 refused" in words


def test_a_proxy_that_is_gone_is_said(far: FarServer, near: Start, trusting: dict[str, str]) -> None:
    with proxy.running() as way:
        gone = way.url
    words = near(far.url, **{**trusting, "https_proxy": gone}).greet()["error"]["message"]
    assert "cannot be reached" in words
