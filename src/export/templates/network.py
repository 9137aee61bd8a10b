# ---------------------------------------------------------------- the data

INPUTS, OUTPUTS = {{inputs}}, {{outputs}}
#? folds
FOLDS = {{folds}}
#.
#? beside
# Lies beside this script: by part of the split, features and target of each row, in their own units.
ROWS_FILE = {{rows_file}}
#.


#? folds
def load_folds():
    """The data of each fold."""
    return [load_data(fold) for fold in range(FOLDS)]


def load_data(fold):
    """Features and targets of each part, as tensors: the fold's own rows validate, all others outside the test part train.
    Whatever is scaled is scaled by the training rows alone."""
#.
#? !folds
def load_data():
    """Features and targets of each part, as tensors. Whatever is scaled is scaled by the training rows alone."""
#.
    #? beside
    text = Path(__file__).with_name(ROWS_FILE).read_text(encoding="utf-8").split("\n", 1)[1]
    #.
    #? !beside
    text = ROWS
    #.
    lines = [line.split(",") for line in text.splitlines()]
    parts = np.array([line[0] for line in lines])
    #? folds
    parts = np.where(parts == "test", "test", np.where(parts == str(fold), "validation", "train"))
    #.
    numbers = np.array([[float(cell) if cell else math.nan for cell in line[1:]] for line in lines])
    x, y, train = numbers[:, :-1], numbers[:, -1], parts == "train"
    #? pixels
    x = x / 255
    #.
    #? standardize missing
    mean = np.nanmean(x[train], axis=0)
    #.
    #? standardize
    is_constant = np.nanmax(x[train], axis=0) == np.nanmin(x[train], axis=0)
    x = (x - mean) / np.where(is_constant, 1, np.nanstd(x[train], axis=0))
    #.
    #? missing
    #? standardize
    x = np.where(np.isnan(x), 0, x)
    #.
    #? !standardize
    x = np.where(np.isnan(x), mean, x)
    #.
    #.
    #? numbers
    scale = y[train].std() if np.ptp(y[train]) > 0 else 1
    y = (y - y[train].mean()) / scale
    #.
    data = {}
    for part in ("train", "validation", "test"):
        rows = parts == part
        features = torch.tensor(x[rows], dtype=torch.float32)
        #? classes
        data[part] = features, torch.tensor(y[rows], dtype=torch.int64)
        #.
        #? numbers
        data[part] = features, torch.tensor(y[rows, None], dtype=torch.float32)
        #.
    #? numbers
    # Losses are told in the target's own units.
    data["unit"] = float(scale) ** 2
    #.
    return data


# ---------------------------------------------------------------- the network

ACTIVATIONS = {
    "linear": "Identity",
    "sigmoid": "Sigmoid",
    "tanh": "Tanh",
    "relu": "ReLU",
    "leaky_relu": "LeakyReLU",
    "elu": "ELU",
    "gelu": "GELU",
}


def widths_of(s):
    """The width of each hidden layer."""
    if "hidden" in s:
        return s["hidden"]
    return [s.get(f"units_{k}", s.get("hidden_units")) for k in range(1, s["hidden_layers"] + 1)]


def build(s):
    """A network with its initial weights."""
    layers, before = [], INPUTS
    for width in widths_of(s):
        layers.append(nn.Linear(before, width))
        #? batch_norm
        if s.get("batch_norm") and s["optimizer"] not in ("lbfgs", "newton"):
            layers.append(nn.BatchNorm1d(width))
        #.
        layers.append(getattr(nn, ACTIVATIONS[s["activation"]])())
        #? dropout
        if s.get("dropout", 0) > 0 and s["optimizer"] not in ("lbfgs", "newton"):
            layers.append(nn.Dropout(s["dropout"]))
        #.
        before = width
    net = nn.Sequential(*layers, nn.Linear(before, OUTPUTS))
    #? init
    initialize(net, s)
    #.
    return net


