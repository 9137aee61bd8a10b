# ---------------------------------------------------------------- training


class Diverged(Exception):
    """Loss or weights have left all bounds."""

    def __init__(self, step):
        super().__init__(f"diverged at step {step}")
        self.step = step


def score(net, data, part):
    """Loss and metric of a part, in evaluation mode."""
    x, y = data[part]
    net.eval()
    with torch.no_grad():
        out = net(x)
        #? classes
        return float(nn.functional.cross_entropy(out, y)), float((out.argmax(1) == y).double().mean())
        #.
        #? numbers
        loss = float(nn.functional.mse_loss(out, y))
        return loss * data["unit"], r_squared(loss, y)
        #.


#? numbers
def r_squared(loss, y):
    """The share of the targets' spread that a network explains."""
    spread = float(y.var(correction=0))
    return 1 - loss / spread if spread > 0 else math.nan
#.


#? averaging=ema averaging=swa
def follow(average, net, share):
    """Moves averages of weights and of running statistics by so much of the way to those of a network."""
    for mean, own in zip(average.state_dict().values(), net.state_dict().values()):
        if mean.is_floating_point():
            mean.lerp_(own, share)
#.


def run_seed(s, data, seed, device="cpu"):
    """Trains one network; yields the record of each epoch, and the network that it is scored by."""
    torch.manual_seed(seed)
    data = {part: tuple(t.to(device) for t in of) if isinstance(of, tuple) else of for part, of in data.items()}
    net = build(s).to(device)
    #? averaging=ema averaging=swa
    average, ends = copy.deepcopy(net), 0
    #.
    optimizer = make_optimizer(net, s)
    x, y = data["train"]
    is_whole = s["optimizer"] in ("gd", "lbfgs", "newton")
    batch = len(x) if is_whole else min(s["batch_size"], len(x))
    per_epoch = math.ceil(len(x) / batch)
    loss_of = nn.functional.{{loss}}
    #? l2
    weights = [layer.weight for layer in net if isinstance(layer, nn.Linear)]
    #.
    #? schedule=plateau
    since, least, plateau = 0, math.inf, 1.0
    #.
    #? hypergradient
    added, direction = 0.0, [torch.zeros_like(p) for p in net.parameters()]
    #.
    step = 0
    for epoch in range(1, s["epochs"] + 1):
        begun = time.perf_counter()
        net.train()
        losses, hits = 0.0, 0
        for rows in torch.randperm(len(x)).to(device).split(batch):
            rate = s["learning_rate"]
            factor = rate_factor(s, step, per_epoch)
            #? schedule=plateau
            factor *= plateau
            #.
            #? schedule=one_cycle momentum_warmup
            momentum = momentum_at(s, step, per_epoch)
            #.
            kept = {}

            def closure(forward=net):
                out = forward(x[rows])
                loss = loss_of(out, y[rows])
                # The loss that is told is that of the first look, without a penalty.
                kept.setdefault("told", (loss.detach(), out.detach()))
                #? l2
                if s.get("l2", 0) > 0 and s["optimizer"] != "newton":
                    loss = loss + s["l2"] / 2 * sum((weight**2).sum() for weight in weights)
                #.
                return loss

            def with_gradient():
                optimizer.zero_grad()
                loss = closure()
                loss.backward()
                return loss

            #? hypergradient
            if s.get("hypergradient", 0) > 0:
                with_gradient()
                decay = s.get("weight_decay", 0)
                slopes = zip(net.parameters(), direction)
                slope = sum(float(((p.grad + decay * p.detach()) * u).sum()) for p, u in slopes)
                added += s["hypergradient"] * slope
                rate += added
                before = [p.detach().clone() for p in net.parameters()]
            #.
            for group in optimizer.param_groups:
                group["lr"] = rate * factor
                #? schedule=one_cycle momentum_warmup
                if momentum is not None and "betas" in group:
                    group["betas"] = momentum, group["betas"][1]
                elif momentum is not None and "momentum" in group:
                    group["momentum"] = momentum
                #.
            #? optimizer=newton
            if s["optimizer"] == "newton":
                optimizer.step(closure)
            else:
                optimizer.step(with_gradient)
            #.
            #? !optimizer=newton
            optimizer.step(with_gradient)
            #.
            step += 1
            loss, out = kept["told"]
            losses += float(loss) * len(rows)
            #? classes
            hits += int((out.argmax(1) == y[rows]).sum())
            #.
            if not abs(float(loss)) < 1e18:
                raise Diverged(step)
            #? hypergradient
            if s.get("hypergradient", 0) > 0 and rate * factor != 0:
                moved = zip(before, net.parameters())
                direction = [(old - p.detach()) / (rate * factor) for old, p in moved]
            #.
            #? averaging=ema
            if s.get("averaging") == "ema":
                follow(average, net, 1 - s["averaging_decay"])
            #.
        if not all(bool((p.detach().abs() < 1e18).all()) for p in net.parameters()):
            raise Diverged(step)
        scored = net
        #? averaging=swa
        if s.get("averaging") == "swa" and 4 * epoch > 3 * s["epochs"]:
            ends += 1
            follow(average, net, 1 / ends)
            scored = average
        #.
        #? averaging=ema
        if s.get("averaging") == "ema":
            scored = average
        #.
        train_loss = losses / len(x)
        record = {
            "epoch": epoch,
            #? classes
            "train_loss": train_loss,
            #.
            #? numbers
            "train_loss": train_loss * data["unit"],
            #.
            "validation_loss": None,
            #? classes
            "train_metric": hits / len(x),
            #.
            #? numbers
            "train_metric": r_squared(train_loss, y),
            #.
            "validation_metric": None,
            "learning_rate": rate * factor,
        }
        if epoch % EVALUATE_EVERY == 0 or epoch == s["epochs"]:
            record["validation_loss"], record["validation_metric"] = score(scored, data, "validation")
            #? schedule=plateau
            if record["validation_loss"] < least:
                least, since = record["validation_loss"], epoch
            elif s["schedule"] == "plateau" and epoch - since >= s["plateau_patience"]:
                plateau, since = max(plateau * s["decay_rate"], s["min_factor"]), epoch
            #.
        record["seconds"] = time.perf_counter() - begun
        yield record, scored


