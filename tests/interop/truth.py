"""Recomputes what results, landscapes and ensembles say, by PyTorch, scikit-learn and scipy out of the exported rows and weights.

truth.py TUNE NODE FOLDER : runs studies with the program TUNE and writes into FOLDER. Every check says what it compares; none
knows how the engine comes to its numbers.
"""

import csv
import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch
from scipy import stats
from sklearn import metrics, preprocessing
from torch import nn

from made import FORMAT, LOG, Maker

HERE = Path(__file__).parent
TUNE, NODE, FOLDER = sys.argv[1], sys.argv[2], Path(sys.argv[3])
make = Maker(TUNE, FOLDER)
N_CHECKS = 0

CLASSES = {
    "format": FORMAT, "dataset": {"name": "moons", "noise": 0.3, "samples": 150},
    "fixed": {"hidden": [6, 4], "activation": "relu", "epochs": 5, "batch_size": 16, "dropout": 0.1},
    "space": {"learning_rate": LOG}, "trials": 4, "seeds_per_trial": 3, "evaluate_every": 2,
    "record": ["weight_norm", "dead_units"],
}
NUMBERS = {
    "format": FORMAT, "dataset": {"name": "diabetes"}, "fixed": {"hidden": [5], "activation": "tanh", "epochs": 6},
    "space": {"learning_rate": LOG}, "trials": 3, "record": ["gradient_norm", "curvature"],
}
SCHEDULED = {
    "cosine": {}, "one_cycle": {}, "step": {"decay_epochs": 2, "decay_rate": 0.5}, "exponential": {"decay_epochs": 1, "decay_rate": 0.8},
}


def near(what, found, expected, tolerance=1e-5):
    """Holds numbers against each other, relative to their size where that is above 1."""
    global N_CHECKS
    found, expected = np.asarray(found, dtype=float), np.asarray(expected, dtype=float)
    assert found.shape == expected.shape, (what, found.shape, expected.shape)
    distance = float(np.max(np.abs(found - expected) / np.maximum(1, np.abs(expected)))) if found.size else 0.0
    assert distance <= tolerance, (what, distance, found, expected)
    N_CHECKS += 1
    print(f"{what}: {distance:.1e}")


class Run:
    """A study that was run, with its rows and networks."""

    def __init__(self, name, document):
        self.study = make.write(name, document)
        self.result, weights = FOLDER / f"{name}.result.json", FOLDER / name
        make.tune("run", self.study, "--backend", "cpu", "--test", "--weights", weights, "-o", self.result)
        script = FOLDER / f"{name}.study.py"
        make.tune("export", self.result, "--to", "pytorch", "-o", script)
        self.document = make.read(self.result)
        self.trials = self.document["trials"]
        self.script = make.module(script)
        self.data = self.script.load_data()
        self.loaders = {trial["number"]: make.module(weights / f"load_trial_{trial['number']}.py") for trial in self.trials}
        lines = [line.split(",") for line in self.script.ROWS.splitlines()]
        self.parts = np.array([line[0] for line in lines])
        self.raw = np.array([[float(cell) for cell in line[1:]] for line in lines])

    def nets(self, number):
        loader = self.loaders[number]
        return [loader.load(seed=seed).double() for seed in range(loader.N_SEEDS)]

    def rows(self, part):
        x, y = self.data[part]
        return x.double(), y

    def outputs(self, number, part):
        x, _ = self.rows(part)
        with torch.no_grad():
            return [net(x) for net in self.nets(number)]


