"""Where the browser comes back to: it takes one answer, the right one, whatever else comes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import anyio
import anyio.to_thread
import pytest

from servers.remote import landing
from servers.remote.landing import Came, Landing
from tests.fakes.login_server import browse


def with_landing(deed: Callable[[Landing], Awaitable[None]]) -> None:
    async def bounded() -> None:
        with anyio.fail_after(60):
            async with landing.opened() as page:
                page.expect("the-state")
                await deed(page)

    anyio.run(bounded)


async def browsed(url: str) -> tuple[int, str]:
    return await anyio.to_thread.run_sync(browse, url)


async def said(page: Landing, text: bytes) -> bytes:
    """What it answers to bytes as they are."""
    port = int(page.redirect.rpartition(":")[2].partition("/")[0])
    async with await anyio.connect_tcp("127.0.0.1", port) as stream:
        await stream.send(text.replace(b"PORT", str(port).encode()))
        found = b""
        try:
            while True:
                found += await stream.receive()
        except (anyio.EndOfStream, anyio.BrokenResourceError):
            return found


@pytest.mark.parametrize(
    ("query", "came"),
    [
        ("?code=c%2F1&state=the-state&iss=https://login", Came("c/1", "the-state", "", "https://login")),
        ("?error=access_denied&state=the-state", Came("", "the-state", "access_denied")),
    ],
)
def test_the_right_answer_is_taken_once(query: str, came: Came) -> None:
    async def deed(page: Landing) -> None:
        assert (await browsed(page.redirect + query))[0] == 200
        assert (await browsed(page.redirect + "?code=later&state=the-state"))[0] == 200
        assert await page.came() == came

    with_landing(deed)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?",
        "?code=c",
        "?code=c&state=",
        "?code=c&state=other",
        "?state=the-state",
        "?code=c&state=the-state&state=x",
    ],
)
def test_another_answer_changes_nothing(query: str) -> None:
    async def deed(page: Landing) -> None:
        assert (await browsed(page.redirect + query))[0] == 400
        with anyio.move_on_after(0):
            await page.came()
            raise AssertionError("it was taken")

    with_landing(deed)


@pytest.mark.parametrize(
    "request_",
    [
        b"POST /callback?code=c&state=the-state HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n",
        b"GET /callback?code=c&state=the-state HTTP/1.1\r\nHost: evil.example:PORT\r\n\r\n",
        b"GET /callback?code=c&state=the-state HTTP/1.1\r\n\r\n",
        b"GET /other HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n",
        b"\xff\xfe\r\n\r\n",
    ],
)
def test_what_no_browser_of_ours_says_is_not_found(request_: bytes) -> None:
    async def deed(page: Landing) -> None:
        assert (await said(page, request_)).startswith(b"HTTP/1.1 404")

    with_landing(deed)


def test_a_head_without_end_is_not_read_to_its_end() -> None:
    async def deed(page: Landing) -> None:
        assert await said(page, b"GET /" + b"x" * (landing.MOST_BYTES * 3)) == b""

    with_landing(deed)


def test_the_page_loads_nothing_tells_nobody_and_is_not_kept() -> None:
    async def deed(page: Landing) -> None:
        head, _, body = (
            await said(page, b"GET /callback?code=secret-code&state=the-state HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n")
        ).partition(b"\r\n\r\n")
        for line in (b"Cache-Control: no-store", b"Referrer-Policy: no-referrer", b"default-src 'none'"):
            assert line in head
        assert b"secret-code" not in body
        assert b"http" not in body

    with_landing(deed)


def test_a_port_that_is_taken_is_an_error() -> None:
    async def deed(page: Landing) -> None:
        port = int(page.redirect.rpartition(":")[2].partition("/")[0])
        with pytest.raises(OSError, match="in use"):
            async with landing.opened(port):
                raise AssertionError("two at one port")

    with_landing(deed)