def train(params, data, seed, report=lambda record: None, device="cpu"):
    #? folds
    """Trains a trial: {{n_seeds}} on each fold, side by side; `data` is a list of folds. The trial as a result has it, and its
    networks."""
    #.
    #? !folds
    """Trains a trial: {{n_seeds}} a configuration, side by side. The trial as a result has it, and its networks."""
    #.
    s = settings(params)
    trial = {"state": "complete", "params": params, "value": None, "seed": SEED, "epochs": []}
    trial.update(steps=0, diverged_at=None)
    nets = []
    #? patience
    best = None
    #.
    try:
        #? folds
        runs = [run_seed(s, own, seed + k, device) for k, own in enumerate(data * N_SEEDS)]
        #.
        #? !folds
        runs = [run_seed(s, data, seed + k, device) for k in range(N_SEEDS)]
        #.
        for moved in zip(*runs):
            records, nets = [record for record, _ in moved], [net for _, net in moved]
            record = {name: mean([one[name] for one in records]) for name in records[0]}
            record["epoch"] = records[0]["epoch"]
            trial["epochs"].append(record)
            trial["value"] = record[METRIC] if record[METRIC] is not None else trial["value"]
            #? patience
            if s.get("patience", 0) > 0 and record["validation_loss"] is not None:
                if best is None or record["validation_loss"] < best["validation_loss"]:
                    best = {**record, "nets": copy.deepcopy(nets)}
                if record["epoch"] - best["epoch"] >= s["patience"]:
                    report({**record, "value": best[METRIC]})
                    break
            #.
            report({**record, "value": trial["value"]})
    except Diverged as error:
        trial.update(state="diverged", value=None, diverged_at=error.step)
    #? folds
    trial["steps"] = N_SEEDS * len(trial["epochs"]) * sum(per_epoch_of(s, own) for own in data)
    #.
    #? !folds
    trial["steps"] = N_SEEDS * len(trial["epochs"]) * per_epoch_of(s, data)
    #.
    #? patience
    if best is not None and trial["state"] == "complete":
        nets = best["nets"]
        trial.update(value=best[METRIC], kept_epoch=best["epoch"])
    #.
    return trial, nets