def scores_of_classes():
    run = Run("truth-classes", CLASSES)
    losses, accuracies = [], []
    for trial in run.trials:
        y = run.rows("validation")[1].numpy()
        shares = [out.softmax(1).numpy() for out in run.outputs(trial["number"], "validation")]
        losses.append([metrics.log_loss(y, share, labels=[0, 1]) for share in shares])
        accuracies.append([metrics.accuracy_score(y, share.argmax(1)) for share in shares])
    last = [trial["epochs"][-1] for trial in run.trials]
    near("validation loss is scikit-learn's log loss", [one["validation_loss"] for one in last], np.mean(losses, 1))
    near("validation metric is its accuracy", [one["validation_metric"] for one in last], np.mean(accuracies, 1))
    near("± of the loss is numpy's deviation over seeds", [one["spread"]["validation_loss"] for one in last], np.std(losses, 1))
    near("± of the accuracy, too", [one["spread"]["validation_metric"] for one in last], np.std(accuracies, 1))
    unseen = [[epoch["epoch"] for epoch in trial["epochs"] if epoch["validation_loss"] is None] for trial in run.trials]
    assert all(epochs == [1, 3] for epochs in unseen), unseen
    best = run.document["best"]
    near("the best trial has the least mean", [best], [int(np.argmin(np.mean(losses, 1)))], 0)
    y = run.rows("test")[1].numpy()
    shares = [out.softmax(1).numpy() for out in run.outputs(best, "test")]
    near("test loss of the best", run.document["test"]["loss"], np.mean([metrics.log_loss(y, one, labels=[0, 1]) for one in shares]))
    near("test accuracy of the best", run.document["test"]["metric"], np.mean([metrics.accuracy_score(y, one.argmax(1)) for one in shares]))

    train = run.raw[run.parts == "train", :-1]
    scaler = preprocessing.StandardScaler().fit(train)
    loader = run.loaders[0]
    near("features are scaled by the training rows' mean", loader.MEAN.numpy(), scaler.mean_)
    near("and deviation", loader.SCALE.numpy(), scaler.scale_)
    for part, share in (("train", 0.7), ("validation", 0.15), ("test", 0.15)):
        labels = run.raw[run.parts == part, -1]
        all_labels = run.raw[:, -1]
        wanted = [share * np.sum(all_labels == one) for one in (0, 1)]
        found = [np.sum(labels == one) for one in (0, 1)]
        near(f"each class has its share of the {part} rows, but for one", found, wanted, 1 / min(wanted))
    steps = 5 * math.ceil(len(train) / 16) * 3
    near("steps are batches of all epochs and seeds", [trial["steps"] for trial in run.trials], [steps] * 4, 0)

    norms, dead = [], []
    x, _ = run.rows("validation")
    for trial in run.trials:
        nets = run.nets(trial["number"])
        linear = [[layer for layer in net if isinstance(layer, nn.Linear)] for net in nets]
        norms.append(np.mean([[math.hypot(layer.weight.detach().norm(), layer.bias.detach().norm()) for layer in own] for own in linear], 0))
        share = []
        for net in nets:
            with torch.no_grad():
                first = net[0](x).relu()
                second = net[2](first).relu()
            share.append([float((one == 0).all(0).double().mean()) for one in (first, second)])
        dead.append(np.mean(share, 0))
    told = [trial["epochs"][-1]["layers"] for trial in run.trials]
    near("weight norms are PyTorch's", [[layer["weight_norm"] for layer in layers] for layers in told], norms)
    near("dead units put out 0 for every row", [[layer["dead_units"] for layer in layers[:2]] for layers in told], dead)

    rows = list(csv.DictReader(open(made_csv(run), encoding="utf-8-sig")))
    near("the CSV has a row an epoch", [len(rows)], [sum(len(trial["epochs"]) for trial in run.trials)], 0)
    near("with its loss", [float(row["train_loss"]) for row in rows], [one["train_loss"] for trial in run.trials for one in trial["epochs"]], 0)
    ensembles(run)
    landscapes(run)


def made_csv(run):
    path = run.result.with_suffix(".csv")
    make.tune("export", run.result, "--to", "csv", "-o", path)
    return path


def ensembles(run):
    path = FOLDER / "truth-ensemble.json"
    make.tune("ensemble", run.study, "--top", "3", "-o", path)
    found = make.read(path)
    y = run.rows("validation")[1].numpy()
    shares = []
    for member in found["members"]:
        shares.append(run.outputs(member["trial"], "validation")[member["seed"]].softmax(1).numpy())
    near("each member's loss", [one["loss"] for one in found["members"]], [metrics.log_loss(y, one, labels=[0, 1]) for one in shares])
    near("an ensemble's loss is that of the mean probabilities", found["ensemble"]["loss"], metrics.log_loss(y, np.mean(shares, 0), labels=[0, 1]))
    near("and its accuracy", found["ensemble"]["metric"], metrics.accuracy_score(y, np.mean(shares, 0).argmax(1)))
    each = sum(p.numel() for p in run.nets(0)[0].parameters() if p.dim() == 2)
    near("a prediction's multiplications are the weights", found["multiplications"]["single"], each, 0)


def flat(net):
    return torch.cat([torch.cat([layer.weight.flatten(), layer.bias]) for layer in net if isinstance(layer, nn.Linear)])


def loss_at(net, numbers, x, y, loss=nn.functional.cross_entropy):
    at, own = 0, {}
    for name, parameter in net.named_parameters():
        own[name] = numbers[at : at + parameter.numel()].view_as(parameter)
        at += parameter.numel()
    return loss(torch.func.functional_call(net, own, (x,)), y)