#? init
def initialize(net, s):
    """Draws the weights; PyTorch's own draws ("torch") are there already."""
    if s["init"] == "torch":
        return
    for layer in net:
        if isinstance(layer, nn.Linear):
            nn.init.zeros_(layer.bias)
            if s["init"] == "xavier_uniform":
                nn.init.xavier_uniform_(layer.weight)
            elif s["init"] == "xavier_normal":
                nn.init.xavier_normal_(layer.weight)
            elif s["init"] == "kaiming_uniform":
                nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")
            elif s["init"] == "kaiming_normal":
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            elif s["init"] == "normal":
                nn.init.normal_(layer.weight, std=s["init_std"])
            else:
                nn.init.zeros_(layer.weight)
#.


# ---------------------------------------------------------------- optimizer and schedule


def make_optimizer(net, s):
    """The optimizer with its settings."""
    name, lr, decay = s["optimizer"], s["learning_rate"], s.get("weight_decay", 0)
    parameters = net.parameters()
    #? optimizer=gd optimizer=sgd optimizer=momentum optimizer=nesterov
    if name in ("gd", "sgd", "momentum", "nesterov"):
        momentum = s.get("momentum", 0)
        looks_ahead = name == "nesterov" and momentum > 0
        dampening = 0 if name == "nesterov" else s.get("dampening", 0)
        return torch.optim.SGD(parameters, lr, momentum, dampening, decay, nesterov=looks_ahead)
    #.
    #? optimizer=adagrad
    if name == "adagrad":
        return torch.optim.Adagrad(parameters, lr, s.get("lr_decay", 0), decay, eps=s["epsilon"])
    #.
    #? optimizer=rmsprop
    if name == "rmsprop":
        momentum, centered = s.get("momentum", 0), s.get("centered", False)
        return torch.optim.RMSprop(parameters, lr, s["alpha"], s["epsilon"], decay, momentum, centered)
    #.
    #? optimizer=adadelta
    if name == "adadelta":
        return torch.optim.Adadelta(parameters, lr, s["rho"], s["epsilon"], decay)
    #.
    #? optimizer=adam optimizer=adamw
    if name in ("adam", "adamw"):
        kind = torch.optim.Adam if name == "adam" else torch.optim.AdamW
        return kind(parameters, lr, (s["beta1"], s["beta2"]), s["epsilon"], decay, s.get("amsgrad", False))
    #.
    #? optimizer=nadam
    if name == "nadam":
        betas = s["beta1"], s["beta2"]
        return torch.optim.NAdam(parameters, lr, betas, s["epsilon"], decay, s["momentum_decay"])
    #.
    #? optimizer=lbfgs
    if name == "lbfgs":
        search = "strong_wolfe" if s.get("line_search") == "strong_wolfe" else None
        return torch.optim.LBFGS(parameters, lr, history_size=s["history_size"], line_search_fn=search)
    #.
    #? optimizer=newton
    if name == "newton":
        return Newton(net, lr, s["newton_damping"], s.get("l2", 0))
    #.
    raise ValueError(f"optimizer {name} is not part of this study")


#? optimizer=newton
class Newton:
    """Damped Newton steps, halved until the loss falls."""

    def __init__(self, net, lr, damping, l2):
        self.net, self.damping, self.l2, self.param_groups = net, damping, l2, [{"lr": lr}]

    def step(self, loss_of):
        """One step; `loss_of` has the loss of a network as a function of rows."""
        names, tensors = zip(*self.net.named_parameters())
        sizes = [tensor.numel() for tensor in tensors]
        start = torch.cat([tensor.detach().flatten() for tensor in tensors])

        def loss_at(place):
            own = {name: part.view_as(tensor) for name, tensor, part in zip(names, tensors, place.split(sizes))}
            loss = loss_of(lambda rows: torch.func.functional_call(self.net, own, (rows,)))
            return loss + self.l2 / 2 * sum((own[name] ** 2).sum() for name in names if name.endswith("weight"))

        place = start.clone().requires_grad_()
        loss = loss_at(place)
        (gradient,) = torch.autograd.grad(loss, place)
        hessian = torch.autograd.functional.hessian(loss_at, start).double()
        damping, eye = self.damping, torch.eye(len(start), dtype=torch.float64, device=start.device)
        for _ in range(9):
            factor, failed = torch.linalg.cholesky_ex(hessian + damping * eye)
            if not failed:
                break
            damping = max(10 * damping, 1e-6 * float(hessian.abs().sum(1).max()))
        else:
            return loss.detach()
        direction = torch.cholesky_solve(-gradient.double()[:, None], factor)[:, 0].to(start.dtype)
        length = self.param_groups[0]["lr"]
        with torch.no_grad():
            for _ in range(64):
                if loss_at(start + length * direction) < loss:
                    for tensor, part in zip(tensors, (start + length * direction).split(sizes)):
                        tensor.copy_(part.view_as(tensor))
                    break
                length /= 2
        return loss.detach()
