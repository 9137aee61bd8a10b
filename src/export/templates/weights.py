"""{{title}}
#? folds
It is the network of the first fold: features are scaled by that fold's training rows. The trial's scores are means over all.
#.

Needs: pip install torch safetensors
"""

from collections import OrderedDict
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn

# It lies beside this script.
FILE = Path(__file__).with_name({{file}})
N_SEEDS = {{seeds}}
# Features are standardized before they enter the network, by the training part's mean and deviation.
MEAN = torch.tensor({{mean}}, dtype=torch.float32)
SCALE = torch.tensor({{scale}}, dtype=torch.float32)
#? numbers
# The network predicts (target - TARGET_MEAN) / TARGET_SCALE.
TARGET_MEAN, TARGET_SCALE = {{target}}
#.


def load(path=FILE, seed=0):
#? normed
    """The trained network; of a trial with several seeds, that of one seed. Dropout is off when predicting, and batch norms go
    by their running statistics."""
#.
#? !normed
    """The trained network; of a trial with several seeds, that of one seed. Dropout is off when predicting."""
#.
    model = nn.Sequential(OrderedDict([
{{layers}}
    ]))
    prefix = f"seed_{seed}." if N_SEEDS > 1 else ""
    tensors = load_file(path)
    own = {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
    model.load_state_dict(own)
    return model.eval()


@torch.no_grad()
def predict(model, features):
#? numbers
    """Targets of rows of features in their own units."""
#.
#? classes
    """Classes of rows of features in their own units."""
#.
    outputs = model((torch.as_tensor(features, dtype=torch.float32) - MEAN) / SCALE)
#? numbers
    return outputs.squeeze(1) * TARGET_SCALE + TARGET_MEAN
#.
#? classes
    return outputs.argmax(dim=1)
#.


if __name__ == "__main__":
    print(load())
