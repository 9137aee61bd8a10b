"""Writes the fixtures tests/golden/*.json (`tuning-playground/fixture@1`) from PyTorch.

    python tests/golden/make_fixtures.py [name ...]

Every run is torch's own modules, losses, optimizers (single-tensor paths) and schedulers in float64 on one thread.
Inputs and targets are multiples of 1/64 and initial parameters are float32 numbers, so that every precision starts from
the same point. Training can be chaotic, and a fixture that is would judge nobody; so each case takes the first seed for
which the run, started a few ulp away, stays within STEADY, and, run in float32, within STEADY_F32. The seed stands in
`generator`.
"""

import json
import sys
from itertools import count
from pathlib import Path

import torch
from torch import nn
from torch.optim import lr_scheduler

# Leaves no __pycache__ beside the fixtures.
sys.dont_write_bytecode = True
from cases import CASES  # noqa: E402

HERE = Path(__file__).resolve().parent
# A hundredth of the tolerance that `tune verify` uses for the f64 reference (1e-9).
STEADY = 1e-11
# Under a third of the tolerance of the f32 backends (1e-4).
STEADY_F32 = 3e-5
# Norms below this count as this, as in formats.md.
FLOOR = 1e-8

ACTIVATIONS = {
    "linear": nn.Identity,
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "elu": nn.ELU,
    "gelu": nn.GELU,
}
OPTIMIZERS = {
    "sgd": torch.optim.SGD,
    "momentum": torch.optim.SGD,
    "nesterov": torch.optim.SGD,
    "adagrad": torch.optim.Adagrad,
    "rmsprop": torch.optim.RMSprop,
    "adadelta": torch.optim.Adadelta,
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "nadam": torch.optim.NAdam,
    "lbfgs": torch.optim.LBFGS,
}
SCHEDULES = {
    "step": lr_scheduler.StepLR,
    "exponential": lr_scheduler.ExponentialLR,
    "cosine": lr_scheduler.CosineAnnealingLR,
    "one_cycle": lr_scheduler.OneCycleLR,
}


def make_model(spec):
    """Linear, batch norm, activation per hidden layer; parameters() then has the fixture's order."""
    layers, width = [], spec["inputs"]
    for units in spec["hidden"]:
        layers.append(nn.Linear(width, units))
        if spec["batch_norm"]:
            layers.append(nn.BatchNorm1d(units))
        layers.append(ACTIVATIONS[spec["activation"]]())
        width = units
    layers.append(nn.Linear(width, spec["outputs"]))
    return nn.Sequential(*layers)


def make_optimizer(settings, parameters):
    settings = dict(settings)
    name = settings.pop("name")
    renamed = {"learning_rate": "lr", "epsilon": "eps"}
    betas = (settings.pop("beta1", 0.9), settings.pop("beta2", 0.999))
    hypergradient = settings.pop("hypergradient", None)
    arguments = {renamed.get(key, key): value for key, value in settings.items()}
    if name in ("adam", "adamw", "nadam"):
        arguments["betas"] = betas
    if name == "nesterov":
        arguments["nesterov"] = True
    if name != "lbfgs":
        arguments["foreach"] = False
    optimizer = OPTIMIZERS[name](parameters, **arguments)
    return optimizer if hypergradient is None else Descent(optimizer, hypergradient)


class Descent:
    """Hypergradient descent on the learning rate (Baydin et al., 2018) around torch's own SGD or Adam, which torch does
    not have: lr += hypergradient * (g . u), where g is the gradient with weight decay and u the direction of the last
    step, p -= lr * u. The direction is what torch's optimizer does with a learning rate of 1; a schedule's share in its
    learning rate multiplies the one that descends."""

    def __init__(self, inner, hypergradient):
        (self.group,) = inner.param_groups
        self.inner, self.hypergradient = inner, hypergradient
        self.first = self.rate = self.group["lr"]
        self.direction = [torch.zeros_like(p) for p in self.group["params"]]

    def zero_grad(self):
        self.inner.zero_grad()

    def factor(self, scheduled):
        return scheduled / self.first if self.first else 1.0

    def step(self, closure):
        loss = closure()
        parameters, decay = self.group["params"], self.group["weight_decay"]
        with torch.no_grad():
            slopes = [((p.grad + decay * p) * u).sum() for p, u in zip(parameters, self.direction, strict=True)]
            self.rate += self.hypergradient * float(sum(slopes))
            before = [p.detach().clone() for p in parameters]
            scheduled, self.group["lr"] = self.group["lr"], 1.0
            self.inner.step()
            self.group["lr"] = scheduled
            self.direction = [a - b for a, b in zip(before, parameters, strict=True)]
            for p, a, u in zip(parameters, before, self.direction, strict=True):
                p.copy_(a - self.rate * self.factor(scheduled) * u)
        return loss


def make_schedule(settings, optimizer):
    if settings is None:
        return None
    optimizer = getattr(optimizer, "inner", optimizer)
    return SCHEDULES[settings["name"]](optimizer, **{key: value for key, value in settings.items() if key != "name"})


