"""Holds what `tune export` writes against the programs that it is for.

exports.py TUNE FOLDER : runs studies with the program TUNE and writes into FOLDER. `cargo xtask interop` runs it with
torch, optuna, optuna-dashboard, ray[tune], safetensors and sweeps at hand, and `journals.py` once more with Optuna 4.9.
"""

import math
import statistics
import sys
from pathlib import Path

from made import FORMAT, LOG, Maker

HERE = Path(__file__).parent
TUNE, FOLDER = sys.argv[1], Path(sys.argv[2])

# A search that learns and prunes, with every kind of range.
SEARCHED = {
    "format": FORMAT, "name": "interop", "dataset": {"name": "moons", "noise": 0.2},
    "fixed": {"hidden": [8, 8], "epochs": 5},
    "space": {
        "learning_rate": {"type": "float", "low": 1e-5, "high": 10, "log": True},
        "optimizer": {"type": "categorical", "choices": ["sgd", "momentum", "adam", "rmsprop"]},
        "momentum": {"type": "float", "low": 0.5, "high": 0.99, "scale": "log1m"},
        "batch_size": {"type": "int", "low": 8, "high": 64, "log": True},
        "dropout": {"type": "float", "low": 0, "high": 0.5, "step": 0.1},
    },
    "sampler": {"name": "tpe", "startup": 8}, "pruner": {"name": "halving", "reduction": 2}, "trials": 24,
}

# One trial each, for which PyTorch must come to what another seed comes to.
TRAINED = {
    "adam": {"fixed": {"learning_rate": 0.02, "dropout": 0.2, "l2": 1e-3, "schedule": "cosine", "warmup_epochs": 1}},
    "nesterov": {"fixed": {"optimizer": "nesterov", "schedule": "one_cycle", "batch_norm": True, "init": "kaiming_normal"}},
    "momentum": {"fixed": {"optimizer": "momentum", "momentum_warmup_epochs": 3, "schedule": "plateau", "averaging": "ema",
                           "averaging_decay": 0.9, "batch_norm": True}},
    "nadam": {"fixed": {"optimizer": "nadam", "averaging": "swa", "patience": 4, "activation": "gelu"}},
    "rmsprop": {"fixed": {"optimizer": "rmsprop", "centered": True, "schedule": "step", "decay_epochs": 4,
                          "decay_rate": 0.5}, "dataset": {"name": "waves", "noise": 0.1}},
    "adagrad": {"fixed": {"optimizer": "adagrad", "init": "xavier_uniform", "lr_decay": 0.01, "schedule": "inverse_time"}},
    "adadelta": {"fixed": {"optimizer": "adadelta", "schedule": "exponential", "decay_epochs": 20}},
    "adamw": {"fixed": {"optimizer": "adamw", "amsgrad": True, "schedule": "drawn", "activation": "elu"}},
    "descent": {"fixed": {"optimizer": "sgd", "hypergradient": 1e-3, "learning_rate": 0.05}},
    "lbfgs": {"fixed": {"optimizer": "lbfgs", "line_search": "strong_wolfe", "epochs": 4, "activation": "tanh", "l2": 1e-3}},
    "newton": {"fixed": {"optimizer": "newton", "epochs": 4, "hidden": [4], "activation": "tanh", "l2": 1e-3}},
    "folded": {"dataset": {"name": "moons", "noise": 0.2, "folds": 3}, "fixed": {"learning_rate": 0.02}, "seeds_per_trial": 2},
    "digits": {"dataset": {"name": "digits"}, "fixed": {"learning_rate": 0.005, "epochs": 4, "hidden": [32]}},
}
SEEDS = 12

# Settings of trials in which nothing is drawn, whose every epoch PyTorch must come to.
EXACT = [
    {"optimizer": "gd", "momentum": 0.9, "momentum_warmup_epochs": 4, "momentum_start": 0.1},
    {"optimizer": "sgd", "momentum_warmup_epochs": 4, "momentum_start": 0.5, "l2": 0.01},
    {"optimizer": "momentum", "momentum_warmup_epochs": 2, "schedule": "cosine", "dampening": 0.3},
    {"optimizer": "momentum", "schedule": "one_cycle", "weight_decay": 0.01},
    {"optimizer": "momentum", "schedule": "one_cycle", "dampening": 0.5},
    {"optimizer": "sgd", "schedule": "one_cycle", "dampening": 0.3},
    {"optimizer": "nesterov", "momentum_warmup_epochs": 5, "momentum_start": 0.2, "warmup_epochs": 2},
    {"optimizer": "adam", "schedule": "one_cycle"},
    {"optimizer": "adam", "schedule": "plateau", "plateau_patience": 1, "learning_rate": 0.5},
    {"optimizer": "momentum", "schedule": "plateau", "plateau_patience": 3, "learning_rate": 2.0, "evaluate_every": 2},
    {"optimizer": "adamw", "schedule": "step", "decay_epochs": 3, "weight_decay": 0.1},
    {"optimizer": "nadam", "schedule": "exponential"},
    {"optimizer": "rmsprop", "centered": True, "momentum": 0.5, "averaging": "ema", "averaging_decay": 0.8},
    {"optimizer": "adagrad", "lr_decay": 0.1, "averaging": "swa"},
    {"optimizer": "adadelta", "learning_rate": 1.0, "schedule": "inverse_time"},
    {"optimizer": "sgd", "hypergradient": 1e-3},
    {"optimizer": "momentum", "learning_rate": 2.0, "patience": 2},
]


