"""What is in the packages, as a machine reads it: CycloneDX 1.5 from the lock file and what is installed. Asks no network.

The same commit on the same system gives the same file: no clock and no chance is in it.
"""

from __future__ import annotations

import datetime
import importlib.metadata
import json
import os
import re
import sys
import tomllib
import uuid
from typing import Any

from building import ROOT, read_epoch, read_version
from licences import packages

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "doorkeep/sbom")


def write(path: str) -> None:
    """Write the list of everything Python that the packages of this system hold."""
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        json.dump(document(needed(), locked(), read_version(), read_epoch()), file, indent=2, ensure_ascii=False)
        file.write("\n")


def needed() -> list[str]:
    """The packages that Doorkeep needs on this system at first and second hand, as the project file says today."""
    from packaging.requirements import Requirement

    with open(os.path.join(ROOT, "pyproject.toml"), "rb") as file:
        asked = [Requirement(line) for line in tomllib.load(file)["project"]["dependencies"]]
    here = [one for one in asked if one.marker is None or one.marker.evaluate()]
    names = {re.sub(r"[-_.]+", "-", one.name).lower() for one in here}
    return sorted(names.union(*map(packages, names)))


def locked() -> dict[str, dict[str, Any]]:
    """uv.lock by package name: the only place that knows the hashes."""
    with open(os.path.join(ROOT, "uv.lock"), "rb") as file:
        found: list[dict[str, Any]] = tomllib.load(file)["package"]
    taken: dict[str, dict[str, Any]] = {}
    for one in found:
        if one["name"] not in taken or one.get("version") == _installed(one["name"]):
            taken[one["name"]] = one  # one name may be locked twice, for two systems
    return taken


def document(names: list[str], lock: dict[str, dict[str, Any]], version: str, epoch: int) -> dict[str, Any]:
    """The whole list. `names`: packages, as they are normalised; `epoch`: seconds since 1970 of the commit."""
    parts = [_python(), *(_component(name, lock.get(name, {})) for name in names)]
    own = _ref("doorkeep", version)
    needs = {
        name: [need["name"] for need in lock.get(name, {}).get("dependencies", [])] for name in ("doorkeep", *names)
    }
    known = set(names)
    refs = {name: part["bom-ref"] for name, part in zip(names, parts[1:], strict=True)} | {"doorkeep": own}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(NAMESPACE, json.dumps([own, sys.platform, parts]))}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.datetime.fromtimestamp(epoch, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": "doorkeep",
                "version": version,
                "licenses": [{"license": {"id": "MIT"}}],
            },
            "properties": [{"name": "doorkeep:system", "value": sys.platform}],
        },
        "components": parts,
        "dependencies": [
            {"ref": refs[name], "dependsOn": sorted({refs[need] for need in needs[name] if need in known})}
            for name in sorted(refs)
        ],
    }


def _component(name: str, entry: dict[str, Any]) -> dict[str, Any]:
    version = _installed(name) or entry.get("version", "")
    made: dict[str, Any] = {
        "type": "library",
        "bom-ref": _ref(name, version),
        "name": name,
        "version": version,
        "purl": _ref(name, version),
    }
    terms = _terms(name)
    if terms:
        made["licenses"] = [terms]
    files = [entry["sdist"]] if "sdist" in entry else []
    hashes = sorted(
        {one["hash"] for one in (*files, *entry.get("wheels", [])) if one.get("hash", "").startswith("sha256:")}
    )
    if hashes:
        made["properties"] = [{"name": "doorkeep:locked", "value": each} for each in hashes]
    return made


def _python() -> dict[str, Any]:
    version = ".".join(map(str, sys.version_info[:3]))
    return {
        "type": "platform",
        "bom-ref": f"pkg:generic/python@{version}",
        "name": "python",
        "version": version,
        "purl": f"pkg:generic/python@{version}",
        "licenses": [{"license": {"id": "PSF-2.0"}}],
    }


def _terms(name: str) -> dict[str, Any] | None:
    """As the package itself names its licence: an SPDX expression where it has one, else the first line of its words."""
    try:
        said = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        return None
    expression = said.get_all(
        "License-Expression"
    )  # not by subscript: a library's own form of it raises where it is missing
    if expression:
        return {"expression": expression[0]}
    words = (said.get_all("License") or [""])[0].strip().splitlines()
    return {"license": {"name": words[0][:100]}} if words else None


def _installed(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _ref(name: str, version: str) -> str:
    return f"pkg:pypi/{re.sub(r'[-_.]+', '-', name).lower()}@{version}"
