"""Writes curvature.json beside itself: the largest eigenvalues of the loss's Hessian for small networks, from PyTorch.

    python tests/golden/curvature/make_curvature.py

Each case has a network, rows, parameters (those of PyTorch's own initialization after 50 steps of gradient descent) and, in
float64, the loss, the length of each layer's gradient, the two largest eigenvalues of the whole Hessian as
`torch.autograd.functional.hessian` has it, that of each layer's own part, and that of the Hessian over the step sizes that
Adam has after 20 steps with the mean squares given: `(1 - beta1^t) (sqrt(v / (1 - beta2^t)) + eps)`. `l2` adds
l2 / 2 * sum of squared weights, without biases, to the loss.
"""

import json
from pathlib import Path

import torch
from torch.func import functional_call

HERE = Path(__file__).resolve().parent
ACTIVATIONS = {"tanh": torch.nn.Tanh, "relu": torch.nn.ReLU, "gelu": torch.nn.GELU, "elu": torch.nn.ELU}
CASES = [
    # Widths, activation, loss, l2.
    ([3, 8, 6, 3], "tanh", "cross_entropy", 0.0),
    ([4, 12, 2], "relu", "cross_entropy", 0.05),
    ([3, 7, 5, 1], "gelu", "mse", 0.0),
    ([5, 6, 4, 2], "elu", "mse", 0.01),
]
ROWS = 48
STEPS = 20


def network(widths, activation):
    layers = []
    for at, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
        layers.append(torch.nn.Linear(inputs, outputs))
        if at + 2 < len(widths):
            layers.append(ACTIVATIONS[activation]())
    return torch.nn.Sequential(*layers).double()


def case(at, widths, activation, loss, l2):
    torch.manual_seed(at)
    net = network(widths, activation)
    names = [name for name, _ in net.named_parameters()]
    shapes = [one.shape for one in net.parameters()]
    # As float32 has them, so that every precision starts from the same numbers.
    x = torch.randn(ROWS, widths[0]).double()
    y = torch.randint(widths[-1], (ROWS,)) if loss == "cross_entropy" else torch.randn(ROWS, widths[-1]).double()
    judge = torch.nn.functional.cross_entropy if loss == "cross_entropy" else torch.nn.functional.mse_loss

    def value(flat):
        parts = flat.split([shape.numel() for shape in shapes])
        own = {name: part.view(shape) for name, part, shape in zip(names, parts, shapes)}
        penalty = sum((part**2).sum() for part, shape in zip(parts, shapes) if len(shape) == 2)
        return judge(functional_call(net, own, (x,)), y) + 0.5 * l2 * penalty

    flat = torch.cat([one.detach().flatten() for one in net.parameters()])
    for _ in range(50):
        flat = flat.detach().requires_grad_()
        (gradient,) = torch.autograd.grad(value(flat), flat)
        flat = flat - 0.2 * gradient
    flat = flat.detach().float().double().requires_grad_()
    total = value(flat)
    (gradient,) = torch.autograd.grad(total, flat)
    flat = flat.detach()
    hessian = torch.autograd.functional.hessian(value, flat)
    hessian = (hessian + hessian.T) / 2
    layers, first = [], 0
    for weight, bias in zip(shapes[::2], shapes[1::2]):
        layers.append(slice(first, first + weight.numel() + bias.numel()))
        first = layers[-1].stop
    squares = (torch.rand(len(flat)) * 1e-2).double()
    divisor = (1 - 0.9**STEPS) * ((squares / (1 - 0.999**STEPS)).sqrt() + 1e-8)
    top = lambda matrix: torch.linalg.eigvalsh(matrix).flip(0).tolist()
    return {
        "widths": widths,
        "activation": activation,
        "loss": loss,
        "l2": l2,
        "x": x.flatten().tolist(),
        "labels": y.flatten().tolist(),
        "parameters": flat.tolist(),
        "squares": squares.tolist(),
        "steps": STEPS,
        "value": total.item(),
        "gradient_norms": [gradient[part].norm().item() for part in layers],
        "eigenvalues": top(hessian)[:2],
        "layers": [top(hessian[part, part])[0] for part in layers],
        "preconditioned": top(hessian / (divisor[:, None] * divisor[None, :]).sqrt())[0],
    }


if __name__ == "__main__":
    cases = [case(at, *one) for at, one in enumerate(CASES)]
    (HERE / "curvature.json").write_text(json.dumps(cases) + "\n")
    for one in cases:
        print(one["widths"], len(one["parameters"]), one["eigenvalues"], one["layers"], one["preconditioned"])