make = Maker(TUNE, FOLDER)
tune, python, write, read, module = make.tune, make.python, make.write, make.read, make.module


def searched():
    """A run with its journal, and its exports."""
    study, result = write("searched", SEARCHED), FOLDER / "searched.result.json"
    (FOLDER / "searched.run.log").unlink(missing_ok=True)
    tune("run", study, "--backend", "cpu", "--journal", FOLDER / "searched.run.log", "-o", result)
    for kind, ending in (("optuna-journal", "log"), ("wandb-sweep", "yaml"), ("ray-tune", "ray.py"), ("pytorch", "study.py")):
        tune("export", result, "--to", kind, "-o", FOLDER / f"searched.{ending}")
    tune("import", FOLDER / "searched.log", "-o", FOLDER / "searched.back.json")
    assert read(FOLDER / "searched.back.json") == read(result)


def sweep():
    """W&B's schema takes the sweep."""
    import yaml
    from sweeps.config import SweepConfig, schema_violations_from_proposed_config

    config = yaml.safe_load((FOLDER / "searched.yaml").read_text(encoding="utf-8"))
    violations = schema_violations_from_proposed_config(config)
    assert not violations, violations
    drawn = SweepConfig(config)["parameters"]
    assert drawn["learning_rate"]["min"] == 1e-5 and isinstance(drawn["learning_rate"]["min"], float)
    # An agent's call of the study's script.
    said = python("searched.study.py", "--learning_rate=0.01", "--optimizer=momentum", "--one_minus_momentum=0.1",
                  "--batch_size=16", "--dropout=0.1")
    assert said.splitlines()[-1].startswith("complete: validation_loss"), said
    print("W&B's schema takes the sweep, and its script one setting an argument")


def study_script():
    """The study's script searches and writes what we read."""
    python("searched.study.py", "--trials=6", "-o", "searched.python.json")
    tune("export", FOLDER / "searched.python.json", "--to", "csv", "-o", FOLDER / "searched.python.csv")
    result = read(FOLDER / "searched.python.json")
    assert len(result["trials"]) == 6 and result["best"] is not None
    print("the study's PyTorch script searches, and its result is read")


def exact():
    """From zeros, on all rows at once, nothing is drawn: each epoch of a script is its trial's."""
    for at, change in enumerate(EXACT):
        fixed = {"hidden": [], "init": "zeros", "epochs": 10, "learning_rate": 0.05, **change}
        if change["optimizer"] in ("adam", "adamw", "nadam", "rmsprop", "adagrad", "adadelta"):
            # Gradients that are 0 but for rounding are not to be steps of full length.
            fixed["epsilon"] = 1e-3
        if change["optimizer"] != "gd":
            fixed["batch_size"] = 105
        study = {"format": FORMAT, "dataset": {"name": "iris"}, "fixed": fixed, "trials": 1}
        study["evaluate_every"] = fixed.pop("evaluate_every", 1)
        result, path = FOLDER / "exact.result.json", FOLDER / f"exact_{at}.py"
        tune("run", write("exact", study), "--backend", "cpu", "-o", result)
        tune("export", result, "--to", "pytorch", "--trial", 0, "-o", path)
        script, ours = module(path), read(result)["trials"][0]
        theirs, _ = script.train(script.PARAMS, script.load_data(), 0)
        assert len(theirs["epochs"]) == len(ours["epochs"]), fixed
        for mine, other in zip(ours["epochs"], theirs["epochs"]):
            for key in ("train_loss", "validation_loss", "learning_rate"):
                if mine[key] is None or other[key] is None:
                    assert mine[key] is other[key], (fixed, mine, other)
                    continue
                assert math.isclose(mine[key], other[key], rel_tol=1e-4, abs_tol=1e-6), (fixed, mine, other)
        assert math.isclose(ours["value"], theirs["value"], rel_tol=1e-4), fixed
    print(f"{len(EXACT)} trials in which nothing is drawn have the same epochs in PyTorch")


