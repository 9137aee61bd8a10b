"""Writes plane.json beside itself: the loss of small networks over planes in the space of their weights, from PyTorch.

    python tests/golden/landscape/make_plane.py
    python tests/golden/landscape/make_plane.py --time

Each case has a network, rows, an origin, two directions and the loss and accuracy at 15 x 15 points, each computed by
`torch.nn` in float64 from the parameters at that point. Directions are filter-normalised as Li et al. (2018) write it:
each unit's row of a random direction is scaled to the norm of the origin's row, and biases stay. With `--time` it prints
instead how long a plain loop over 51 x 51 points takes, float32, for a network of 784-128-10 on 1,000 rows: parameters
are set, the network is run, the loss is read.
"""

import json
import sys
import time
from pathlib import Path

import torch
from torch import nn

HERE = Path(__file__).resolve().parent
SIDE = 15
ACTIVATIONS = {"tanh": nn.Tanh, "relu": nn.ReLU, "gelu": nn.GELU, "sigmoid": nn.Sigmoid}
CASES = [
    # Widths, activation, loss, half the width of the plane.
    ([2, 5, 3], "tanh", "cross_entropy", 1.0),
    ([4, 8, 6, 2], "relu", "cross_entropy", 2.0),
    ([3, 7, 1], "gelu", "mse", 1.5),
    ([5, 4], "sigmoid", "cross_entropy", 3.0),
]


def network(widths, activation):
    layers = []
    for at, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
        layers.append(nn.Linear(inputs, outputs))
        if at + 2 < len(widths):
            layers.append(ACTIVATIONS[activation]())
    return nn.Sequential(*layers)


def normalised(parameters):
    direction = []
    for one in parameters:
        drawn = torch.randn_like(one)
        if one.dim() == 1:
            direction.append(torch.zeros_like(one))
        else:
            direction.append(drawn * (one.norm(dim=1) / drawn.norm(dim=1)).unsqueeze(1))
    return direction


def flat(tensors):
    return [x for one in tensors for x in one.float().double().flatten().tolist()]


def rounded(tensors):
    """As float32 has them, so that every precision starts from the same numbers."""
    return [one.float().double() for one in tensors]


def case(widths, activation, loss, half):
    model = network(widths, activation).double()
    origin = rounded([one.detach().clone() for one in model.parameters()])
    u, v = rounded(normalised(origin)), rounded(normalised(origin))
    rows = 40
    x = (torch.randn(rows, widths[0], dtype=torch.float64) * 64).round() / 64
    if loss == "mse":
        labels = (torch.randn(rows, dtype=torch.float64) * 64).round() / 64
    else:
        labels = torch.randint(widths[-1], (rows,))
    axis = torch.linspace(-half, half, SIDE, dtype=torch.float64)
    values, accuracies = [], []
    with torch.no_grad():
        for b in axis:
            for a in axis:
                for to, o, s, t in zip(model.parameters(), origin, u, v):
                    to.copy_(o + a * s + b * t)
                out = model(x)
                if loss == "mse":
                    values.append(nn.functional.mse_loss(out[:, 0], labels).item())
                    accuracies.append(0.0)
                else:
                    values.append(nn.functional.cross_entropy(out, labels).item())
                    accuracies.append((out.argmax(1) == labels).double().mean().item())
    return {
        "widths": widths,
        "activation": activation,
        "loss": loss,
        "x": x.flatten().tolist(),
        "labels": labels.tolist(),
        "origin": flat(origin),
        "directions": [flat(u), flat(v)],
        "extent": [-half, half, -half, half],
        "size": [SIDE, SIDE],
        "values": values,
        "accuracies": accuracies,
    }


def timed():
    torch.manual_seed(0)
    model = network([784, 128, 10], "relu")
    origin = [one.detach().clone() for one in model.parameters()]
    u, v = normalised(origin), normalised(origin)
    x, labels = torch.rand(1000, 784), torch.randint(10, (1000,))
    criterion = nn.CrossEntropyLoss()
    axis = torch.linspace(-1, 1, 51)
    seconds = []
    for _ in range(5):
        begun = time.perf_counter()
        with torch.no_grad():
            for b in axis:
                for a in axis:
                    for to, o, s, t in zip(model.parameters(), origin, u, v):
                        to.copy_(o + a * s + b * t)
                    criterion(model(x), labels).item()
        seconds.append(time.perf_counter() - begun)
    seconds.sort()
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads: {seconds[2]:.2f} s (median of 5)")


if "--time" in sys.argv:
    timed()
else:
    torch.manual_seed(20181)
    cases = [case(*one) for one in CASES]
    (HERE / "plane.json").write_text(json.dumps(cases) + "\n")
    print(f"wrote plane.json: {len(cases)} planes of {SIDE} x {SIDE} points, torch {torch.__version__}")
