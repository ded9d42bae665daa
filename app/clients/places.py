"""Where programs keep what decides which code they run: clients' configurations, login and autostart entries, shell start files.

Data only. Paths go stale every few months; a place that is missing here is a place that a broad grant reaches.
"""

from __future__ import annotations

from typing import Literal

PlatformName = Literal["linux", "darwin", "win32"]
Closed = Literal["off", "read"]
"""What is left of any grant at a protected place: nothing, or reading."""

ALL: tuple[PlatformName, ...] = ("linux", "darwin", "win32")
POSIX: tuple[PlatformName, ...] = ("linux", "darwin")
LINUX: tuple[PlatformName, ...] = ("linux",)
MACOS: tuple[PlatformName, ...] = ("darwin",)
WINDOWS: tuple[PlatformName, ...] = ("win32",)

Row = tuple[tuple[PlatformName, ...], str]
"""The systems it exists on, and a template. `{home}`, `{config}` (XDG_CONFIG_HOME and ~/.config, both), `{support}`
(~/Library/Application Support), `{appdata}`, `{localappdata}`, `{programdata}` are filled in; a last segment may end in `*`."""

CLIENTS: tuple[Row, ...] = (
    # Claude Desktop, the third-party-inference variant and its packaged Windows form
    (LINUX, "{config}/Claude"),
    (LINUX, "{config}/Claude-3p"),
    (MACOS, "{support}/Claude"),
    (MACOS, "{support}/Claude-3p"),
    (WINDOWS, "{appdata}/Claude"),
    (WINDOWS, "{localappdata}/Claude"),
    (WINDOWS, "{localappdata}/Claude-3p"),
    (WINDOWS, "{localappdata}/Packages/Claude_*"),
    # Claude Code: live state with servers, and settings with hooks
    (ALL, "{home}/.claude.json"),
    (ALL, "{home}/.claude"),
    # Visual Studio Code and its relatives: mcp.json, tasks, profiles; Roo Code and old Cline lie in globalStorage below
    (LINUX, "{config}/Code/User"),
    (LINUX, "{config}/Code - Insiders/User"),
    (LINUX, "{config}/VSCodium/User"),
    (LINUX, "{config}/Cursor/User"),
    (LINUX, "{config}/Trae/User"),
    (LINUX, "{config}/Qoder/User"),
    (MACOS, "{support}/Code/User"),
    (MACOS, "{support}/Code - Insiders/User"),
    (MACOS, "{support}/VSCodium/User"),
    (MACOS, "{support}/Cursor/User"),
    (MACOS, "{support}/Trae/User"),
    (MACOS, "{support}/Qoder/User"),
    (WINDOWS, "{appdata}/Code/User"),
    (WINDOWS, "{appdata}/Code - Insiders/User"),
    (WINDOWS, "{appdata}/VSCodium/User"),
    (WINDOWS, "{appdata}/Cursor/User"),
    (WINDOWS, "{appdata}/Trae/User"),
    (WINDOWS, "{appdata}/Qoder/User"),
    (ALL, "{home}/.vscode"),
    (ALL, "{home}/.vscode-server"),
    (ALL, "{home}/.cursor"),
    (ALL, "{home}/.qoder"),
    # Windsurf, today Devin
    (POSIX, "{config}/devin"),
    (WINDOWS, "{appdata}/devin"),
    (ALL, "{home}/.codeium"),
    # Zed
    (POSIX, "{config}/zed"),
    (LINUX, "{home}/.var/app/dev.zed.Zed/config/zed"),
    (WINDOWS, "{appdata}/Zed"),
    # each in a folder of its own on every system
    (ALL, "{home}/.cline"),
    (ALL, "{home}/.lmstudio/mcp.json"),
    (ALL, "{home}/.cache/lm-studio/mcp.json"),
    (ALL, "{home}/.gemini"),
    (ALL, "{home}/.codex"),
    (ALL, "{home}/.continue"),
    (ALL, "{home}/.warp"),
    (ALL, "{home}/.junie"),
    (ALL, "{home}/.kiro"),
    (ALL, "{home}/.aws/amazonq"),
    (ALL, "{home}/.copilot"),
    (ALL, "{home}/.kimi"),
    (ALL, "{home}/.factory"),
    (ALL, "{home}/.vibe"),
    (ALL, "{home}/.mcp.json"),
    (POSIX, "{config}/goose"),
    (WINDOWS, "{appdata}/Block/goose"),
    (POSIX, "{config}/github-copilot"),
    (WINDOWS, "{appdata}/github-copilot"),
    (WINDOWS, "{localappdata}/github-copilot"),
    (LINUX, "{config}/copilot"),
    (ALL, "{home}/.config/opencode"),
    (POSIX, "{config}/opencode"),
    (ALL, "{home}/.config/amp"),
    (POSIX, "{config}/amp"),
    (ALL, "{home}/.config/crush"),
    (POSIX, "{config}/crush"),
    (WINDOWS, "{localappdata}/crush"),
)

