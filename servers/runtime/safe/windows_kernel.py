"""kernel32, as windows.py needs it. Imported on Windows only."""

from __future__ import annotations

import sys

if sys.platform != "win32":
    raise ImportError("kernel32 is Windows's")

import ctypes
import msvcrt
import os
from ctypes import wintypes

_INVALID = ctypes.c_void_p(-1).value
_FILE_ATTRIBUTE_TAG_INFO = 9
_REPLACEFILE_IGNORE_MERGE_ERRORS = 2
_FINAL_LENGTH = 32_768


class _TagInfo(ctypes.Structure):
    _fields_ = [("attributes", wintypes.DWORD), ("tag", wintypes.DWORD)]


class RealKernel:
    """The calls, with their types declared: a handle passed as a plain int would be cut to 32 bits."""

    def __init__(self) -> None:
        library = ctypes.WinDLL("kernel32", use_last_error=True)
        self._create = library.CreateFileW
        self._create.argtypes = (
            wintypes.LPCWSTR,
            wintypes.DWORD,
            wintypes.DWORD,
            wintypes.LPVOID,
            wintypes.DWORD,
            wintypes.DWORD,
            wintypes.HANDLE,
        )
        self._create.restype = wintypes.HANDLE
        self._reopen = library.ReOpenFile
        self._reopen.argtypes = (wintypes.HANDLE, wintypes.DWORD, wintypes.DWORD, wintypes.DWORD)
        self._reopen.restype = wintypes.HANDLE
        self._final = library.GetFinalPathNameByHandleW
        self._final.argtypes = (wintypes.HANDLE, wintypes.LPWSTR, wintypes.DWORD, wintypes.DWORD)
        self._final.restype = wintypes.DWORD
        self._information = library.GetFileInformationByHandleEx
        self._information.argtypes = (wintypes.HANDLE, ctypes.c_int, wintypes.LPVOID, wintypes.DWORD)
        self._information.restype = wintypes.BOOL
        self._replace = library.ReplaceFileW
        self._replace.argtypes = (
            wintypes.LPCWSTR,
            wintypes.LPCWSTR,
            wintypes.LPCWSTR,
            wintypes.DWORD,
            wintypes.LPVOID,
            wintypes.LPVOID,
        )
        self._replace.restype = wintypes.BOOL
        self._close = library.CloseHandle
        self._close.argtypes = (wintypes.HANDLE,)

    def create_file(self, path: str, access: int, share: int, disposition: int, flags: int) -> int:
        """CreateFileW."""
        return self._checked(self._create(path, access, share, None, disposition, flags, None), path)

    def reopen(self, handle: int, access: int, share: int) -> int:
        """ReOpenFile: the same object, whatever its name leads to by now."""
        return self._checked(self._reopen(handle, access, share, 0x0200_0000), "")

    def attributes(self, handle: int) -> tuple[int, int]:
        """GetFileInformationByHandleEx, FileAttributeTagInfo."""
        told = _TagInfo()
        if not self._information(handle, _FILE_ATTRIBUTE_TAG_INFO, ctypes.byref(told), ctypes.sizeof(told)):
            raise self._error("")
        return told.attributes, told.tag

    def final_path(self, handle: int) -> str:
        """GetFinalPathNameByHandleW: normalised, with a drive letter."""
        buffer = ctypes.create_unicode_buffer(_FINAL_LENGTH)
        length = self._final(handle, buffer, _FINAL_LENGTH, 0)
        if not 0 < length < _FINAL_LENGTH:
            raise self._error("")
        return buffer.value

    def link_target(self, path: str) -> str:
        """FSCTL_GET_REPARSE_POINT, by way of os.readlink, which follows nothing."""
        return os.readlink(path)

    def replace_file(self, replaced: str, replacement: str) -> None:
        """ReplaceFileW: the new content, with the old file's access list, attributes and streams."""
        if not self._replace(replaced, replacement, None, _REPLACEFILE_IGNORE_MERGE_ERRORS, None, None):
            raise self._error(replaced)

    def close(self, handle: int) -> None:
        """CloseHandle."""
        self._close(handle)

    def to_descriptor(self, handle: int) -> int:
        """A descriptor that owns the handle from now on; not inherited by children."""
        return msvcrt.open_osfhandle(handle, os.O_RDONLY | os.O_BINARY | os.O_NOINHERIT)

    def handle_of(self, fd: int) -> int:
        """The handle behind a descriptor."""
        return msvcrt.get_osfhandle(fd)

    def _checked(self, handle: int | None, path: str) -> int:
        if handle is None or handle == _INVALID:
            raise self._error(path)
        return handle

    def _error(self, path: str) -> OSError:
        return ctypes.WinError(ctypes.get_last_error()) if not path else OSError(0, "", path, ctypes.get_last_error())
