"""What the scripts here share: running `tune`, and reading and writing what lies in one folder."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

FORMAT = "tuning-playground/study@1"
LOG = {"type": "float", "low": 1e-3, "high": 0.1, "log": True}


class Maker:
    """Makes documents with the program `tune` in a folder."""

    def __init__(self, tune, folder):
        self.program, self.folder = tune, Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)

    def tune(self, *arguments):
        done = subprocess.run([self.program, *map(str, arguments)], capture_output=True, text=True)
        assert done.returncode == 0, (arguments, done.stderr)

    def python(self, *arguments):
        done = subprocess.run([sys.executable, *map(str, arguments)], capture_output=True, text=True, cwd=self.folder)
        assert done.returncode == 0, (arguments, done.stdout[-2000:], done.stderr[-4000:])
        return done.stdout

    def write(self, name, document):
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        return path

    def read(self, path):
        return json.loads(Path(path).read_text(encoding="utf-8"))

    def module(self, path):
        """A script as a module, whose own `main` does not run."""
        spec = importlib.util.spec_from_file_location(Path(path).stem, path)
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        return script
