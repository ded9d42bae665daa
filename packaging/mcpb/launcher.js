// Starts the installed Doorkeep's bridge and gets out of the way: the bridge has this process's own streams. It decides nothing.
// Where Doorkeep is not installed it says so, as a server with one tool, since a server that ends at once says nothing to anybody.
"use strict";

const { spawn } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const readline = require("node:readline");

const VERSIONS = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"];
const TOOL = "doorkeep_is_missing";
const WORDS =
  "Doorkeep is not installed on this computer, so nothing was done. Ask the user to install Doorkeep, to start it once, " +
  "and then to restart this app. This extension only leads to Doorkeep; it cannot work by itself.";
const METHOD_NOT_FOUND = -32601;

// Where a client finds the bridge of whatever version is in force, on each system.
function places(platform, env, home) {
  if (platform === "darwin") {
    const inside = "Doorkeep.app/Contents/MacOS/doorkeep-bridge";
    return [`/Applications/${inside}`, path.posix.join(home, "Applications", inside)];
  }
  if (platform === "win32") {
    const local = env.LOCALAPPDATA || path.win32.join(home, "AppData", "Local");
    return [path.win32.join(local, "Programs", "Doorkeep", "current", "doorkeep-bridge.exe")];
  }
  const inside = "lib/doorkeep/current/doorkeep-bridge";
  return [path.posix.join(home, ".local", inside), `/usr/${inside}`, `/usr/local/${inside}`];
}

function found(candidates) {
  return candidates.find((each) => {
    try {
      fs.accessSync(each, fs.constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function run(bridge, server) {
  const child = spawn(bridge, [server], { stdio: "inherit", windowsHide: true });
  for (const name of ["SIGTERM", "SIGINT", "SIGHUP"]) {
    process.on(name, () => child.kill(name));
  }
  child.on("error", () => explain(server));
  child.on("exit", (code) => process.exit(code === null ? 1 : code));
}

function answer(message, server) {
  switch (message.method) {
    case "initialize": {
      const asked = message.params && message.params.protocolVersion;
      return {
        result: {
          protocolVersion: VERSIONS.includes(asked) ? asked : VERSIONS[0],
          capabilities: { tools: {} },
          serverInfo: { name: `doorkeep-${server}`, title: "Doorkeep is not installed", version: "0" },
          instructions: WORDS,
        },
      };
    }
    case "ping":
      return { result: {} };
    case "tools/list": {
      const annotations = { readOnlyHint: true, openWorldHint: false };
      return { result: { tools: [{ name: TOOL, description: WORDS, inputSchema: { type: "object" }, annotations }] } };
    }
    case "tools/call":
      return { result: { content: [{ type: "text", text: WORDS }], isError: true } };
    case "prompts/list":
      return { result: { prompts: [] } };
    case "resources/list":
      return { result: { resources: [] } };
    default:
      return { error: { code: METHOD_NOT_FOUND, message: WORDS } };
  }
}

function explain(server) {
  process.stderr.write(`${WORDS}\n`);
  readline.createInterface({ input: process.stdin }).on("line", (line) => {
    let message;
    try {
      message = JSON.parse(line);
    } catch {
      return;
    }
    if (message && typeof message.method === "string" && message.id !== undefined) {
      process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", id: message.id, ...answer(message, server) })}\n`);
    }
  });
}

if (require.main === module) {
  const server = process.argv[2];
  const bridge = found(places(process.platform, process.env, os.homedir()));
  if (bridge) {
    run(bridge, server);
  } else {
    explain(server);
  }
}

module.exports = { places };
