"""`python -m servers.remote URL`: a remote MCP server as a stdio server. Secrets come from variables, never as arguments.

Started by the gateway (`--gateway`), it is told by a variable which server is meant, and asks the gateway for secrets on its pipe.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys

import anyio

from servers.remote.told import Told, UntoldError, allowed, from_environment


def main(argv: list[str]) -> int:
    """Exit status 0 when stdin ends or the deed is done, 1 where it failed, 2 for arguments that mean nothing."""
    parser = argparse.ArgumentParser(prog="python -m servers.remote", description=__doc__)
    parser.add_argument("url", nargs="?", help="https://…, where the server speaks Streamable HTTP or the older SSE")
    parser.add_argument("--bearer", metavar="VARIABLE", help="the variable that holds the token")
    parser.add_argument(
        "--header",
        nargs=2,
        action="append",
        default=[],
        metavar=("NAME", "VARIABLE"),
        help="the variable with its value",
    )
    parser.add_argument(
        "--gateway", action="store_true", help="the gateway started this, and says which server is meant"
    )
    parser.add_argument("--sign-in", action="store_true", help="with --gateway: sign in, then end")
    parser.add_argument("--sign-out", action="store_true", help="with --gateway: sign out, then end")
    args = parser.parse_args(argv)
    if args.gateway == bool(args.url) or ((args.sign_in or args.sign_out) and not args.gateway):
        parser.error("give either the url of a server, or --gateway")
    headers: dict[str, str] | None = None
    try:
        told = from_environment() if args.gateway else Told(args.url)
    except UntoldError as error:
        parser.error(str(error))
    if not args.gateway:
        if not allowed(args.url):
            parser.error("the address has to be https://…; http:// only on this computer")
        headers = _headers(parser, args)

    from servers.remote.serving import sign_in, sign_out, stdio

    logging.disable(logging.CRITICAL)  # the SDK's own log repeats what the client is told
    if args.sign_in or args.sign_out:
        status = anyio.run(sign_in if args.sign_in else sign_out, told)
        os._exit(status)  # a thread still waits for stdin, and nobody can end it
    anyio.run(stdio, told, headers)
    return 0


def _headers(parser: argparse.ArgumentParser, args: argparse.Namespace) -> dict[str, str]:
    wanted = [("Authorization", args.bearer), *args.header] if args.bearer else args.header
    headers: dict[str, str] = {}
    for name, variable in wanted:
        value = os.environ.pop(variable, None)
        if not value:
            parser.error(f"the variable {variable} is not set")
        headers[name] = f"Bearer {value}" if variable == args.bearer and name == "Authorization" else value
    return headers


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
