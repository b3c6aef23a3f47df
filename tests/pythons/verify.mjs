// Runs a bundle's verify.py on a CPython that is compiled to WebAssembly: node verify.mjs PYODIDE-FOLDER BUNDLE-FOLDER
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [home, bundle] = process.argv.slice(2).map((name) => resolve(name));
const { loadPyodide } = await import(pathToFileURL(join(home, "pyodide.mjs")));
const python = await loadPyodide({
  indexURL: home,
  stdout: (line) => console.log(line),
  stderr: (line) => console.error(line),
});
python.FS.mkdir("/bundle");
for (const name of readdirSync(bundle, { withFileTypes: true })) {
  if (name.isFile()) python.FS.writeFile(`/bundle/${name.name}`, readFileSync(join(bundle, name.name)));
}
process.exitCode = python.runPython(`
import os, runpy, sys

print("CPython %d.%d on %s" % (*sys.version_info[:2], sys.platform))
os.chdir("/bundle")
sys.path.insert(0, "/bundle")
sys.argv = ["verify.py"]
status = 0
try:
    runpy.run_path("verify.py", run_name="__main__")
except SystemExit as end:
    status = end.code if isinstance(end.code, int) else int(end.code is not None)
sys.stdout.flush()
status
`);