def landscapes(run):
    path = FOLDER / "truth-landscape.json"
    make.tune("landscape", run.study, "--trial", "1", "--size", "9", "--vectors", "-o", path)
    found = make.read(path)
    net = run.nets(1)[0]
    x, y = run.rows("validation")
    origin = torch.tensor(found["plane"]["origin"], dtype=torch.float64)
    near("a surface's origin are the trial's weights", origin, flat(net).detach(), 1e-6)
    a, b = (torch.tensor(one, dtype=torch.float64) for one in found["plane"]["directions"])
    places = np.linspace(-1, 1, 9)
    with torch.no_grad():
        expected = [[float(loss_at(net, origin + u * a + v * b, x, y)) for u in places] for v in places]
    near("its values are the loss there", np.reshape(found["values"], (9, 9)), expected)
    at = 0
    for layer in (layer for layer in net if isinstance(layer, nn.Linear)):
        out, into = layer.weight.shape
        for direction in (a, b):
            rows = direction[at : at + out * into].view(out, into)
            near("directions have each unit's length", rows.norm(dim=1), layer.weight.detach().norm(dim=1))
            assert not direction[at + out * into : at + out * into + out].any(), "and move no bias"
        at += out * into + out
    make.tune("landscape", run.study, "--trials", "0,2", "--plane", "line", "--size", "9", "-o", path)
    found = make.read(path)
    ends = [flat(run.nets(number)[0]).detach() for number in (0, 2)]
    with torch.no_grad():
        expected = [float(loss_at(net, ends[0] + u * (ends[1] - ends[0]), x, y)) for u in np.linspace(-0.5, 1.5, 9)]
    near("a line's values are the loss between two trials", np.ravel(found["values"]), expected)


def scores_of_numbers():
    run = Run("truth-numbers", NUMBERS)
    losses, r2, gradients, sharpest = [], [], [], []
    mean, scale = run.loaders[0].TARGET_MEAN, run.loaders[0].TARGET_SCALE
    x, y = run.rows("validation")
    target = run.raw[run.parts == "validation", -1]
    train = run.rows("train")
    for trial in run.trials:
        [out] = run.outputs(trial["number"], "validation")
        predicted = out.squeeze(1).numpy() * scale + mean
        losses.append(metrics.mean_squared_error(target, predicted))
        r2.append(metrics.r2_score(target, predicted))
        [net] = run.nets(trial["number"])
        numbers = flat(net).detach().requires_grad_()
        mse = nn.functional.mse_loss
        loss = lambda numbers: loss_at(net, numbers, train[0], train[1].double(), mse)
        gradient = torch.autograd.grad(loss(numbers), numbers)[0]
        sizes = [sum(p.numel() for p in layer.parameters()) for layer in net if isinstance(layer, nn.Linear)]
        gradients.append([float(part.norm()) for part in gradient.split(sizes)])
        hessian = torch.autograd.functional.hessian(loss, numbers.detach())
        sharpest.append(float(torch.linalg.eigvalsh(hessian).max()))
    last = [trial["epochs"][-1] for trial in run.trials]
    near("validation loss is scikit-learn's squared error, in the target's own units", [one["validation_loss"] for one in last], losses)
    near("R² is its r2_score", [one["validation_metric"] for one in last], r2)
    near("gradient norms are autograd's", [[layer["gradient_norm"] for layer in one["layers"]] for one in last], gradients, 1e-4)
    near("curvature is the Hessian's largest eigenvalue", [one["curvature"]["largest"] for one in last], sharpest, 1e-2)


def schedules():
    base = {"format": FORMAT, "dataset": {"name": "moons", "samples": 100}, "trials": 1}
    for name, more in SCHEDULED.items():
        fixed = {"optimizer": "adam", "learning_rate": 0.1, "epochs": 6, "batch_size": 16, "hidden": [2], "schedule": name, **more}
        result = FOLDER / f"truth-{name}.result.json"
        make.tune("run", make.write(f"truth-{name}", {**base, "fixed": fixed}), "--backend", "cpu", "-o", result)
        [trial] = make.read(result)["trials"]
        per_epoch = trial["steps"] // 6
        optimizer = torch.optim.Adam([torch.zeros(1, requires_grad=True)], lr=0.1)
        lr = torch.optim.lr_scheduler
        scheduler = {
            "cosine": lambda: lr.CosineAnnealingLR(optimizer, 6 * per_epoch),
            "one_cycle": lambda: lr.OneCycleLR(optimizer, 0.1, total_steps=6 * per_epoch),
            "step": lambda: lr.StepLR(optimizer, 2 * per_epoch, 0.5),
            "exponential": lambda: lr.ExponentialLR(optimizer, 0.8 ** (1 / per_epoch)),
        }[name]()
        rates = []
        for step in range(6 * per_epoch):
            if step % per_epoch == per_epoch - 1:
                rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            if step < 6 * per_epoch - 1:
                scheduler.step()
        near(f"learning rates of {name} are PyTorch's", [one["learning_rate"] for one in trial["epochs"]], rates, 1e-9)


