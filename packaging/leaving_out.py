"""What of the libraries is not packaged: modules that nothing here imports, and Qt's plugins, translations and libraries for them.

Only names stand here. Whoever imports something new and finds it missing in the packaged build takes its name off the list.
"""

from __future__ import annotations

from fnmatch import fnmatch

Entry = tuple[str, str, str]
"""(place in the build, file on this machine, kind), as PyInstaller lists what it collects."""

MODULES = (
    "tkinter turtle idlelib lib2to3 ensurepip venv distutils pydoc_data test unittest.mock curses dbm xmlrpc wsgiref "
    "setuptools pip wheel pkg_resources PyInstaller pytest _pytest hypothesis py pluggy importlinter grimp numpy IPython "
    "watchdog.tricks watchdog.watchmedo mcp.cli typer rich pygments dotenv trio uvloop watchfiles "
    "PySide6.QtQml PySide6.QtQuick PySide6.QtOpenGL PySide6.QtTest PySide6.QtSql PySide6.QtPrintSupport"
).split()
"""For every program."""
NO_DESKTOP = ("PySide6", "shiboken6")
"""For the console program: it knows no Qt."""
NO_SERVERS = "mcp mcp_types pydantic pydantic_core starlette uvicorn httpx2 cryptography anyio jsonschema".split()
"""For the desktop app: servers and the gateway run as the console program (on macOS as this one, so they stay there)."""
NOT_FOR_THE_BRIDGE = (
    "ssl email http urllib zipfile tarfile pickle argparse asyncio logging xml inspect pathlib multiprocessing"
).split()
"""For the bridge: what parts of the standard library could drag in."""
HOOKS = ("pyi_rth_inspect", "pyi_rth_pkgutil", "pyi_rth_multiprocessing")
"""What PyInstaller runs before a program, for the sake of what nothing here does: reading sources, listing packages, process pools.
They import a good part of the standard library, which every server, the gateway and each command would pay for."""

# Qt speaks through a socket of the user's own, draws with the processor and shows one kind of picture.
_PLUGIN_FOLDERS = (
    "egldeviceintegrations generic networkinformation tls printsupport qmltooling sqldrivers xcbglintegrations "
    "vectorimageformats wayland-graphics-integration-client wayland-graphics-integration-server"
).split()
_PLUGINS = {
    "imageformats": "gif icns jpeg pdf tga tiff wbmp webp",
    "platforms": "eglfs linuxfb minimal minimalegl vkkhrdisplay vnc direct2d",
    "platforminputcontexts": "tvirtualkeyboardplugin",
    "platformthemes": "gtk3",
}
_SHELLS = "fullscreen-shell-v1 ivi-shell qt-shell wl-shell-plugin".split()
_QT_LIBRARIES = (
    "Qml* Quick* OpenGL VirtualKeyboard* Pdf EglF* Test Sql PrintSupport WaylandEglClientHwIntegration".split()
)
FILES = (
    *(f"*/plugins/{folder}/*" for folder in _PLUGIN_FOLDERS),
    *(f"*/plugins/{folder}/*q{name}.*" for folder, names in _PLUGINS.items() for name in names.split()),
    *(f"*/plugins/wayland-shell-integration/lib{name}.so" for name in _SHELLS),
    *(f"*/lib*Qt6{name}.so*" for name in _QT_LIBRARIES),
    "*/libpyside6qml*",
    "*/Qt/translations/*",
    "*/Qt/qml/*",
    # Tests and sources of libraries, and what only their makers need.
    *("*/tests/*", "*.pyi", "*.c", "*.h", "*.pxd", "*/RECORD", "*/INSTALLER", "*/REQUESTED", "*/direct_url.json"),
)
"""Patterns of places in the build (fnmatch, `/` between folders)."""

SYSTEM = (
    "libGL.so* libEGL.so* libX11*.so* libxcb.so* libdbus-1.so* libfontconfig.so* libfreetype.so* libglib-2.0.so* "
    "libgtk* libgdk* libgio* libgobject* libgmodule* libgthread* libsystemd.so* libwayland*"
).split()
"""Linux: libraries that have to be the desktop's own, or that come with what needs them."""


def keep(entries: list[Entry]) -> list[Entry]:
    """The entries that are packaged, in a fixed order."""
    return sorted(entry for entry in entries if not is_left_out(entry[0].replace("\\", "/")))


def is_left_out(place: str) -> bool:
    """Whether a place in the build (`/` between folders) is on the lists."""
    below = "/" + place
    if any(fnmatch(below, pattern) for pattern in FILES):
        return True
    return "/" not in place and any(fnmatch(place, pattern) for pattern in SYSTEM)