def trained():
    """Each script comes to its trial's validation loss, as another seed would."""
    for name, change in TRAINED.items():
        base = {"format": FORMAT, "dataset": {"name": "moons", "noise": 0.2}, "trials": 1, **change}
        base["fixed"] = {"epochs": 8, "hidden": [12], **change["fixed"]}
        ours = []
        for seed in range(SEEDS):
            result = FOLDER / f"{name}.result.json"
            tune("run", write(name, {**base, "seed": seed}), "--backend", "cpu", "-o", result)
            ours.append(read(result)["trials"][0]["value"])
        tune("export", FOLDER / f"{name}.result.json", "--to", "pytorch", "--trial", 0, "-o", FOLDER / f"{name}.py")
        # In this process: importing torch anew takes longer than training.
        script = module(FOLDER / f"{name}.py")
        data = script.load_folds() if hasattr(script, "load_folds") else script.load_data()
        theirs = [script.train(script.PARAMS, data, seed)[0]["value"] for seed in range(SEEDS)]
        (a, s), (b, t) = [(statistics.mean(of), statistics.stdev(of)) for of in (ours, theirs)]
        distance = abs(a - b) / math.sqrt((s * s + t * t) / SEEDS + 1e-18)
        print(f"{name}: {a:.4f} +- {s:.4f} here, {b:.4f} +- {t:.4f} in PyTorch ({distance:.1f} standard errors)")
        # Welch's t of two dozen runs: one in ten thousand is beyond 4.5.
        assert distance < 4.5, name


def cluster():
    """The script on a local Ray of two workers; with our own trainable and sampler, too."""
    for more in (["--trainable=pytorch", "--search=optuna"], ["--trainable=tune", "--search=tune", f"--tune={TUNE}"]):
        output = FOLDER / "searched.ray.json"
        python("searched.ray.py", "--trials=6", "--at-once=2", "-o", output, *more)
        result = read(output)
        states = [trial["state"] for trial in result["trials"]]
        assert len(states) == 6 and "complete" in states and "failed" not in states, states
        tune("export", output, "--to", "csv", "-o", FOLDER / "searched.ray.csv")
        write("ray", result["study"])
        print("Ray", *more, states)


# Networks of every kind, whose weights PyTorch must score as the engine has.
KEPT = {
    "normed": {"fixed": {"hidden": [6, 5], "batch_norm": True, "activation": "gelu", "epochs": 3}, "seeds_per_trial": 2},
    "numbers": {"dataset": {"name": "diabetes"}, "fixed": {"hidden": [8], "activation": "tanh", "epochs": 5}},
    "averaged": {"fixed": {"averaging": "ema", "averaging_decay": 0.9, "activation": "elu", "epochs": 3}},
    "patient": {"fixed": {"patience": 2, "learning_rate": 0.05, "epochs": 30, "activation": "leaky_relu"}},
    "linear": {"dataset": {"name": "iris"}, "fixed": {"hidden": [], "epochs": 3}},
    "csv": {"dataset": {"name": "csv", "text": "a,b,kind\n" + "".join(
        f"{k % 7},{k * k % 11},{'xyz'[k % 3]}\n" for k in range(60))}, "fixed": {"hidden": [4], "activation": "sigmoid"}},
}


def weights():
    """Weights load into networks whose validation loss is that of the result."""
    import torch

    for name, more in KEPT.items():
        study = write(f"kept-{name}", {"format": FORMAT, "dataset": {"name": "moons"}, "trials": 2, **more,
                                       "space": {"learning_rate": LOG} if name != "patient" else {}})
        result, folder = FOLDER / f"kept-{name}.result.json", FOLDER / f"kept-{name}"
        tune("run", study, "--backend", "cpu", "--weights", folder, "-o", result)
        tune("export", result, "--to", "pytorch", "-o", FOLDER / f"kept-{name}.study.py")
        rows = module(FOLDER / f"kept-{name}.study.py")
        data = rows.load_data()
        worst = 0.0
        trials = read(result)["trials"]
        for trial in trials:
            loader = module(folder / f"load_trial_{trial['number']}.py")
            losses = [rows.score(loader.load(seed=seed), data, "validation")[0] for seed in range(loader.N_SEEDS)]
            epoch = trial["epochs"][trial.get("kept_epoch", len(trial["epochs"])) - 1]
            expected = epoch["validation_loss"]
            worst = max(worst, abs(statistics.fmean(losses) - expected) / max(1.0, abs(expected)))
        assert trials and worst < 1e-5, (name, worst)
        print(f"{name}: the weights of {len(trials)} trials have the result's validation loss ({worst:.1e})")


def main():
    chosen = sys.argv[3:] or ["searched", "sweep", "study_script", "exact", "trained", "weights", "cluster"]
    for name in chosen:
        globals()[name]()


if __name__ == "__main__":
    main()