def draw(case, seed):
    """Initial parameters and batches, in float64: a random teacher's answers, some of them wrong."""
    torch.manual_seed(seed)
    spec = case["model"]
    initial = [parameter.detach().clone() for parameter in make_model(spec).float().parameters()]
    teacher = nn.Sequential(nn.Linear(spec["inputs"], 16), nn.Tanh(), nn.Linear(16, spec["outputs"])).float()

    def grid(values):
        return torch.round(values.double() * 64) / 64

    batches = []
    for size in case["sizes"]:
        x = grid(torch.randn(size, spec["inputs"]))
        with torch.no_grad():
            answer = 3 * teacher(x.float()) + 0.3 * torch.randn(size, spec["outputs"])
        y = answer.argmax(dim=1) if case["loss"] == "cross_entropy" else grid(answer)
        batches.append((x, y))
    return [values.double() for values in initial], batches


def train(case, initial, batches, dtype):
    """The run: {step: (loss before the update, parameters after it)} for the expected steps."""
    model = make_model(case["model"]).to(dtype)
    with torch.no_grad():
        for parameter, values in zip(model.parameters(), initial, strict=True):
            parameter.copy_(values)
    model.train()
    optimizer = make_optimizer(case["optimizer"], model.parameters())
    schedule = make_schedule(case["schedule"], optimizer)
    criterion = nn.CrossEntropyLoss() if case["loss"] == "cross_entropy" else nn.MSELoss()
    seen = {}
    for step in range(1, case["steps"] + 1):
        x, y = batches[(step - 1) % len(batches)]
        x, y = x.to(dtype), y if case["loss"] == "cross_entropy" else y.to(dtype)

        def closure():
            optimizer.zero_grad()
            loss = criterion(model(x), y)
            loss.backward()
            return loss

        # torch returns the closure's first loss, also from L-BFGS.
        loss = float(optimizer.step(closure).detach())
        if schedule is not None:
            schedule.step()
        if step in case["expect"]:
            seen[step] = (loss, [parameter.detach().double().clone() for parameter in model.parameters()])
    return seen


def distance(case, run, truth):
    """The largest relative L2 error over tensors and expected steps, but for biases that feed a batch norm."""
    normed = case["model"]["batch_norm"]
    n_tensors = 4 * len(case["model"]["hidden"]) + 2 if normed else 2 * len(case["model"]["hidden"]) + 2
    skipped = {index for index in range(n_tensors - 2) if normed and index % 4 == 1}
    worst = 0.0
    for step, (_, expected) in truth.items():
        for index, (a, b) in enumerate(zip(run[step][1], expected, strict=True)):
            if index not in skipped:
                error = torch.linalg.vector_norm(a - b) / torch.linalg.vector_norm(b).clamp(min=FLOOR)
                worst = max(worst, float(error) if bool(torch.isfinite(error)) else float("inf"))
    return worst


def steady(case, initial, batches, truth):
    torch.manual_seed(0)
    nudged = [values * (1 + 1e-15 * torch.randn_like(values)) for values in initial]
    near = distance(case, train(case, nudged, batches, torch.float64), truth)
    # L-BFGS runs in f64 only (formats.md).
    single = 0.0
    if case["optimizer"]["name"] != "lbfgs":
        single = distance(case, train(case, initial, batches, torch.float32), truth)
    return near, single


def write(case, folder):
    for seed in count():
        initial, batches = draw(case, seed)
        truth = train(case, initial, batches, torch.float64)
        near, single = steady(case, initial, batches, truth)
        moved = distance(case, {case["steps"]: (0, initial)}, {case["steps"]: truth[case["steps"]]})
        if near < STEADY and single < STEADY_F32 and moved > 0.01:
            break
        if seed >= 30:
            raise SystemExit(f"{case['name']}: no steady seed (last: {near:.1e} in f64, {single:.1e} in f32)")
    fixture = {
        "format": "tuning-playground/fixture@1",
        "generator": f"tests/golden/make_fixtures.py, torch {torch.__version__.split('+')[0]}, seed {seed}",
        "name": case["name"],
        "model": case["model"],
        "loss": case["loss"],
        "optimizer": case["optimizer"],
        "schedule": case["schedule"],
        "parameters": [values.tolist() for values in initial],
        "batches": [{"x": x.tolist(), "y": y.tolist()} for x, y in batches],
        "steps": case["steps"],
        "expect": [
            {"step": step, "loss": loss, "parameters": [values.tolist() for values in tensors]}
            for step, (loss, tensors) in truth.items()
        ],
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{case['name']}.json"
    # One line a key, and a line for each batch and each expected step.
    lines = []
    for key, value in fixture.items():
        if key in ("batches", "expect"):
            text = "[\n" + ",\n".join(json.dumps(item, allow_nan=False) for item in value) + "\n]"
        else:
            text = json.dumps(value, allow_nan=False)
        lines.append(f'"{key}": {text}')
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{case['name']:32} seed {seed:2}  f64 {near:.0e}  f32 {single:.0e}  moved {moved:.2f}  {path.stat().st_size:6} B")


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    wanted = sys.argv[1:]
    for case in CASES:
        if not wanted or case["name"] in wanted:
            write(case, HERE)