#.


def rate_factor(s, step, per_epoch):
    """What the learning rate is multiplied by before a step, counted from 0."""
    name, done, factor = s["schedule"], step / per_epoch, 1.0
    #? schedule=step
    if name == "step":
        factor = s["decay_rate"] ** math.floor(done / s["decay_epochs"] * (1 + 1e-12))
    #.
    #? schedule=exponential
    if name == "exponential":
        factor = s["decay_rate"] ** (done / s["decay_epochs"])
    #.
    #? schedule=inverse_time
    if name == "inverse_time":
        factor = 1 / (1 + s["decay_rate"] * done / s["decay_epochs"])
    #.
    #? schedule=cosine
    if name == "cosine":
        share = (1 + math.cos(math.pi * done / s["epochs"])) / 2
        factor = s["min_factor"] + (1 - s["min_factor"]) * share
    #.
    #? schedule=one_cycle
    if name == "one_cycle":
        factor = one_cycle(step, s["epochs"] * per_epoch, 1 / 25, 1, 1 / 25e4)
    #.
    #? schedule=drawn
    if name == "drawn":
        factor = drawn(s["schedule_points"], done / s["epochs"])
    #.
    #? warmup
    warmup = s.get("warmup_epochs", 0) * per_epoch
    if step + 1 < warmup:
        factor *= (step + 1) / warmup
    #.
    return factor


#? schedule=one_cycle
def one_cycle(step, total, first, top, last):
    """PyTorch's OneCycleLR: a cosine up over three tenths of the steps, and one down."""
    turn, end = 0.3 * total - 1, total - 1
    begin, end, a, b = (0, turn, first, top) if step <= turn else (turn, end, top, last)
    share = (step - begin) / (end - begin) if step < end else 1
    return b + (a - b) / 2 * (1 + math.cos(math.pi * share))
#.


#? schedule=drawn
def drawn(points, share):
    """The factor between drawn points, even in its logarithm."""
    points = sorted(points, key=lambda point: point[0])
    before = [point for point in points if point[0] <= share]
    after = [point for point in points if point[0] > share]
    if not before or not after:
        return (before[-1] if before else after[0])[1]
    (x0, a), (x1, b) = before[-1], after[0]
    along = (share - x0) / (x1 - x0)
    return a * (b / a) ** along if min(a, b) > 0 else a + along * (b - a)
#.


#? schedule=one_cycle momentum_warmup
def momentum_at(s, step, per_epoch):
    """The momentum of a step where something moves it; else None."""
    #? schedule=one_cycle
    if s["schedule"] == "one_cycle":
        return one_cycle(step, s["epochs"] * per_epoch, 0.95, 0.85, 0.95)
    #.
    #? momentum_warmup
    warmup, own = s.get("momentum_warmup_epochs", 0) * per_epoch, s.get("momentum", 0)
    if warmup > 0 and own > 0 and s["optimizer"] in ("gd", "sgd", "momentum", "nesterov"):
        low = s.get("momentum_start", 0)
        return low + step / warmup * (own - low) if step < warmup else own
    #.
    return None
#.
