"""{{title}}

{{about}}
{{usage}}
Needs: pip install "ray[tune]" torch numpy optuna; with --trainable tune and --search tune the program tune in place of
torch and optuna.
"""

import argparse
#? averaging=ema averaging=swa patience
import copy
#.
import json
import math
import subprocess
import tempfile
import time
import zlib
from pathlib import Path

import numpy as np
import ray
from ray import tune
from ray.tune.search import Searcher

try:
    import torch
    from torch import nn
except ImportError:
    # What `tune` trains needs no PyTorch.
    torch = nn = None

# ---------------------------------------------------------------- the study

# What is the same in all trials, and defaults by optimizer.
FIXED = {{fixed}}
BY_OPTIMIZER = {{by_optimizer}}
# What is searched, and for which other settings it matters.
SPACE = {{space}}
USED_BY = {{used_by}}
METRIC, SEED, N_SEEDS, EVALUATE_EVERY = {{metric}}, {{seed}}, {{seeds}}, {{evaluate_every}}
# The whole document, as `tune` reads it.
STUDY = r"""{{study}}"""

{{shared}}

# ---------------------------------------------------------------- what a node trains


def with_pytorch(config, gpu):
    """A trial, trained with PyTorch."""
    seed = zlib.crc32(json.dumps(config, sort_keys=True).encode()) + SEED
    #? folds
    data = load_folds()
    #.
    #? !folds
    data = load_data()
    #.
    trial, _ = train(used(config), data, seed, tune.report, "cuda" if gpu else "cpu")
    if trial["state"] == "diverged":
        tune.report({"epoch": 0, "value": math.nan, "diverged_at": trial["diverged_at"]})


def with_tune(config, program, backend):
    """A trial, trained by `tune`: a study of one trial whose drawn settings are fixed."""
    study = json.loads(STUDY)
    study["fixed"].update(used(config))
    study.update(space={}, sampler={"name": "random"}, pruner={"name": "none"}, trials=1)
    study.pop("stages", None)
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, name) for name in ("study.json", "result.json")]
        paths[0].write_text(json.dumps(study), encoding="utf-8")
        command = [program, "run", paths[0], "--backend", backend, "-o", paths[1]]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr.strip())
        (trial,) = json.loads(paths[1].read_text(encoding="utf-8"))["trials"]
    for epoch in trial["epochs"]:
        last = epoch["epoch"] == len(trial["epochs"])
        tune.report({**epoch, "value": number(trial["value"] if last else epoch[METRIC])})
    if trial["state"] == "diverged":
        tune.report({"epoch": 0, "value": math.nan, "diverged_at": trial["diverged_at"]})


def number(value):
    """A number of a document, where what is not finite stands by its name."""
    return math.nan if value is None else float(value)


# ---------------------------------------------------------------- who picks


def depth(name):
    """How many others are drawn before it, one after the other, because it hangs on them."""
    return max((1 + depth(owner) for owner in USED_BY.get(name, {}) if owner in SPACE), default=0)


def draw(trial):
    """The space as Optuna is told of it, without what a trial has no use for."""
    params = {}
    for name, one in sorted(SPACE.items(), key=lambda entry: depth(entry[0])):
        if not is_used(name, settings(params)):
            continue
        if one["type"] == "categorical":
            params[name] = trial.suggest_categorical(name, one["choices"])
        elif one["type"] == "int":
            step = one.get("step") or 1
            params[name] = trial.suggest_int(name, one["low"], one["high"], step=step, log=one.get("log", False))
        elif one.get("scale") == "log1m":
            far = trial.suggest_float(f"one_minus_{name}", 1 - one["high"], 1 - one["low"], log=True)
            params[name] = 1 - far
        else:
            step, log = one.get("step"), one.get("log", False)
            params[name] = trial.suggest_float(name, one["low"], one["high"], step=step, log=log)


def from_optuna(config):
    """What Optuna has drawn, as the study names it."""
    near = {name: value for name, value in config.items() if not name.startswith("one_minus_")}
    far = {name[10:]: 1 - value for name, value in config.items() if name.startswith("one_minus_")}
    return {**near, **far}


