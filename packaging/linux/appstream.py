"""What software centres show (AppStream 1.0, "Desktop applications")."""

from __future__ import annotations

import time

from app.desktop.menu_linux import NAME, SUMMARY

IDENTITY = "org.doorkeep.Doorkeep"


def metainfo(version: str, epoch: int) -> str:
    """The text of `org.doorkeep.Doorkeep.metainfo.xml`."""
    date = time.strftime("%Y-%m-%d", time.gmtime(epoch))
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<component type="desktop-application">
  <id>{IDENTITY}</id>
  <metadata_license>CC0-1.0</metadata_license>
  <project_license>MIT</project_license>
  <name>Doorkeep</name>
  <summary>{SUMMARY}</summary>
  <developer id="org.doorkeep"><name>Doorkeep</name></developer>
  <description>
    <p>
      Claude Desktop and other AI apps reach your files, repositories, notes and every other MCP server through one door:
      you say what lies behind it, see every call as it happens, answer when asked, and can take changes back.
    </p>
    <ul>
      <li>Each folder is off, read, ask or write; a change is in force at the next call</li>
      <li>Every call is in a log that can be verified</li>
      <li>Every change to a file can be undone</li>
      <li>Tokens stay in the system's keychain</li>
    </ul>
  </description>
  <launchable type="desktop-id">{NAME}.desktop</launchable>
  <icon type="stock">{NAME}</icon>
  <categories>
    <category>System</category>
    <category>Security</category>
  </categories>
  <provides>
    <binary>doorkeep</binary>
    <binary>doorkeep-tray</binary>
    <binary>doorkeep-bridge</binary>
  </provides>
  <content_rating type="oars-1.1" />
  <releases>
    <release version="{version}" date="{date}" />
  </releases>
</component>
"""
