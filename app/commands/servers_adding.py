"""`doorkeep servers add`, `remove` and `review`: a server of others is shown before it is accepted, and again when it has changed.

Nothing is set up, and nothing accepted, without a terminal's yes or `--accept`.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import json
import os
import re
import sys
from typing import Any

from app.commands.servers_login import signed_in
from app.core.errors import DoorkeepError

SIGN_OUT_SECONDS = 60.0
LOOK_SECONDS = 180.0
"""For a server to say what it offers: its package may have to be fetched first."""
NAME = re.compile(r"[a-z0-9-]{1,30}")


def register(actions: Any) -> None:
    """Options of the three actions."""
    add = actions.add_parser(
        "add",
        help="set up a server",
        usage="doorkeep servers add NAME [--env NAME=VALUE]… [--accept] [--json] -- COMMAND…\n"
        "       doorkeep servers add NAME --url URL [--auth secret:NAME|oauth] [--header 'NAME: VALUE']… [--accept] [--json]\n"
        "       doorkeep servers add NAME [--answer NAME=VALUE]…   where NAME is in the catalog (doorkeep servers catalog)\n"
        "       doorkeep servers add FILE.mcpb [--as NAME] [--answer NAME=VALUE]… [--accept] [--json]",
    )
    _options_of_add(add)
    add.add_argument("name")
    add.add_argument("rest", nargs=argparse.REMAINDER, metavar="-- COMMAND…")
    review = actions.add_parser("review", help="show what has changed in what a server says of itself")
    _accepting(review, named=True)
    review.add_argument("--keep-hidden", action="store_true", help="it is seen, and what changed stays hidden")
    listing = actions.add_parser("catalog", help="servers that are known: how to add them, what they need")
    listing.add_argument("words", nargs="*", help="what to look for")
    listing.add_argument("--json", action="store_true", help="facts as JSON")
    remove = actions.add_parser("remove", help="take a server out of the settings")
    remove.add_argument("name")
    remove.add_argument("--json", action="store_true", help="facts as JSON")


def _options_of_add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--env", action="append", default=[], metavar="NAME=VALUE", help="VALUE may be secret:NAME")
    parser.add_argument("--url", default="", help="of a remote server")
    parser.add_argument(
        "--auth", default="", metavar="HOW", help="secret:NAME, a token; oauth, by a sign-in in the browser"
    )
    parser.add_argument(
        "--header",
        action="append",
        default=[],
        metavar="'NAME: VALUE'",
        help="sent along; VALUE may hold {secret:NAME}",
    )
    parser.add_argument("--no-browser", action="store_true", help="only print where to sign in")
    parser.add_argument(
        "--answer", action="append", default=[], metavar="NAME=VALUE", help="what a known server or a bundle asks for"
    )
    parser.add_argument("--as", dest="under", default="", metavar="NAME", help="what to call the server of a bundle")
    _accepting(parser)


def _command(args: argparse.Namespace) -> list[str]:
    """The command line after the name; options between the name and the two dashes are taken into `args`."""
    rest: list[str] = args.rest
    if "--" not in rest and (not rest or not rest[0].startswith("-")):
        return rest
    split = rest.index("--") if "--" in rest else len(rest)
    between = argparse.ArgumentParser(prog="doorkeep servers add NAME", add_help=False)
    _options_of_add(between)
    between.set_defaults(
        **{
            name: getattr(args, name)
            for name in ("env", "url", "auth", "header", "no_browser", "answer", "under", "accept", "json")
        }
    )
    between.parse_args(rest[:split], namespace=args)
    return rest[split + 1 :]


def _accepting(parser: argparse.ArgumentParser, *, named: bool = False) -> None:
    if named:
        parser.add_argument("name")
    parser.add_argument("--accept", action="store_true", help="accept without a question")
    parser.add_argument("--json", action="store_true", help="facts as JSON")


def add(args: argparse.Namespace) -> int:
    """Look at a server, show it, and set it up if the user says yes."""
    from app.core.bundles.names import is_bundle
    from app.core.settings import load

    command = _command(args)
    if is_bundle(args.name) and not command:
        from app.commands import servers_bundles

        return servers_bundles.add(args)
    setting = _setting(args, command)
    check(args.name, load(args.home).servers)
    return set_up(args, args.name, setting)


def set_up(args: argparse.Namespace, name: str, setting: dict[str, Any]) -> int:
    """Look at a server that is started by `setting`, show it, and write it into the settings if the user says yes."""
    from app.control.client import ensure_gateway, settled
    from app.core.secret_names import names_of, sign_in_name
    from app.core.settings import edit

    _warn_of_secrets(setting.get("args", []), setting.get("url", ""))
    with ensure_gateway(args.home) as control:
        if setting.get("auth") == "oauth" and sign_in_name(name) not in names_of(args.home):
            more = {key: setting[key] for key in ("headers", "oauth") if setting.get(key)}
            signed_in(control, name, browser=not args.no_browser, url=setting["url"], **more)
        seen = control.call("look_server", seconds=LOOK_SECONDS, name=name, **setting)
        if not _agreed(args, seen, f"Set up {name} with these tools?"):
            return _declined(args, seen, f"{name} was not set up.")

        def change(document: Any) -> None:
            from app.commands.servers import table_of

            table = table_of(document, "servers", name)
            for key, value in setting.items():
                if value:
                    table[key] = value

        edit(args.home, change, confirm=lambda: settled(args.home))
        control.call("accept_server", name=name, digest=seen["digest"])
    words = (
        f"{name} is set up with {len(seen['tools'])} tools. Connect a client to it: doorkeep clients connect CLIENT."
    )
    return _done(args, {"name": name, "accepted": True, "words": words, **_facts(seen)})


def review(args: argparse.Namespace) -> int:
    """Show what a server says of itself beside what was accepted, and accept it if the user says yes."""
    from app.commands.servers import known
    from app.control.client import ensure_gateway

    if known(args.home, args.name)["kind"] == "builtin":
        raise DoorkeepError(f"{args.name} is a server of Doorkeep's own: it changes only with the release.")
    with ensure_gateway(args.home) as control:
        seen = control.call("look_server", seconds=LOOK_SECONDS, name=args.name)
        if seen["accepted"] and not seen["changes"]:
            words = f"{args.name} says of itself what you accepted ({len(seen['tools'])} tools)."
            return _done(args, {"name": args.name, "accepted": True, "words": words, **_facts(seen)})
        if args.keep_hidden and seen["accepted"]:
            control.call("hide_changes", name=args.name, digest=seen["digest"])
            words = f"What changed in {args.name} stays hidden; another change is told again."
            return _done(args, {"name": args.name, "accepted": False, "words": words, **_facts(seen)})
        if not _agreed(args, seen, "Accept this?"):
            return _declined(args, seen, "Nothing was accepted; what changed stays hidden from clients.")
        control.call("accept_server", name=args.name, digest=seen["digest"])
    words = f"{args.name} is accepted as it is now, with {len(seen['tools'])} tools."
    return _done(args, {"name": args.name, "accepted": True, "words": words, **_facts(seen)})


def remove(args: argparse.Namespace) -> int:
    """Take a server out of the settings, and forget what was accepted of it."""
    from app.commands.servers import known
    from app.control.client import ensure_gateway, settled
    from app.core.bundles import installed
    from app.core.secret_names import uses_of
    from app.core.settings import edit, load

    if known(args.home, args.name)["kind"] == "builtin":
        raise DoorkeepError(
            f"{args.name} is a server of Doorkeep's own.",
            "",
            f"`doorkeep servers disable {args.name}` switches it off.",
        )
    setting = load(args.home).servers[args.name]
    bundle = installed.folder_of(args.home, setting)

    def change(document: Any) -> None:
        document["servers"].pop(args.name, None)

    with ensure_gateway(args.home) as control:
        if setting.url and setting.auth == "oauth":
            with contextlib.suppress(DoorkeepError):  # offline, or never signed in: it goes all the same
                control.call("sign_out", seconds=SIGN_OUT_SECONDS, name=args.name)
        edit(args.home, change, confirm=lambda: settled(args.home))
        control.call("forget_server", name=args.name)
    if bundle is not None:
        installed.remove(args.home, bundle)
    kept = sorted({use.secret for use in uses_of(args.name, setting) if use.place != "sign-in"})
    secrets = f" Its secrets stay in the keychain: {', '.join(kept)} (doorkeep secrets remove NAME)." if kept else ""
    return _done(args, {"name": args.name, "secrets": kept, "words": f"{args.name} was removed.{secrets}"})


def shown(seen: dict[str, Any]) -> str:
    """What a person reads before saying yes: every tool, or every difference, with its warnings."""
    lines = [f"{seen['title'] or seen['name'] or 'A server'} {seen['version']} (MCP {seen['protocol']})"]
    if not seen["accepted"] and seen["instructions"]:
        lines += ["", "It tells the model:", *_indented(seen["instructions"])]
    lines += [f"  ! its instructions: {_plain(warned['words'])}" for warned in seen["warnings"]]
    lines.append("")
    if seen["accepted"]:
        lines += [line for change in seen["changes"] for line in _change(change)]
    else:
        lines += [line for tool in seen["tools"] for line in _tool(tool)]
        lines += [] if seen["tools"] else ["It offers no tools."]
    return "\n".join(lines).rstrip()


def _tool(tool: dict[str, Any]) -> list[str]:
    kind = "says that it only reads" if tool["read_only"] else "may change something"
    return [f"{_plain(tool['name'])} ({kind})", *_indented(tool["description"]), *_warnings(tool), ""]


def _change(change: dict[str, Any]) -> list[str]:
    words = {"new": "is new", "changed": "has changed", "gone": "is gone"}[change["kind"]]
    lines = [f"{_plain(change['name'])} {words}"]
    for part in change["parts"] if change["kind"] != "gone" else ():
        lines.append(f"  {_plain(part['what'])}:")
        before, after = (_plain(part[side]).splitlines() for side in ("before", "after"))
        found = difflib.ndiff(before, after)
        lines += [f"    {line.rstrip()}" for line in found if line[:2] in ("- ", "+ ") or change["kind"] == "changed"]
    return [*lines, *_warnings(change), ""]


def _warnings(of: dict[str, Any]) -> list[str]:
    return [
        f"  ! {_plain(warned['where'])} {_plain(warned['words'])}".replace("!  ", "! ") for warned in of["warnings"]
    ]


def _indented(text: str) -> list[str]:
    return [f"    {line}" for line in _plain(text).splitlines()]


def _plain(text: str) -> str:
    """A stranger's words for a terminal: what cannot be seen, or would steer the terminal, is spelt out."""
    return "".join(letter if letter.isprintable() or letter == "\n" else f"⟨U+{ord(letter):04X}⟩" for letter in text)


