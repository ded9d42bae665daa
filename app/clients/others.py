"""Clients beside Claude Desktop, as rows of data: where each keeps its servers, in which dialect and shape.

Paths go stale every few months; a row is used only where the client's own folder is there. Facts of November 2026.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from app.clients.client import Client
from app.clients.locations import Location, Machine

RESTART = "Start a new session in it."
LIVE = "It notices by itself; it may ask you to trust or enable the new entry."
Folders = Callable[[Machine], list[str]]


def _places(client: str, folders: Folders, *names: str, needs: str = "") -> Callable[[Machine], list[Location]]:
    """The file `names[0]` in each of the folders, or the first other name that is there; `needs`: a sign that it is installed."""

    def find(machine: Machine) -> list[Location]:
        found: list[Location] = []
        for folder in folders(machine):
            paths = [machine.join(folder, name) for name in names]
            path = next((each for each in paths if machine.tree.exists(each)), paths[0])
            live = machine.tree.exists(machine.join(folder, needs)) if needs else machine.tree.is_folder(folder)
            found.append(Location(client, machine_variant(machine), path, folder, live, machine.tree.exists(path)))
        return [each for each in found if each.live][:1] or found[:1]

    return find


def machine_variant(machine: Machine) -> Literal["macos", "windows", "linux"]:
    """What the platform is called in a location."""
    return "windows" if machine.platform == "win32" else "macos" if machine.platform == "darwin" else "linux"


def _home(*names: str) -> Folders:
    return lambda machine: [machine.join(machine.home, *names)]


def _config(*names: str, windows: tuple[str, ...] = ()) -> Folders:
    """Below the XDG configuration folders; on Windows below %APPDATA%."""

    def find(machine: Machine) -> list[str]:
        if machine.platform == "win32":
            return [machine.join(machine.appdata(), *(windows or names))]
        return [machine.join(base, *names) for base in machine.config_folders()]

    return find


def _code(machine: Machine) -> list[str]:
    """Visual Studio Code's own profile, then that of its preview."""
    base = {"win32": machine.appdata(), "darwin": machine.support()}.get(machine.platform)
    bases = [base] if base else machine.config_folders()
    return [machine.join(each, name, "User") for name in ("Code", "Code - Insiders") for each in bases]


def _zed(machine: Machine) -> list[str]:
    """~/.config on macOS too; the Flatpak has a home of its own."""
    found = _config("zed", windows=("Zed",))(machine)
    return [*found, machine.join(machine.home, ".var", "app", "dev.zed.Zed", "config", "zed")]


def _opencode(machine: Machine) -> list[str]:
    """~/.config on every system."""
    return _home(".config", "opencode")(machine) if machine.platform == "win32" else _config("opencode")(machine)


def _variable(name: str, default: Folders) -> Folders:
    """A folder that a variable moves."""

    def find(machine: Machine) -> list[str]:
        moved = machine.variable(name)
        return [moved] if moved else default(machine)

    return find


ROWS = (
    Client(
        "claude-code", "Claude Code", "mcpServers", "json",
        _places("claude-code", _variable("CLAUDE_CONFIG_DIR", _home()), ".claude.json", needs=".claude.json"),
        shape="typed", introduces="claude-code", reload=RESTART, locks=True,
        adds="claude mcp add --scope user {name} --", copies="~/.claude/backups",
    ),
    Client(
        "vscode", "Visual Studio Code", "servers", "jsonc", _places("vscode", _code, "mcp.json"),
        shape="typed", introduces="Visual Studio Code", reload=LIVE,
    ),
    Client(
        "cursor", "Cursor", "mcpServers", "json", _places("cursor", _home(".cursor"), "mcp.json"),
        introduces="cursor-vscode", reload="New entries may be off at first: turn it on in Cursor's settings for MCP.",
    ),
    Client(
        "devin", "Devin Desktop (formerly Windsurf)", "mcpServers", "json",
        _places("devin", _config("devin"), "mcp_config.json"), reload="Refresh the servers in its settings, or restart it.",
    ),
    Client(
        "windsurf", "Windsurf (before Devin)", "mcpServers", "json",
        _places("windsurf", _home(".codeium", "windsurf"), "mcp_config.json"),
        introduces="windsurf-client", reload="Refresh the servers in its settings, or restart it.",
    ),
    Client(
        "zed", "Zed", "context_servers", "jsonc", _places("zed", _zed, "settings.json"),
        shape="zed", introduces="Zed", reload=LIVE,
    ),
    Client(
        "codex", "Codex", "mcp_servers", "toml", _places("codex", _variable("CODEX_HOME", _home(".codex")), "config.toml"),
        introduces="codex-mcp-client", reload=RESTART, adds="codex mcp add {name} --",
    ),
    Client(
        "gemini-cli", "Gemini CLI", "mcpServers", "jsonc", _places("gemini-cli", _home(".gemini"), "settings.json"),
        introduces="gemini-cli-mcp-client", reload="Say /mcp reload in its session, or restart it.",
    ),
    Client(
        "lm-studio", "LM Studio", "mcpServers", "json",
        _places("lm-studio", lambda m: [*_home(".lmstudio")(m), *_home(".cache", "lm-studio")(m)], "mcp.json"),
        introduces="lmstudio-mcp-bridge", reload="Restart it if the servers do not appear.",
    ),
    Client(
        "cline", "Cline", "mcpServers", "json",
        _places("cline", _home(".cline", "data", "settings"), "cline_mcp_settings.json"),
        introduces="Cline", reload=LIVE, locks=True,
    ),
    Client(
        "opencode", "opencode", "mcp", "jsonc",
        _places("opencode", _opencode, "opencode.json", "opencode.jsonc"),
        shape="opencode", introduces="opencode", reload="Restart it.",
    ),
)  # fmt: skip
"""`introduces` is second-hand: where it is wrong, a card only lacks the moment of the last call."""
