"""What Windows shows of each program in its properties and in the Task Manager, as PyInstaller's EXE(version=…) reads it."""

from __future__ import annotations

from windows.installer import four

TITLES = {
    "doorkeep": "Doorkeep (commands and gateway)",
    "doorkeep-tray": "Doorkeep",
    "doorkeep-bridge": "Doorkeep (what AI apps start)",
}
"""The Task Manager shows these words."""


def text(program: str, version: str) -> str:
    """The resource of one program, as Python source (PyInstaller.utils.win32.versioninfo)."""
    numbers = tuple(map(int, four(version).split(".")))
    said = {
        "CompanyName": "The Doorkeep authors",
        "FileDescription": TITLES[program],
        "FileVersion": version,
        "InternalName": program,
        "LegalCopyright": "MIT licence",
        "OriginalFilename": f"{program}.exe",
        "ProductName": "Doorkeep",
        "ProductVersion": version,
    }
    lines = ", ".join(f"StringStruct({name!r}, {value!r})" for name, value in said.items())
    return (
        f"VSVersionInfo(ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}, mask=0x3f, flags=0x0, OS=0x40004, "
        "fileType=0x1, subtype=0x0, date=(0, 0)), kids=["
        f"StringFileInfo([StringTable('040904B0', [{lines}])]), VarFileInfo([VarStruct('Translation', [0x0409, 1200])])])\n"
    )