def _agreed(args: argparse.Namespace, seen: dict[str, Any], question: str) -> bool:
    if args.accept:
        return True
    if args.json or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    print(shown(seen))
    print()
    return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")


def _declined(args: argparse.Namespace, seen: dict[str, Any], words: str) -> int:
    if args.json:
        print(json.dumps({"name": args.name, "accepted": False, "words": words, **_facts(seen)}, ensure_ascii=False))
    elif not (sys.stdin.isatty() and sys.stdout.isatty()):
        print(shown(seen))
        print(f"\n{words}")
    print(f"doorkeep: {words} Say yes at a terminal, or give --accept.", file=sys.stderr)
    return 1


def _facts(seen: dict[str, Any]) -> dict[str, Any]:
    return {key: seen[key] for key in ("title", "version", "protocol", "instructions", "tools", "changes", "warnings")}


def _done(args: argparse.Namespace, fact: dict[str, Any]) -> int:
    print(json.dumps(fact, ensure_ascii=False) if args.json else fact["words"])
    return 0


def _setting(args: argparse.Namespace, command: list[str]) -> dict[str, Any]:
    """What will stand in the settings: a command, an address, or what the catalog knows. Raises DoorkeepError."""
    if args.url and command:
        raise DoorkeepError("A server has a command or an address, not both.", "", "Leave one of them out.")
    if args.url:
        return {"url": args.url, "auth": args.auth, "headers": dict(_header(text) for text in args.header)}
    if command:
        if os.sep in command[0]:
            command[0] = os.path.abspath(command[0])  # it is started from elsewhere
        return {"command": command[0], "args": command[1:], "env": dict(variable(text) for text in args.env)}
    from app.core.catalog import catalog

    known = catalog().get(args.name)
    if known is None:
        raise DoorkeepError(
            "There is no command, and the catalog has no such name.",
            "",
            f"Write it after two dashes: servers add {args.name} -- COMMAND… (`doorkeep servers catalog` prints what is known)",
        )
    if known.note:
        print(f"{known.title}: {known.note}", file=sys.stderr)
    for secret in known.secrets:
        where = f" (get one: {secret.get})" if secret.get else ""
        print(f"It needs the secret {secret.name}: {secret.title}{where}.", file=sys.stderr)
    found = known.setting(dict(variable(text) for text in args.answer))
    return {
        "command": found.command,
        "args": list(found.args),
        "env": found.env,
        "url": found.url,
        "auth": found.auth,
    }


