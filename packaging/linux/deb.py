"""The Debian package, put together with dpkg-deb alone (deb(5), Debian Policy 4.6). Same input, same bytes."""

from __future__ import annotations

import os
import shutil

import licences
from building import ROOT, Build, BuildError, run, size_of
from linux import appstream, depends, drawing, man, scripts

LIB = scripts.LIB.lstrip("/")
UNIT = f"""[Unit]
Description=Doorkeep's gateway: guards which files and servers AI apps may use

[Service]
ExecStart={scripts.LIB}/current/doorkeep --inside app.gateway
"""
"""systemd.service(5). Nothing enables it: the bridge has it started when a client asks for it."""
PROGRAMS = ("doorkeep", "doorkeep-tray", "doorkeep-bridge")


def make(build: Build) -> str:
    """Makes `doorkeep_VERSION_ARCHITECTURE.deb`. Returns its path. Raises BuildError."""
    tree = os.path.join(build.scratch, "deb")
    shutil.rmtree(tree, ignore_errors=True)
    fill(build, tree)
    check(tree)
    path = os.path.join(build.into, f"doorkeep_{build.version}_{architecture()}.deb")
    build.say("packing the .deb")
    packed = ["-Zgzip", "-z1"] if build.quick else ["-Zxz", "-z1"]  # xz 6: a tenth fewer bytes for four times the time
    env = {**os.environ, "SOURCE_DATE_EPOCH": str(build.epoch)}
    run(["dpkg-deb", "--root-owner-group", *packed, "--threads-max=2", "--build", tree, path], env=env)
    return path


def fill(build: Build, tree: str) -> None:
    """The files as they will lie on the system, and those for dpkg."""
    from app.desktop.menu_linux import entry

    place = os.path.join(tree, LIB, "versions", build.version)
    os.makedirs(os.path.dirname(place))
    shutil.copytree(build.folder, place, symlinks=True)
    write = Writer(tree, build.epoch)
    for name in PROGRAMS:
        write.link(f"usr/bin/{name}", f"../lib/doorkeep/current/{name}")
    started = entry(["/usr/bin/doorkeep-tray"])
    write.text("usr/share/applications/doorkeep.desktop", started)
    # Off until the person turns it on: their own entry of this name then takes its place (Autostart Specification).
    asleep = f"{entry(['/usr/bin/doorkeep-tray', '--background'])}Hidden=true\n"
    write.text("etc/xdg/autostart/doorkeep.desktop", asleep)
    write.text("usr/lib/systemd/user/doorkeep.service", UNIT)
    write.text(f"usr/share/metainfo/{appstream.IDENTITY}.metainfo.xml", appstream.metainfo(build.version, build.epoch))
    write.copied("usr/share/icons/hicolor/scalable/apps/doorkeep.svg", os.path.join(ROOT, "resources/app.svg"))
    for size, picture in drawing.pictures().items():
        write.bytes(f"usr/share/icons/hicolor/{size}x{size}/apps/doorkeep.png", picture)
    for name, page in man.pages(build.version, build.epoch).items():
        write.packed(f"usr/share/man/man1/{name}.gz", page)
    write.text("usr/share/doc/doorkeep/copyright", licences.text(build.folder))
    with open(os.path.join(ROOT, "CHANGELOG.md"), encoding="utf-8") as file:
        write.packed("usr/share/doc/doorkeep/changelog.gz", file.read())
    write.text("DEBIAN/control", control(build, tree))
    write.text("DEBIAN/conffiles", "/etc/xdg/autostart/doorkeep.desktop\n")
    for name, words in (
        ("preinst", scripts.preinst()),
        ("postinst", scripts.postinst(build.version)),
        ("prerm", scripts.prerm()),
        ("postrm", scripts.postrm()),
    ):
        write.text(f"DEBIAN/{name}", words, 0o755)
    write.settle()


def control(build: Build, tree: str) -> str:
    """The control file (Policy 5.3)."""
    return (
        f"Package: doorkeep\nVersion: {build.version}\nArchitecture: {architecture()}\n"
        "Maintainer: Doorkeep <doorkeep@localhost>\nSection: utils\nPriority: optional\n"
        f"Installed-Size: {-(-size_of(tree) // 1024)}\nDepends: {depends.depends(build.folder)}\n"
        "Recommends: git, libsecret-1-0, gnome-keyring | kwalletmanager | keepassxc\n"
        "Description: guards which files and servers AI apps may use\n"
        " Claude Desktop and other AI apps reach files, repositories, notes and every other\n"
        " MCP server through one door: you say what lies behind it, see every call as it\n"
        " happens, answer when asked, and can take changes back.\n"
    )


def architecture() -> str:
    """As dpkg names this machine's."""
    return run(["dpkg", "--print-architecture"]).strip()


def check(tree: str) -> None:
    """What the desktop's own validators say. Raises BuildError."""
    run(["desktop-file-validate", os.path.join(tree, "usr/share/applications/doorkeep.desktop")])
    run(
        [
            "appstreamcli",
            "validate",
            "--no-net",
            os.path.join(tree, "usr/share/metainfo", f"{appstream.IDENTITY}.metainfo.xml"),
        ]
    )
    for name in ("preinst", "postinst", "prerm", "postrm"):
        run(["sh", "-n", os.path.join(tree, "DEBIAN", name)])


def prove(build: Build, path: str) -> None:
    """Unpack it elsewhere and have it test itself there. The proof in a clean system is a test of its own. Raises BuildError."""
    import onedir

    place = os.path.join(build.scratch, "unpacked deb")
    run(["dpkg-deb", "--extract", path, place])
    folder = os.path.join(place, LIB, "versions", build.version)
    if not os.path.isfile(os.path.join(folder, "doorkeep")):
        raise BuildError("The .deb does not hold the program.")
    passed = onedir.prove(build, folder)
    build.say(f"self-test of what the .deb unpacks: {passed} checks passed")
    shutil.rmtree(place)


class Writer:
    """Files below a folder, all of one time."""

    def __init__(self, tree: str, epoch: int) -> None:
        self.tree = tree
        self.epoch = epoch

    def bytes(self, name: str, content: bytes, mode: int = 0o644) -> None:
        """One file."""
        path = os.path.join(self.tree, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
        os.chmod(path, mode)

    def text(self, name: str, words: str, mode: int = 0o644) -> None:
        """One file of text."""
        self.bytes(name, words.encode(), mode)

    def packed(self, name: str, words: str) -> None:
        """One file of text, as Policy 12.1 and 12.7 want it: gzip -9n."""
        import gzip

        self.bytes(name, gzip.compress(words.encode(), 9, mtime=0))

    def copied(self, name: str, source: str) -> None:
        """One file of the checkout."""
        with open(source, "rb") as file:
            self.bytes(name, file.read())

    def link(self, name: str, target: str) -> None:
        """One symbolic link."""
        path = os.path.join(self.tree, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.symlink(target, path)

    def settle(self) -> None:
        """One time and plain modes for all of it."""
        for where, folders, names in os.walk(self.tree):
            os.chmod(where, 0o755)
            for name in (*folders, *names):
                os.utime(os.path.join(where, name), (self.epoch, self.epoch), follow_symlinks=False)
        os.utime(self.tree, (self.epoch, self.epoch))
