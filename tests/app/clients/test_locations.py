"""Locations on every platform, from fake environments and fake file trees."""

from __future__ import annotations

import ntpath
import posixpath
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from app.clients.locations import (
    CONFIG_NAME,
    Disk,
    Machine,
    claude_desktop,
    claude_desktop_3p,
    protected_paths,
    this_machine,
)
from app.clients.places import PlatformName

LINUX_HOME = "/home/ann"
MAC_HOME = "/Users/ann"
WIN_HOME = r"C:\Users\ann"
LOCAL = WIN_HOME + r"\AppData\Local"
ROAMING = WIN_HOME + r"\AppData\Roaming"
PACKAGE = LOCAL + r"\Packages\Claude_pzs8sxrjxfjjc"
PRIVATE = PACKAGE + r"\LocalCache\Roaming\Claude"


class Tree:
    """A file tree that is nothing but a list of its files, and links by path."""

    def __init__(self, platform: PlatformName, files: Iterable[str], links: Mapping[str, str] | None = None) -> None:
        self.path = ntpath if platform == "win32" else posixpath
        self.files = set(files)
        self.links = dict(links or {})
        self.folders: set[str] = set()
        for file in self.files:
            at = file
            while self.path.dirname(at) != at:
                at = self.path.dirname(at)
                self.folders.add(at)

    def exists(self, path: str) -> bool:
        return path in self.files or path in self.folders

    def is_folder(self, path: str) -> bool:
        return path in self.folders

    def names(self, folder: str) -> list[str]:
        return sorted(
            {self.path.basename(each) for each in self.files | self.folders if self.path.dirname(each) == folder}
        )

    def real(self, path: str) -> str:
        for link, leads_to in self.links.items():
            if path == link or path.startswith(link + self.path.sep):
                return leads_to + path[len(link) :]
        return path


def linux(files: Iterable[str] = (), links: Mapping[str, str] | None = None, **env: str) -> Machine:
    return Machine("linux", env, LINUX_HOME, Tree("linux", files, links))


def mac(files: Iterable[str] = ()) -> Machine:
    return Machine("darwin", {}, MAC_HOME, Tree("darwin", files))


def windows(files: Iterable[str] = (), **env: str) -> Machine:
    return Machine("win32", env, WIN_HOME, Tree("win32", files))


MAC_CLAUDE = MAC_HOME + "/Library/Application Support/Claude/" + CONFIG_NAME
SINGLE = [
    ("macOS", mac([MAC_CLAUDE]), MAC_CLAUDE, "macos", True),
    ("Linux", linux([f"{LINUX_HOME}/.config/Claude/x"]), f"{LINUX_HOME}/.config/Claude/{CONFIG_NAME}", "linux", False),
    ("Linux, not installed", linux(), f"{LINUX_HOME}/.config/Claude/{CONFIG_NAME}", "linux", False),
    ("Linux, XDG", linux(["/cfg/Claude/x"], XDG_CONFIG_HOME="/cfg"), f"/cfg/Claude/{CONFIG_NAME}", "linux", False),
    (
        "Linux, an app started without XDG",
        linux([f"{LINUX_HOME}/.config/Claude/x"], XDG_CONFIG_HOME="/cfg"),
        f"{LINUX_HOME}/.config/Claude/{CONFIG_NAME}",
        "linux",
        False,
    ),
    (
        "Linux, XDG and an old folder",
        linux(["/cfg/Claude/x", f"{LINUX_HOME}/.config/Claude/x"], XDG_CONFIG_HOME="/cfg"),
        f"/cfg/Claude/{CONFIG_NAME}",
        "linux",
        False,
    ),
    (
        "Linux, relative XDG is ignored",
        linux(XDG_CONFIG_HOME="cfg"),
        f"{LINUX_HOME}/.config/Claude/{CONFIG_NAME}",
        "linux",
        False,
    ),
    ("Windows, nothing there", windows(), rf"{ROAMING}\Claude\{CONFIG_NAME}", "windows", False),
    (
        "Windows, moved AppData",
        windows([rf"D:\Roam\Claude\{CONFIG_NAME}"], APPDATA=r"D:\Roam"),
        rf"D:\Roam\Claude\{CONFIG_NAME}",
        "windows",
        True,
    ),
    ("MSIX", windows([rf"{PRIVATE}\{CONFIG_NAME}"]), rf"{PRIVATE}\{CONFIG_NAME}", "msix", True),
    ("MSIX, never started", windows([rf"{PACKAGE}\x"]), rf"{PRIVATE}\{CONFIG_NAME}", "msix", False),
    (
        "MSIX shadows the classic file",
        windows([rf"{PRIVATE}\{CONFIG_NAME}", rf"{ROAMING}\Claude\{CONFIG_NAME}"]),
        rf"{PRIVATE}\{CONFIG_NAME}",
        "msix",
        True,
    ),
    (
        "MSIX reads the classic file until it saves",
        windows([rf"{PACKAGE}\x", rf"{ROAMING}\Claude\{CONFIG_NAME}"]),
        rf"{ROAMING}\Claude\{CONFIG_NAME}",
        "msix",
        True,
    ),
    (
        "a package of another name",
        windows([LOCAL + r"\Packages\ClaudeLike_123\x", LOCAL + r"\Packages\Other_1\x"]),
        rf"{ROAMING}\Claude\{CONFIG_NAME}",
        "windows",
        False,
    ),
]