def per_epoch_of(s, data):
    """Steps of an epoch."""
    n = len(data["train"][0])
    return 1 if s["optimizer"] in ("gd", "lbfgs", "newton") else math.ceil(n / min(s["batch_size"], n))


def mean(values):
    """The mean over networks; None where there was no look."""
    return None if values[0] is None else sum(values) / len(values)


# ---------------------------------------------------------------- the search


def settings(params):
    """All settings of a trial: drawn ones over those of its optimizer over fixed ones."""
    s = {**FIXED, **params}
    # What hangs on no optimizer is asked for before one is drawn.
    s = {**FIXED, **BY_OPTIMIZER.get(s.get("optimizer"), {}), **params}
    #? hidden
    if "hidden" in s:
        s["hidden_layers"] = len(s["hidden"])
    #.
    #? schedule=one_cycle
    if s.get("schedule") == "one_cycle":
        s.update(momentum=0.95, beta1=0.95)
    #.
    return s


#? study
def is_used(name, s):
    """Whether a trial with these settings has use for what was drawn."""
    for owner, condition in USED_BY.get(name, {}).items():
        value = s.get(owner)
        if isinstance(condition, list) and value not in condition:
            return False
        if isinstance(condition, dict) and not (value is not None and value > condition["above"]):
            return False
    return True


def used(params):
    """What was drawn, without what such a trial has no use for."""
    s = settings(params)
    return {name: value for name, value in params.items() if is_used(name, s)}


def value_at(space, u):
    """The value of a range at a share from 0 to 1, even in its scale."""
    if space["type"] == "categorical":
        return space["choices"][min(int(u * len(space["choices"])), len(space["choices"]) - 1)]
    low, high, step = space["low"], space["high"], space.get("step") or (1 if space["type"] == "int" else None)
    is_log = space.get("log") or space.get("scale") == "log"
    if is_log and space["type"] == "int":
        x = math.exp(math.log(low - 0.5) + u * (math.log(high + 0.5) - math.log(low - 0.5)))
        return int(min(max(round(x), low), high))
    if is_log:
        return min(max(math.exp(math.log(low) + u * (math.log(high) - math.log(low))), low), high)
    if space.get("scale") == "log1m":
        return 1 - math.exp(math.log(1 - low) + u * (math.log(1 - high) - math.log(1 - low)))
    if step:
        n = math.floor((high - low) / step + 1e-9) + 1
        x = low + min(int(u * n), n - 1) * step
        # As people write it: 0.1 + 2 * 0.1 is 0.3.
        return min(x if space["type"] == "int" else float(f"{x:.15g}"), high)
    return low + u * (high - low)
#.


def plain(value):
    """A document's value; JSON has no NaN and no infinity."""
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def better(a, b):
    """Whether a value beats another."""
    return a {{better}} b


def best_of(trials):
    """The best complete trial, or None."""
    best = None
    for trial in trials:
        if trial["state"] == "complete" and trial["value"] is not None and math.isfinite(trial["value"]):
            if best is None or better(trial["value"], best["value"]):
                best = trial
    return best


def save(trials, path, adapter, workers):
    """Writes a result that Tuning Playground opens."""
    trials = [{"number": number, **trial} for number, trial in enumerate(trials)]
    best = best_of(trials)
    result = {
        "format": "tuning-playground/result@1",
        "study": {**json.loads(STUDY), "trials": len(trials)},
        "engine": {"version": {{version}}, "backend": "cpu", "adapter": adapter, "workers": workers},
        "trials": trials,
        "best": best and best["number"],
        "test": None,
    }
    Path(path).write_text(json.dumps(plain(result), indent=1, allow_nan=False) + "\n", encoding="utf-8")