def catalog_listed(args: argparse.Namespace) -> int:
    """Print the servers that the catalog knows."""
    from app.core.catalog import find

    found = find(" ".join(args.words))
    if args.json:
        import msgspec

        print(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
        return 0
    for known in found:
        kept = {"archived": "no longer kept up", "reference": "the protocol's own", "vendor": "by its maker"}[known.by]
        print(f"{known.name:20} {known.about}  ({kept})")
    if not found:
        print("The catalog knows no such server.")
    return 0


def check(name: str, servers: Any) -> None:
    """Whether a server may be set up under that name. Raises DoorkeepError."""
    if not NAME.fullmatch(name):
        raise DoorkeepError(f"{name[:60]!r} cannot be a server's name.", "", "Use a to z, 0 to 9 and dash; at most 30.")
    if name in servers and (servers[name].command or servers[name].url):
        raise DoorkeepError(f"There is a server named {name} already.", "", f"Remove it first: servers remove {name}")


def variable(text: str) -> tuple[str, str]:
    """`NAME=VALUE`, in two. Raises DoorkeepError."""
    name, mark, value = text.partition("=")
    if not mark or not name:
        raise DoorkeepError(f"{name!r} gives a variable no value.", "", "Write --env NAME=VALUE.")
    return name, value


def _header(text: str) -> tuple[str, str]:
    name, mark, value = text.partition(":")
    if not mark or not name.strip() or not value.strip():
        raise DoorkeepError(f"{name!r} is no header with a value.", "", "Write --header 'NAME: VALUE'.")
    return name.strip(), value.strip()


def _warn_of_secrets(arguments: list[str], url: str) -> None:
    from app.core.secret_names import named_in

    if any(named_in(argument) for argument in arguments):
        words = "a secret among the arguments is seen by every program that lists processes; --env hides it better"
        print(f"doorkeep: {words}.", file=sys.stderr)
    if named_in(url):
        words = "a secret in an address stands in the logs of that server and of what lies on the way; --header hides it better"
        print(f"doorkeep: {words}.", file=sys.stderr)
