"""`doorkeep folders`: per-folder permissions by hand."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from app.core import folders, settings

if TYPE_CHECKING:
    import argparse

ACCESS = ("off", "read", "ask", "write")


def register(commands: argparse._SubParsersAction[Any]) -> None:
    """Options of `doorkeep folders …`."""
    parser = commands.add_parser("folders", help="which folders servers may read and change")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="show every granted folder")
    listing.add_argument("--json", action="store_true", help="one JSON array")
    for name, words in (("add", "grant a folder"), ("set", "change what was granted")):
        action = actions.add_parser(name, help=words)
        action.add_argument("path")
        action.add_argument("--access", choices=ACCESS, required=name == "add", help="what servers may do there")
        action.add_argument(
            "--servers", type=_names, help="comma-separated servers that see it; all: every built-in one"
        )
        action.add_argument("--reveal", type=_names, help="comma-separated globs of sensitive files that may be read")
        action.add_argument(
            "--git",
            type=_names,
            help="comma-separated: remote (fetch, pull, push), hooks, create (init, clone); '' for none",
        )
        action.add_argument("--json", action="store_true", help="the folder as JSON")
    removing = actions.add_parser("remove", help="take a grant back")
    removing.add_argument("path")


def run(args: argparse.Namespace) -> int:
    """Carries out one action; 0 when it is in force."""
    if args.action == "list":
        return _show(settings.load(args.home), as_json=args.json)
    path = os.path.abspath(os.path.expanduser(args.path))
    if args.action == "remove":
        folders.remove(args.home, path, confirm=_confirm(args.home))
        print(f"{folders.shown(settings.expand(path))} is no longer granted.")
        return 0
    access = args.access or _access_now(args.home, path)
    confirm = _confirm(args.home)
    folder = folders.grant(args.home, path, access, args.servers, args.reveal, confirm, git=args.git)
    if args.json:
        _print_json(_as_fact(folder))
    else:
        print(f"{folders.shown(folder.path)} is {folder.access}: {folders.explained(folder)}.")
    return 0


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _access_now(home: str, path: str) -> Any:
    real = settings.expand(path)
    for folder in settings.load(home).folders:
        if folder.path == real:
            return folder.access
    return "read"


def _show(found: settings.Settings, as_json: bool) -> int:
    if as_json:
        _print_json([_as_fact(folder) for folder in found.folders])
        return 0
    if not found.folders:
        print(
            "No folder is granted, so nothing can be read or changed. Grant one: doorkeep folders add PATH --access read"
        )
        return 0
    width = max(len(folders.shown(folder.path)) for folder in found.folders)
    for folder in found.folders:
        seen_by = ", ".join(folder.servers) if folder.servers is not None else "all built-in servers"
        git = f"; git: {', '.join(folder.git)}" if folder.git else ""
        print(f"{folders.shown(folder.path):{width}}  {folder.access:5}  {seen_by}{git}")
    return 0


def _as_fact(folder: settings.FolderSetting) -> dict[str, Any]:
    servers = None if folder.servers is None else list(folder.servers)
    return {
        "path": folder.path,
        "access": folder.access,
        "servers": servers,
        "reveal": list(folder.reveal),
        "git": list(folder.git),
        "exists": os.path.isdir(folder.path),
    }


def _confirm(home: str) -> Any:
    """Waits until a running gateway lives by the new settings; none running is fine."""
    from app.control.client import settled

    return lambda: settled(home)


def _print_json(fact: Any) -> None:
    import json

    print(json.dumps(fact, ensure_ascii=False))