@pytest.mark.parametrize(
    ("machine", "path", "variant", "exists"), [row[1:] for row in SINGLE], ids=[r[0] for r in SINGLE]
)
def test_claude_desktop_reads_one_file(machine: Machine, path: str, variant: str, exists: bool) -> None:
    (found,) = claude_desktop(machine)
    assert (found.path, found.variant, found.exists) == (path, variant, exists)
    assert machine.path.dirname(path) == found.folder


def test_a_folder_tells_that_the_app_is_there() -> None:
    assert not claude_desktop(linux())[0].live
    assert claude_desktop(linux([f"{LINUX_HOME}/.config/Claude/Cookies"]))[0].live
    assert claude_desktop(windows([rf"{PACKAGE}\x"]))[0].live


def test_two_packages_are_both_shown() -> None:
    other = LOCAL + r"\Packages\claude_other\LocalCache\Roaming\Claude"
    found = claude_desktop(windows([rf"{PRIVATE}\{CONFIG_NAME}", rf"{other}\{CONFIG_NAME}"]))
    assert {each.folder for each in found} == {PRIVATE, other}
    assert all(each.live for each in found)


def test_an_old_installation_beside_the_package_is_shown_too() -> None:
    files = [rf"{PRIVATE}\{CONFIG_NAME}", rf"{ROAMING}\Claude\{CONFIG_NAME}", LOCAL + r"\AnthropicClaude\claude.exe"]
    assert [each.variant for each in claude_desktop(windows(files))] == ["msix", "windows"]


@pytest.mark.parametrize(
    ("machine", "folder"),
    [
        (mac(), MAC_HOME + "/Library/Application Support/Claude-3p"),
        (windows(), LOCAL + r"\Claude-3p"),
        (linux(), LINUX_HOME + "/.config/Claude-3p"),
        (linux(XDG_CONFIG_HOME="/cfg"), "/cfg/Claude-3p"),
    ],
)
def test_the_third_party_variant_has_a_folder_of_its_own(machine: Machine, folder: str) -> None:
    (found,) = claude_desktop_3p(machine)
    assert (found.folder, found.variant) == (folder, "3p")


