//! Update rules as PyTorch's `torch/optim/*.py` (single-tensor paths) write them. An optimizer is a rule, constants that
//! hold for a whole run, and four numbers that change from step to step; both are computed in f64 on the host.
//! The update itself is `kernels/optimizer.rs`.

use num_traits::Float;

/// Which update a network uses; the number is the same in the shader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u32)]
pub enum Rule {
    /// `torch.optim.SGD`, with or without momentum.
    Sgd = 0,
    /// `torch.optim.Adam`.
    Adam = 1,
}

/// Settings of an optimizer, PyTorch's names.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Optimizer {
    /// The update.
    pub rule: Rule,
    /// Step size before any schedule.
    pub learning_rate: f64,
    /// SGD: share of the buffer that stays.
    pub momentum: f64,
    /// SGD: share of the gradient kept out of the buffer.
    pub dampening: f64,
    /// SGD: look ahead.
    pub nesterov: bool,
    /// Added to the gradient as `weight_decay * parameter`, biases included.
    pub weight_decay: f64,
    /// Adam: decay of the mean.
    pub beta1: f64,
    /// Adam: decay of the mean square.
    pub beta2: f64,
    /// Adam: added to the denominator.
    pub epsilon: f64,
    /// Adds `l2 / 2 * sum of squared weights` (no biases) to the loss.
    pub l2: f64,
}

impl Default for Optimizer {
    fn default() -> Self {
        Self {
            rule: Rule::Adam,
            learning_rate: 1e-3,
            momentum: 0.0,
            dampening: 0.0,
            nesterov: false,
            weight_decay: 0.0,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            l2: 0.0,
        }
    }
}

/// Numbers that hold for a whole run, in the shader's order.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Constants<T> {
    /// Weight decay.
    pub weight_decay: T,
    /// L2 on weights alone.
    pub l2: T,
    /// Adam: `1 - beta1`.
    pub mean_share: T,
    /// Adam: beta2.
    pub beta2: T,
    /// Adam: `1 - beta2`.
    pub square_share: T,
    /// Adam: epsilon.
    pub epsilon: T,
    /// SGD: 1 with Nesterov's look-ahead, else 0.
    pub nesterov: T,
}

impl Constants<f32> {
    /// As the shaders' struct has them.
    pub fn numbers(&self) -> [f32; 7] {
        [self.weight_decay, self.l2, self.mean_share, self.beta2, self.square_share, self.epsilon, self.nesterov]
    }
}

impl Constants<f32> {
    /// The constants of several runs, lanes side by side.
    pub fn lanes(of: &[Self; 4]) -> Constants<wide::f32x4> {
        let lanes = |field: fn(&Self) -> f32| wide::f32x4::new(of.each_ref().map(field));
        Constants {
            weight_decay: lanes(|of| of.weight_decay),
            l2: lanes(|of| of.l2),
            mean_share: lanes(|of| of.mean_share),
            beta2: lanes(|of| of.beta2),
            square_share: lanes(|of| of.square_share),
            epsilon: lanes(|of| of.epsilon),
            nesterov: lanes(|of| of.nesterov),
        }
    }
}

impl Constants<f64> {
    /// The same numbers in another precision.
    pub fn cast<T: Float>(&self) -> Constants<T> {
        let cast = |x: f64| T::from(x).unwrap_or_else(T::nan);
        Constants {
            weight_decay: cast(self.weight_decay),
            l2: cast(self.l2),
            mean_share: cast(self.mean_share),
            beta2: cast(self.beta2),
            square_share: cast(self.square_share),
            epsilon: cast(self.epsilon),
            nesterov: cast(self.nesterov),
        }
    }
}

impl Optimizer {
    /// Numbers kept per parameter: momentum buffer, or mean and mean square.
    pub fn n_slots(&self) -> usize {
        match self.rule {
            Rule::Sgd => usize::from(self.momentum != 0.0),
            Rule::Adam => 2,
        }
    }

    /// What holds for the whole run.
    pub fn constants(&self) -> Constants<f64> {
        Constants {
            weight_decay: self.weight_decay,
            l2: self.l2,
            mean_share: 1.0 - self.beta1,
            beta2: self.beta2,
            square_share: 1.0 - self.beta2,
            epsilon: self.epsilon,
            nesterov: f64::from(u8::from(self.nesterov)),
        }
    }

    /// What changes with the step, from step `first` (counted from 1) on, at one learning rate: SGD `[lr, momentum, gradient's
    /// share of the buffer, 0]`, Adam `[lr / (1 - beta1^t), 1 / sqrt(1 - beta2^t), 0, 0]`.
    pub fn scalars(self, first: u64, learning_rate: f64) -> impl Iterator<Item = [f64; 4]> {
        // A product a step is quicker than a power, and as good over an epoch.
        let mut powers = match self.rule {
            Rule::Sgd => [0.0; 2],
            Rule::Adam => [self.beta1, self.beta2].map(|beta| libm::pow(beta, first as f64)),
        };
        (first..).map(move |t| match self.rule {
            Rule::Sgd => {
                // PyTorch starts the buffer as the whole first gradient: no dampening on step 1.
                let share = if t == 1 { 1.0 } else { 1.0 - self.dampening };
                [learning_rate, self.momentum, share, 0.0]
            }
            Rule::Adam => {
                let [correction1, correction2] = powers.map(|power| 1.0 - power);
                powers = [powers[0] * self.beta1, powers[1] * self.beta2];
                [learning_rate / correction1, 1.0 / correction2.sqrt(), 0.0, 0.0]
            }
        })
    }

    /// [`Optimizer::scalars`] of step `t` alone.
    pub fn step_scalars(self, t: u64, learning_rate: f64) -> [f64; 4] {
        self.scalars(t, learning_rate).next().unwrap_or_default()
    }
}