AUTOSTART: tuple[Row, ...] = (
    (LINUX, "{config}/autostart"),
    (LINUX, "{config}/autostart-scripts"),
    (LINUX, "{config}/plasma-workspace"),
    (LINUX, "{config}/systemd"),
    (LINUX, "{config}/environment.d"),
    (LINUX, "{home}/.local/share/systemd"),
    (LINUX, "{home}/.local/share/dbus-1"),
    (LINUX, "{home}/.pam_environment"),
    (LINUX, "{home}/.xinitrc"),
    (LINUX, "{home}/.xserverrc"),
    (LINUX, "{home}/.xsession"),
    (LINUX, "{home}/.xsessionrc"),
    (LINUX, "{home}/.xprofile"),
    (LINUX, "{home}/.gnomerc"),
    (MACOS, "{home}/Library/LaunchAgents"),
    (MACOS, "/Library/LaunchAgents"),
    (MACOS, "/Library/LaunchDaemons"),
    (MACOS, "/Library/StartupItems"),
    (MACOS, "{home}/Library/Preferences/com.apple.loginitems.plist"),
    (MACOS, "{home}/Library/Preferences/com.apple.loginwindow.plist"),
    (MACOS, "{support}/com.apple.backgroundtaskmanagementagent"),
    (WINDOWS, "{appdata}/Microsoft/Windows/Start Menu/Programs/Startup"),
    (WINDOWS, "{programdata}/Microsoft/Windows/Start Menu/Programs/StartUp"),
    (ALL, "{home}/.ssh/authorized_keys"),
    (ALL, "{home}/.ssh/authorized_keys2"),
    (ALL, "{home}/.ssh/config"),
    (ALL, "{home}/.ssh/environment"),
    (ALL, "{home}/.ssh/rc"),
)

POSIX_SHELL = (".profile", ".bashrc", ".bash_profile", ".bash_login", ".bash_logout", ".bash_aliases", ".inputrc")
ZSH = (".zshenv", ".zprofile", ".zshrc", ".zlogin", ".zlogout")
OTHER_SHELLS = (".kshrc", ".mkshrc", ".cshrc", ".tcshrc", ".login", ".logout")
WINDOW_MANAGERS = (
    "awesome",
    "bspwm",
    "herbstluftwm",
    "hypr",
    "i3",
    "labwc",
    "niri",
    "openbox",
    "qtile",
    "river",
    "sway",
)

SHELL_START: tuple[Row, ...] = (
    *(
        (ALL, "{home}/" + name) for name in (*POSIX_SHELL, *ZSH, *OTHER_SHELLS)
    ),  # Git Bash and Cygwin read them on Windows too
    (POSIX, "{config}/fish"),
    (POSIX, "{config}/nushell"),
    (MACOS, "{support}/nushell"),
    (WINDOWS, "{appdata}/nushell"),
    (POSIX, "{config}/powershell"),
    (WINDOWS, "{home}/Documents/PowerShell"),
    (WINDOWS, "{home}/Documents/WindowsPowerShell"),
    (WINDOWS, "{home}/OneDrive/Documents/PowerShell"),
    (WINDOWS, "{home}/OneDrive/Documents/WindowsPowerShell"),
    *((LINUX, "{config}/" + name) for name in WINDOW_MANAGERS),  # they run their configuration at login
    (LINUX, "{config}/sxhkd"),
)

MOVED_CLIENTS: dict[str, tuple[str, ...]] = {
    "CLAUDE_CONFIG_DIR": ("", "/.claude.json", "/settings.json"),
    "CLINE_DATA_DIR": ("",),
    "CLINE_DIR": ("",),
    "CLINE_MCP_SETTINGS_PATH": ("",),
    "CODEX_HOME": ("", "/config.toml"),
    "COPILOT_HOME": ("", "/mcp-config.json"),
    "FLATPAK_XDG_CONFIG_HOME": ("/zed",),
    "GOOSE_PATH_ROOT": ("", "/config"),
    "OPENCODE_CONFIG": ("",),
}
"""Variables that move a client's configuration, and what to protect below each value (`""`: the value itself)."""

MOVED_SHELL_START: dict[str, tuple[str, ...]] = {
    "BASH_ENV": ("",),
    "ENV": ("",),
    "ZDOTDIR": ("/.zshenv", "/.zprofile", "/.zshrc", "/.zlogin", "/.zlogout"),
}