class AskTell(Searcher):
    """The study's own sampler, as `tune ask-tell` has it: it asks for a round at once and waits for all of its values."""

    def __init__(self, program, trials, at_once):
        super().__init__(metric="value", mode={{mode}})
        self.program, self.trials, self.at_once = program, trials, at_once
        self.process, self.asked, self.waiting, self.numbers = None, 0, 0, {}

    def begin(self):
        """Starts the program with the first line, which says what is searched."""
        sampler = {**json.loads(STUDY)["sampler"], "round": self.at_once}
        first = {"space": SPACE, "sampler": sampler, "seed": SEED, "trials": self.trials}
        self.process = subprocess.Popen(
            [self.program, "ask-tell"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.write(first)

    def write(self, line):
        self.process.stdin.write(json.dumps(line) + "\n")
        self.process.stdin.flush()

    def suggest(self, trial_id):
        if self.process is None:
            self.begin()
        if self.asked >= self.trials:
            return Searcher.FINISHED
        # A round is asked for whole before any of it is told.
        if self.waiting and self.asked % self.at_once == 0:
            return None
        line = self.process.stdout.readline()
        if not line:
            return Searcher.FINISHED
        asked = json.loads(line)
        self.numbers[trial_id] = asked["number"]
        self.asked += 1
        self.waiting += 1
        return asked["params"]

    def on_trial_complete(self, trial_id, result=None, error=False):
        value = (result or {}).get("value")
        value = None if error or value is None or not math.isfinite(value) else value
        {{signed}}
        self.write({"number": self.numbers.pop(trial_id), "value": value})
        self.waiting -= 1

    def save(self, checkpoint_path):
        """Nothing: the sampler lives in its process."""

    restore = save


# ---------------------------------------------------------------- this program


def document(result):
    """A trial of Ray's as a result has it."""
    history = [row for _, row in result.metrics_dataframe.iterrows()] if result.metrics_dataframe is not None else []
    names = ("train_loss", "validation_loss", "train_metric", "validation_metric", "learning_rate", "seconds")
    epochs = []
    for row in history:
        if row["epoch"] == len(epochs) + 1:
            epochs.append({"epoch": len(epochs) + 1, **{name: cell(row, name) for name in names}})
    last = result.metrics or {}
    diverged_at = last.get("diverged_at")
    params = used(from_optuna(result.config))
    n_epochs = settings(params)["epochs"]
    if result.error is not None:
        state = "failed"
    elif diverged_at is not None:
        state = "diverged"
    else:
        state = "complete" if len(epochs) == n_epochs{{or_patient}} else "pruned"
    value = number(last.get("value")) if state in ("complete", "pruned") else None
    return {
        "state": state, "params": params, "value": value, "seed": SEED, "epochs": epochs, "steps": 0,
        "diverged_at": None if diverged_at is None else int(diverged_at),
    }


def cell(row, name):
    """A number of Ray's table; validations that there were none of are missing in it."""
    value = row.get(name)
    missing = value is None or (isinstance(value, float) and math.isnan(value) and name.startswith("validation"))
    return None if missing else float(value)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--trials", type=int, default={{trials}})
    parser.add_argument("--trainable", choices=["pytorch", "tune"], default="pytorch")
    parser.add_argument("--search", choices=["optuna", "tune"], default="optuna", help="who picks the settings")
    parser.add_argument("--cpus", type=float, default=1, help="processor cores for each trial")
    parser.add_argument("--gpus", type=float, default=0, help="share of a GPU for each trial, where the nodes have one")
    parser.add_argument("--at-once", type=int, default=8, help="trials side by side")
    parser.add_argument("--address", help="the cluster's; without it Ray begins one on this machine")
    parser.add_argument("--tune", default="tune", help="the program tune, on every node that has use for it")
    parser.add_argument("-o", "--output", default="result.json", help="a result that Tuning Playground opens")
    options = parser.parse_args()
    if options.trainable == "pytorch":
        if torch is None:
            parser.error("--trainable pytorch needs torch on every node")
        trainable = tune.with_parameters(lambda config, gpu: with_pytorch(from_optuna(config), gpu), gpu=options.gpus > 0)
    else:
        backend = "gpu" if options.gpus > 0 else "cpu"
        given = {"program": options.tune, "backend": backend}
        trainable = tune.with_parameters(
            lambda config, program, backend: with_tune(from_optuna(config), program, backend), **given
        )
    if options.search == "optuna":
        import optuna
        from ray.tune.search.optuna import OptunaSearch

        sampler = optuna.samplers.TPESampler(seed=SEED % 2**32)
        search = OptunaSearch(space=draw, metric="value", mode={{mode}}, sampler=sampler)
    else:
        #? no_ask_tell
        parser.error("the study's sampler has no ask and tell; use --search optuna")
        #.
        #? !no_ask_tell
        search = AskTell(options.tune, options.trials, min(options.at_once, options.trials))
        #.
    ray.init(address=options.address, include_dashboard=False)
    tuner = tune.Tuner(
        tune.with_resources(trainable, {"cpu": options.cpus, "gpu": options.gpus}),
        tune_config=tune.TuneConfig(
            search_alg=search, num_samples=options.trials, max_concurrent_trials=options.at_once,
            #? scheduler
            metric="value", mode={{mode}}, scheduler={{scheduler}},
            #.
        ),
        run_config=tune.RunConfig(storage_path=str(Path("ray_results").resolve()), verbose=1),
    )
    trials = [document(result) for result in tuner.fit()]
    save(trials, options.output, f"Ray {ray.__version__}, {options.trainable}", options.at_once)
    best = best_of(trials)
    print(f"{len(trials)} trials; best: {best and (best['value'], best['params'])}; wrote {options.output}")

#? !beside
# ---------------------------------------------------------------- the rows

# By part of the split: features and target of each row, in their own units.
ROWS = """\
{{rows}}"""

#.

if __name__ == "__main__":
    main()