def draws():
    """What samplers draw, by ask and tell."""
    n = 2000

    def ask(space, sampler):
        process = subprocess.Popen([TUNE, "ask-tell"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        process.stdin.write(json.dumps({"space": space, "sampler": sampler, "seed": 11, "trials": n}) + "\n")
        drawn = []
        process.stdin.flush()
        for line in process.stdout:
            asked = json.loads(line)
            drawn.append(asked["params"])
            process.stdin.write(json.dumps({"number": asked["number"], "value": 0.5}) + "\n")
            process.stdin.flush()
            if len(drawn) == n:
                break
        process.stdin.close()
        process.wait()
        return drawn

    space = {"lr": {"type": "float", "low": 1e-4, "high": 1, "log": True}, "n": {"type": "int", "low": 3, "high": 12}}
    drawn = ask(space, {"name": "random"})
    p = stats.kstest([math.log10(one["lr"]) for one in drawn], stats.uniform(-4, 4).cdf).pvalue
    assert p > 1e-3, p
    counts = np.bincount([one["n"] for one in drawn], minlength=13)[3:]
    q = stats.chisquare(counts).pvalue
    assert q > 1e-3, (q, counts)
    sobol = ask(space, {"name": "sobol"})
    unit = lambda all: np.array([[(math.log10(one["lr"]) + 4) / 4, (one["n"] - 3) / 10] for one in all])
    first, second = (stats.qmc.discrepancy(unit(all)[:256, :1]) for all in (sobol, drawn))
    assert first < second / 4, (first, second)
    print(f"random draws are even on their scales (p {p:.2f}, {q:.2f}); Sobol's discrepancy is {second / first:.0f} times smaller")
    document = {"format": FORMAT, "dataset": {"name": "moons", "samples": 40}, "fixed": {"epochs": 1, "hidden": [2]},
                "space": {"learning_rate": {"type": "float", "low": 1e-4, "high": 1, "log": True}},
                "sampler": {"name": "grid", "points": 9}, "trials": 9}
    result = FOLDER / "truth-grid.result.json"
    make.tune("run", make.write("truth-grid", document), "--backend", "cpu", "-o", result)
    found = sorted(trial["params"]["learning_rate"] for trial in make.read(result)["trials"])
    near("a grid on a log scale is numpy's geomspace", found, np.geomspace(1e-4, 1, 9), 1e-12)


def differences():
    """What the page says of a difference, by its own code."""
    random = np.random.default_rng(5)
    a, b = random.normal(0.30, 0.03, 7).tolist(), random.normal(0.33, 0.05, 9).tolist()
    pairs = random.normal(0.02, 0.03, 6).tolist()
    code = f"""
      import {{ intervalOf, measuredOf, paired, welch }} from {json.dumps((HERE.parent.parent / 'www/src/study/difference.js').as_uri())};
      const [a, b, pairs] = {json.dumps([a, b, pairs])};
      console.log(JSON.stringify([intervalOf(measuredOf(a)), welch(measuredOf(a), measuredOf(b)), paired(pairs)]));
    """
    done = subprocess.run([NODE, "--input-type=module", "-e", code], capture_output=True, text=True, check=True)
    own, between, of_pairs = json.loads(done.stdout)
    interval = stats.t.interval(0.95, 6, np.mean(a), stats.sem(a))
    near("a mean's interval is Student's", [own["low"], own["high"]], interval, 1e-9)
    welch = stats.ttest_ind(a, b, equal_var=False).confidence_interval(0.95)
    near("the interval of a difference is Welch's", sorted([between["low"], between["high"]]), sorted(welch), 1e-9)
    pair = stats.ttest_1samp(pairs, 0).confidence_interval(0.95)
    near("of pairs it is the paired one", [of_pairs["low"], of_pairs["high"]], pair, 1e-9)


def main():
    for name in sys.argv[4:] or ["scores_of_classes", "scores_of_numbers", "schedules", "draws", "differences"]:
        globals()[name]()
    print(f"{N_CHECKS} comparisons hold")


if __name__ == "__main__":
    main()
