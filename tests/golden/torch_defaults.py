"""Writes www/src/study/torch.json: PyTorch's own defaults of what the panel has a row for, under our names.

    python tests/golden/torch_defaults.py [FILE]

Optimizers are asked for their `defaults`; of schedules, `DataLoader` and line searches the signatures are read. A row
that depends on the optimizer or the schedule has a value for each choice that PyTorch gives a default.
"""

import inspect
import json
import sys
from pathlib import Path

import torch
from torch.optim import lr_scheduler
from torch.utils.data import DataLoader

sys.dont_write_bytecode = True
from make_fixtures import OPTIMIZERS  # noqa: E402

RENAMED = {"lr": "learning_rate", "eps": "epsilon"}
ROWS = ("learning_rate", "momentum", "dampening", "beta1", "beta2", "alpha", "rho", "epsilon", "amsgrad", "centered",
        "momentum_decay", "lr_decay", "history_size", "weight_decay")
# Our name of a schedule, PyTorch's class, and our names of its arguments.
SCHEDULES = {
    "step": (lr_scheduler.StepLR, {"gamma": "decay_rate"}),
    "exponential": (lr_scheduler.ExponentialLR, {"gamma": "decay_rate"}),
    "cosine": (lr_scheduler.CosineAnnealingLR, {"eta_min": "min_factor"}),
    "plateau": (lr_scheduler.ReduceLROnPlateau, {"factor": "decay_rate", "patience": "plateau_patience",
                                                 "min_lr": "min_factor"}),
}


def optimizer_defaults():
    table = {}
    # Full-batch gradient descent is SGD, too.
    for name, kind in {"gd": torch.optim.SGD, **OPTIMIZERS}.items():
        given = kind([torch.nn.Parameter(torch.zeros(1))]).defaults
        settings = {RENAMED.get(key, key): value for key, value in given.items()}
        if "betas" in settings:
            settings["beta1"], settings["beta2"] = settings.pop("betas")
        for row in ROWS:
            if row in settings:
                table.setdefault(row, {"by": "optimizer"})[name] = settings[row]
    return table


def schedule_defaults():
    table = {}
    for name, (kind, arguments) in SCHEDULES.items():
        signature = inspect.signature(kind).parameters
        for argument, row in arguments.items():
            default = signature[argument].default
            if default is not inspect.Parameter.empty:
                table.setdefault(row, {"by": "schedule"})[name] = default
    return table


if __name__ == "__main__":
    rows = {**optimizer_defaults(), **schedule_defaults()}
    rows["batch_size"] = inspect.signature(DataLoader.__init__).parameters["batch_size"].default
    root = Path(__file__).resolve().parents[2]
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else root / "www" / "src" / "study" / "torch.json"
    generator = f"tests/golden/torch_defaults.py, torch {torch.__version__.split('+')[0]}"
    path.write_text(json.dumps({"generator": generator, **rows}, indent=2) + "\n")