PROTECTED = [
    ("linux", linux(), "off", f"{LINUX_HOME}/.config/Claude"),
    ("linux", linux(), "off", f"{LINUX_HOME}/.config/autostart"),
    ("linux", linux(), "off", f"{LINUX_HOME}/.config/systemd"),
    ("linux", linux(), "off", f"{LINUX_HOME}/.claude.json"),
    ("linux", linux(), "read", f"{LINUX_HOME}/.bashrc"),
    ("linux", linux(XDG_CONFIG_HOME="/cfg"), "off", "/cfg/Claude"),
    ("a stripped gateway", linux(XDG_CONFIG_HOME="/cfg"), "off", f"{LINUX_HOME}/.config/Claude"),
    ("moved", linux(CODEX_HOME="/srv/codex"), "off", "/srv/codex"),
    ("moved", linux(ZDOTDIR="/srv/zsh"), "read", "/srv/zsh/.zshrc"),
    ("macOS", mac(), "off", MAC_HOME + "/Library/Application Support/Claude"),
    ("macOS", mac(), "off", MAC_HOME + "/Library/LaunchAgents"),
    ("macOS", mac(), "off", "/Library/LaunchDaemons"),
    ("macOS", mac(), "read", MAC_HOME + "/.zshrc"),
    ("Windows", windows(), "off", ROAMING + r"\Claude"),
    ("Windows", windows([rf"{PACKAGE}\x"]), "off", PACKAGE),
    ("Windows", windows(), "off", ROAMING + r"\Microsoft\Windows\Start Menu\Programs\Startup"),
    ("Windows", windows(PROGRAMDATA=r"E:\PD"), "off", r"E:\PD\Microsoft\Windows\Start Menu\Programs\StartUp"),
    ("Windows", windows(), "read", WIN_HOME + r"\Documents\PowerShell"),
]


@pytest.mark.parametrize(
    ("machine", "access", "path"), [r[1:] for r in PROTECTED], ids=[f"{r[0]} {r[3]}" for r in PROTECTED]
)
def test_no_grant_reaches(machine: Machine, access: str, path: str) -> None:
    assert (path, access) in protected_paths(machine)


def test_where_a_link_leads_is_protected_too() -> None:
    rows = protected_paths(
        linux(links={f"{LINUX_HOME}/.config": "/data/dotfiles", f"{LINUX_HOME}/.bashrc": "/data/rc"})
    )
    assert ("/data/dotfiles/Claude", "off") in rows
    assert (f"{LINUX_HOME}/.config/Claude", "off") in rows
    assert ("/data/rc", "read") in rows


@pytest.mark.parametrize("value", [LINUX_HOME, "/home", "/", "relative", ""])
def test_a_variable_never_closes_the_whole_home(value: str) -> None:
    rows = dict(protected_paths(linux(CODEX_HOME=value, ZDOTDIR=value, CLAUDE_CONFIG_DIR=value)))
    assert not {LINUX_HOME, "/home", "/", ""} & rows.keys()
    assert (f"{LINUX_HOME}/config.toml" in rows) == (value == LINUX_HOME)


@pytest.mark.parametrize("machine", [linux(), mac(), windows([rf"{PACKAGE}\x"])], ids=["linux", "macos", "windows"])
def test_protected_paths_are_absolute_and_said_once(machine: Machine) -> None:
    rows = protected_paths(machine)
    assert all(machine.path.isabs(path) and machine.path.normpath(path) == path for path, _ in rows)
    assert len({path for path, _ in rows}) == len(rows)
    assert not any("*" in path or "{" in path for path, _ in rows)


def test_the_real_disk_is_read_without_raising(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("nowhere")
    disk = Disk()
    assert disk.exists(str(tmp_path / "link"))
    assert not disk.is_folder(str(tmp_path / "link"))
    assert disk.names(str(tmp_path)) == ["link"]
    assert disk.names(str(tmp_path / "missing")) == []
    assert disk.real(str(tmp_path / "link")) == str(tmp_path.resolve() / "nowhere")


def test_this_machine_has_the_accounts_home(guard: Path) -> None:
    assert this_machine().home == str(guard)
