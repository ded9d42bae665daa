"""What dpkg runs while it installs, upgrades and removes (deb-preinst(5) and its kin). POSIX shell, since nothing else is sure to be
there. An upgrade must never leave `current` leading nowhere: clients start the bridge by it at any moment.

dpkg removes the old version's files before the new version's postinst runs. So preinst keeps them under another name, by hard links,
and leads `current` there; postinst leads it to the new version, and puts the old files back where a gateway that still runs from them
looks, or removes them where nothing runs.
"""

from __future__ import annotations

LIB = "/usr/lib/doorkeep"

_HEAD = f"""#!/bin/sh
set -e
lib={LIB}
"""
_LEAD = """lead() {
    ln -sfn "versions/$1" "$lib/.current.new"
    mv -Tf "$lib/.current.new" "$lib/current"
}
"""
_USED = """used() {
    for exe in /proc/[0-9]*/exe; do
        case "$(readlink "$exe" 2>/dev/null)" in "$lib/versions/$1/"*) return 0 ;; esac
    done
    return 1
}
"""


def preinst() -> str:
    """Before the new version is unpacked: keep the one in force, whatever becomes of its files."""
    return (
        _HEAD
        + _LEAD
        + """case "$1" in
install | upgrade)
    old=$(readlink "$lib/current" 2>/dev/null || true)
    old=${old#versions/}
    case "$old" in
    "" | *.kept) ;;
    *)
        if [ -d "$lib/versions/$old" ]; then
            rm -rf "$lib/versions/$old.kept"
            cp -al "$lib/versions/$old" "$lib/versions/$old.kept"
            lead "$old.kept"
        fi
        ;;
    esac
    ;;
esac
exit 0
"""
    )


def postinst(version: str) -> str:
    """When everything lies in its place: the new version is in force; older ones stay while something runs from them."""
    return (
        _HEAD
        + f"new={version}\n"
        + _LEAD
        + _USED
        + """case "$1" in
configure | abort-upgrade | abort-remove | abort-deconfigure)
    [ -x "$lib/versions/$new/doorkeep" ] || exit 0
    lead "$new"
    for kept in "$lib"/versions/*.kept; do
        [ -d "$kept" ] || continue
        old=${kept##*/}
        old=${old%.kept}
        if [ "$old" != "$new" ] && used "$old"; then
            rm -rf "$lib/versions/$old"
            mv "$kept" "$lib/versions/$old"
        fi
    done
    for other in "$lib"/versions/*; do
        name=${other##*/}
        [ "$name" = "$new" ] || used "$name" || rm -rf "$other"
    done
    ;;
esac
exit 0
"""
    )


def prerm() -> str:
    """Before removing (not upgrading): each user's AI apps are given back what stood in their configurations, since the bridge that
    is named there goes; and what runs from here is asked to end, so that no client talks to a program without files."""
    return (
        _HEAD
        + """leave_clients() {
    getent passwd | while IFS=: read -r user _ uid _ _ home _; do
        [ -d "$home/.local/share/doorkeep" ] || continue
        [ "$(stat -c %u "$home/.local/share/doorkeep")" = "$uid" ] || continue
        echo "Taking Doorkeep's entries out of the AI apps of $user"
        timeout 60 runuser -u "$user" -- env -i HOME="$home" USER="$user" PATH=/usr/bin:/bin \\
            "$lib/current/doorkeep" clients disconnect --all </dev/null ||
            echo "Some entries of $user stay in their places; they do nothing any more."
    done
}
case "$1" in
remove)
    leave_clients
    for exe in /proc/[0-9]*/exe; do
        case "$(readlink "$exe" 2>/dev/null)" in
        "$lib/versions/"*)
            pid=${exe#/proc/}
            kill -TERM "${pid%/exe}" 2>/dev/null || true
            ;;
        esac
    done
    ;;
esac
exit 0
"""
    )


def postrm() -> str:
    """After removing: what the scripts made is gone as well. Each user's own files stay."""
    return (
        _HEAD
        + """case "$1" in
remove | purge)
    rm -rf "$lib"
    ;;
abort-install | abort-upgrade)
    old=$(readlink "$lib/current" 2>/dev/null || true)
    case "$old" in
    *.kept)
        if [ -d "$lib/${old%.kept}" ]; then
            ln -sfn "${old%.kept}" "$lib/.current.new"
            mv -Tf "$lib/.current.new" "$lib/current"
            rm -rf "$lib/$old"
        fi
        ;;
    esac
    ;;
esac
exit 0
"""
    )
