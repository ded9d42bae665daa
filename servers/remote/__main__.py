"""`python -m servers.remote URL`: a remote MCP server as a stdio server. Secrets come from variables, never as arguments."""

from __future__ import annotations

import argparse
import os
import sys

import anyio


def main(argv: list[str]) -> int:
    """Exit status 0 when stdin ends, 2 for arguments that mean nothing."""
    parser = argparse.ArgumentParser(prog="python -m servers.remote", description=__doc__)
    parser.add_argument("url", help="https://…, where the server speaks Streamable HTTP or the older SSE")
    parser.add_argument("--bearer", metavar="VARIABLE", help="the variable that holds the token")
    parser.add_argument(
        "--header",
        nargs=2,
        action="append",
        default=[],
        metavar=("NAME", "VARIABLE"),
        help="the variable with its value",
    )
    args = parser.parse_args(argv)
    if not _allowed(args.url):
        parser.error("the address has to be https://…; http:// only on this computer")
    wanted = [("Authorization", args.bearer), *args.header] if args.bearer else args.header
    headers: dict[str, str] = {}
    for name, variable in wanted:
        value = os.environ.pop(variable, None)
        if not value:
            parser.error(f"the variable {variable} is not set")
        headers[name] = f"Bearer {value}" if variable == args.bearer and name == "Authorization" else value

    from servers.remote.pump import serve

    anyio.run(serve, args.url, headers)
    return 0


def _allowed(url: str) -> bool:
    """A token must not travel in the clear."""
    import httpx2

    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL:
        return False
    near = parsed.host in ("localhost", "127.0.0.1", "::1")
    return bool(parsed.host) and (parsed.scheme == "https" or (parsed.scheme == "http" and near))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
