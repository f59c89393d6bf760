#!/usr/bin/env python3
"""Checks that every target imports what Package.swift declares for it, and declares nothing it does not import.

The package manager lets a target import whatever its dependencies bring along, so a dependency that points the wrong way
would build.
"""

import json
import pathlib
import re
import subprocess
import sys

IMPORT = re.compile(r"^(?:@\w+ )*(?:(?:public|package|internal|private) )?import (?:(?:struct|class|enum|func) )?(\w+)", re.M)

# Built before its tests because they start it as a program, not to be imported.
NOT_IMPORTED = {("CommandTests", "ditta")}

package = json.loads(subprocess.run(["swift", "package", "dump-package"], check=True, capture_output=True).stdout)
ours = {target["name"] for target in package["targets"]}
wrong = []
for target in package["targets"]:
    name = target["name"]
    folder = pathlib.Path(target.get("path") or pathlib.Path("Tests" if target["type"] == "test" else "Sources") / name)
    files = list(folder.rglob("*.swift"))
    if not files:
        continue
    imported = {module for file in files for module in IMPORT.findall(file.read_text())} & ours
    declared = {dependency["byName"][0] for dependency in target["dependencies"] if "byName" in dependency} & ours
    wrong += [f"{name} imports {module}, which Package.swift does not declare for it" for module in imported - declared]
    wrong += [
        f"{name} does not import {module}, which Package.swift declares for it"
        for module in declared - imported
        if (name, module) not in NOT_IMPORTED
    ]
if wrong:
    sys.exit("\n".join(sorted(wrong)))
