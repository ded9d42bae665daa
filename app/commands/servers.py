"""`doorkeep servers`: which servers there are, whether they answer, what their tools may do."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from app.commands import servers_adding, servers_login
from app.core.errors import DoorkeepError, GatewayUnreachableError

if TYPE_CHECKING:
    import argparse

RULES = ("allow", "ask", "off")


def register(commands: argparse._SubParsersAction[Any]) -> None:
    """Options of `doorkeep servers …`."""
    parser = commands.add_parser("servers", help="servers and their tools")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    _action(actions, "list", "show every server")
    for name, words in (
        ("enable", "let clients use a server"),
        ("disable", "refuse every call to a server"),
        ("restart", "end its process; the next call starts a fresh one"),
        ("test", "start it and see whether it answers"),
        ("tools", "show its tools and what they may do"),
    ):
        _action(actions, name, words).add_argument("name")
    servers_adding.register(actions)
    servers_login.register(actions)
    for name, words in (("allow", "let a tool run"), ("ask", "ask before a tool runs"), ("off", "hide a tool")):
        action = _action(actions, name, words)
        action.add_argument("name")
        action.add_argument("tool")


def _action(actions: Any, name: str, words: str) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=words)
    parser.add_argument("--json", action="store_true", help="facts as JSON")
    return parser


def run(args: argparse.Namespace) -> int:
    """Carries out one action."""
    if args.action == "list":
        return _list(args.home, args.json)
    if args.action == "catalog":
        return servers_adding.catalog_listed(args)
    if args.action in ("login", "logout"):
        return int(getattr(servers_login, args.action)(args))
    if args.action in ("add", "review", "remove"):
        return int(getattr(servers_adding, args.action)(args))
    if args.action not in ("enable", "disable", "restart"):
        known(args.home, args.name)
    actions: dict[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
        "enable": _switch,
        "disable": _switch,
        "restart": _restart,
        "test": _test,
    }
    if args.action == "tools":
        return _tools(args)
    fact = (_rule if args.action in RULES else actions[args.action])(args)
    if args.json:
        _print(fact)
    else:
        print(fact["words"])
    return 0


def servers_of(home: str) -> list[dict[str, Any]]:
    """Every server by name: kind, whether it is on, state of its process, number of tools that clients see.

    `sign_in`: why it waits for the user to sign in, or empty. `changed`: it says other things of its tools than the user accepted,
    and these are hidden. `reviewed`: the user has looked at its tools, which is not so where they were trusted as found. Raises
    SettingsError.
    """
    from app.core.settings import load
    from app.gateway.pins import Pins

    settings = load(home)
    pins = Pins(home)
    running = _running(home)
    found: list[dict[str, Any]] = []
    for name in sorted({*pins.builtin_names(), *settings.servers}):
        setting = settings.servers.get(name)
        pin = pins.get(name)
        builtin = pin is not None and pin.builtin
        kind = "builtin" if builtin else "remote" if setting and setting.url else "command"
        process = running.get(name, {})
        found.append(
            {
                "name": name,
                "kind": kind,
                "enabled": setting.enabled if setting else True,
                "state": process.get("state", "stopped"),
                "pid": process.get("pid"),
                "tools": len(pin.tools) if pin is not None else 0,
                "changed": pins.differing(name) is not None,
                "sign_in": process.get("sign_in", ""),
                "reviewed": pin is None or pin.file.reviewed,
            }
        )
    return found


def _running(home: str) -> dict[str, dict[str, Any]]:
    from app.control.client import ControlClient

    try:
        with ControlClient.connect(home) as control:
            return {row["name"]: row for row in control.call("servers")["servers"]}
    except GatewayUnreachableError:
        return {}


def _list(home: str, as_json: bool) -> int:
    found = servers_of(home)
    if as_json:
        _print(found)
        return 0
    for server in found:
        enabled = "on" if server["enabled"] else "off"
        wait = "changed" if server["changed"] else "" if server["reviewed"] else "not reviewed"
        review = f"; {wait}: doorkeep servers review {server['name']}" if wait else ""
        sign_in = f"; waits for a sign-in: doorkeep servers login {server['name']}" if server["sign_in"] else ""
        print(
            f"{server['name']:20} {server['kind']:8} {enabled:4} {server['state']:9} {server['tools']} tools{review}{sign_in}"
        )
    return 0


def known(home: str, name: str) -> dict[str, Any]:
    """What `servers_of` says of one server. Raises DoorkeepError."""
    for server in servers_of(home):
        if server["name"] == name:
            return server
    raise DoorkeepError(f"There is no server named {name}.", "", "`doorkeep servers list` prints the names.")


def _switch(args: argparse.Namespace) -> dict[str, Any]:
    known(args.home, args.name)
    enabled = args.action == "enable"

    def change(document: Any) -> None:
        table_of(document, "servers", args.name)["enabled"] = enabled

    _edit(args.home, change)
    words = "clients may use it" if enabled else "every call to it is refused"
    return {"name": args.name, "enabled": enabled, "words": f"{args.name} is {'on' if enabled else 'off'}: {words}."}


def _rule(args: argparse.Namespace) -> dict[str, Any]:
    from app.gateway.pins import Pins

    pin = Pins(args.home).get(args.name)
    if pin is not None and args.tool not in pin.tools:
        raise DoorkeepError(
            f"{args.name} has no tool named {args.tool}.", "", f"`doorkeep servers tools {args.name}` prints them."
        )

    def change(document: Any) -> None:
        table_of(document, "servers", args.name, "tools")[args.tool] = args.action

    _edit(args.home, change)
    words = {"allow": "runs without a question", "ask": "asks you first", "off": "is hidden and refused"}[args.action]
    return {"name": args.name, "tool": args.tool, "rule": args.action, "words": f"{args.name}.{args.tool} {words}."}


def table_of(document: Any, *keys: str) -> Any:
    """The (possibly new) table at a path of keys; an inline table stays one."""
    import tomlkit

    table = document
    for depth, key in enumerate(keys):
        if key not in table:
            table[key] = tomlkit.table(is_super_table=depth == 0)
        table = table[key]
    return table


def _edit(home: str, change: Callable[[Any], None]) -> None:
    from app.control.client import settled
    from app.core.settings import edit

    edit(home, change, confirm=lambda: settled(home))


def _restart(args: argparse.Namespace) -> dict[str, Any]:
    from app.control.client import ControlClient

    known(args.home, args.name)
    with ControlClient.connect(args.home) as control:
        control.call("restart_server", name=args.name)
    return {"name": args.name, "words": f"{args.name} was ended; its next call starts it afresh."}


def _test(args: argparse.Namespace) -> dict[str, Any]:
    from app.control.client import ensure_gateway

    with ensure_gateway(args.home) as control:
        found = control.call("test_server", name=args.name)
    tools = known(args.home, args.name)["tools"]
    words = f"{args.name} answers ({found['duration_ms']} ms) and has {tools} tools."
    return {"name": args.name, "ok": True, "duration_ms": found["duration_ms"], "tools": tools, "words": words}


def _tools(args: argparse.Namespace) -> int:
    from app.core.settings import load
    from app.gateway.pins import Pins

    pin = Pins(args.home).get(args.name)
    setting = load(args.home).servers.get(args.name)
    rules = setting.tools if setting else {}
    tools: list[dict[str, Any]] = json.loads(pin.tools_legacy)["tools"] if pin is not None else []
    facts = [
        {
            "name": tool["name"],
            "title": tool.get("title", ""),
            "description": tool.get("description", ""),
            "read_only": bool(tool.get("annotations", {}).get("readOnlyHint")),
            "rule": rules.get(tool["name"]),
        }
        for tool in tools
    ]
    if args.json:
        _print(facts)
        return 0
    for fact in facts:
        kind = "reads" if fact["read_only"] else "changes"
        unnamed = "by folder" if pin is not None and pin.builtin else "allow" if fact["read_only"] else "ask"
        print(f"{fact['name']:24} {kind:8} {fact['rule'] or unnamed:10} {fact['title']}")
    if not facts:
        print(f"{args.name} has no accepted tools.")
    return 0


def _print(fact: Any) -> None:
    print(json.dumps(fact, ensure_ascii=False))
