//! Writes the shader of strategy `invocation` for one shape: the network unrolled, four units a vector.
//!
//! Names in the shader: `w1_2_0` is what input 2 of layer 1 (from 0) gives to units 0 to 3, its last input is the bias;
//! `g..` the gradient of that, `a1_0` units 0 to 3 of layer 1 after activation and dropout, `d..` the local derivative,
//! `e..` the loss's derivative before the activation.

use super::{HEAD_WORDS, SETTINGS_HEAD};
use crate::backend::gpu::binding::TRAIN_INVOCATION;
use crate::backend::gpu::tracks::STEP_WORDS;
use crate::backend::gpu::update::{self, Places, Update};
use crate::backend::{NetworkSpec, Program};
use crate::mlp::{Activation, Loss};
use core::fmt::Write as _;

/// Vectors of parameters that a network may have: more would no longer stand in registers, and drivers take longer than
/// the square of it to compile (`SwiftShader`: 33 vectors 0.8 s, 61 2.5 s).
const MAX_PIECES: usize = 64;
/// The same for devices, whose drivers compile on the way to the first submit: 2-8-8-2 has 33.
const MAX_PIECES_ON_DEVICE: usize = 40;
/// The most rows of a batch: a batch is never cut, and a dispatch of so many rows of so large networks is long enough.
const MOST_ROWS: usize = 16_384;

/// Whether the strategy has room for a network.
pub fn can_train(spec: &NetworkSpec, software: bool) -> bool {
    let most = if software { MAX_PIECES } else { MAX_PIECES_ON_DEVICE };
    spec.max_batch <= MOST_ROWS && layers(&spec.program()).1 <= most
}

/// How the shader reaches parameters and slots: the parameters stand first, then the gradient, then the slots.
const PLACES: Places = Places {
    parameters: "member: u32, piece: u32",
    load: |i| format!("load(member, {}piece)", first(i)),
    store: |i, value| format!("store(member, {}piece, {value});", first(i)),
};

/// The pieces before slot `i` (from 1), as the beginning of a sum; empty before the parameters, which are number 0.
fn first(i: usize) -> String {
    if i == 0 { String::new() } else { format!("{}u * N_PIECES + ", i + 1) }
}

/// A layer in vectors of up to four units.
#[derive(Clone, Copy, Debug)]
pub struct LayerPieces {
    /// Inputs, the bias not counted.
    pub inputs: usize,
    /// Units.
    pub outputs: usize,
    /// First piece of the layer's parameters.
    pub first: usize,
}

impl LayerPieces {
    /// Vectors that the units take.
    pub fn columns(self) -> usize {
        self.outputs.div_ceil(4)
    }

    /// Units of a vector.
    fn width(self, column: usize) -> usize {
        (self.outputs - 4 * column).min(4)
    }

    /// The piece of what input `input` gives to the units of `column`.
    pub fn piece(self, input: usize, column: usize) -> usize {
        self.first + input * self.columns() + column
    }
}

/// The layers of a program, and how many pieces its parameters are.
pub fn layers(program: &Program) -> (Vec<LayerPieces>, usize) {
    let mut first = 0;
    let layers = program.shape.layers().into_iter().map(|layer| {
        let pieces = LayerPieces { inputs: layer.inputs, outputs: layer.outputs, first };
        first += (layer.inputs + 1) * pieces.columns();
        pieces
    });
    (layers.collect(), first)
}

fn vector(width: usize) -> &'static str {
    ["", "f32", "vec2<f32>", "vec3<f32>", "vec4<f32>"][width]
}

/// The first `width` numbers of a vec4.
fn narrow(value: &str, width: usize) -> String {
    match width {
        4 => value.to_owned(),
        _ => format!("{value}.{}", &"xyz"[..width]),
    }
}

/// A vector of `width` as vec4.
fn widen(value: &str, width: usize) -> String {
    match width {
        4 => value.to_owned(),
        3 => format!("vec4<f32>({value}, 0.0)"),
        2 => format!("vec4<f32>({value}, 0.0, 0.0)"),
        _ => format!("vec4<f32>({value}, 0.0, 0.0, 0.0)"),
    }
}

/// Unit `unit` of a layer whose vectors are called `name`.
fn component(name: &str, layer: LayerPieces, unit: usize) -> String {
    match layer.width(unit / 4) {
        1 => format!("{name}_{}", unit / 4),
        _ => format!("{name}_{}.{}", unit / 4, ["x", "y", "z", "w"][unit % 4]),
    }
}

/// What comes into layer `depth` from its input `input`.
fn incoming(layers: &[LayerPieces], depth: usize, input: usize) -> String {
    match depth {
        0 => format!("x{input}"),
        _ => component(&format!("a{}", depth - 1), layers[depth - 1], input),
    }
}

/// The bit of a unit in its word: sixteen units a word, in the upper half.
fn unit_bit(unit: usize) -> u32 {
    1 << (16 + unit % 16)
}

struct Writer<'a> {
    program: &'a Program,
    layers: Vec<LayerPieces>,
    out: String,
}

macro_rules! line {
    ($writer:expr, $($argument:tt)*) => {
        // Writing to a String cannot fail.
        let _ = writeln!($writer.out, $($argument)*);
    };
}

impl Writer<'_> {
    /// Calls `each` with layer, input and column of every piece of the parameters.
    fn each_piece(&mut self, each: impl Fn(&mut Self, usize, usize, usize)) {
        for depth in 0..self.layers.len() {
            for input in 0..=self.layers[depth].inputs {
                for column in 0..self.layers[depth].columns() {
                    each(self, depth, input, column);
                }
            }
        }
    }

    fn constants(&mut self, pieces: usize) {
        let program = self.program;
        line!(self, "const N_PIECES: u32 = {pieces}u;");
        line!(self, "const SETTINGS_HEAD: u32 = {SETTINGS_HEAD}u;");
        line!(self, "const STEP_WORDS: u32 = {STEP_WORDS}u;\nconst HEAD_WORDS: u32 = {HEAD_WORDS}u;");
        line!(self, "const N_HIDDEN: u32 = {}u;", program.shape.hidden.len());
        line!(self, "const COLUMNS: u32 = {}u;", program.shape.inputs);
        let biases = self.layers.iter().map(|layer| {
            let first = layer.piece(layer.inputs, 0);
            format!("(piece >= {first}u) & (piece < {}u)", first + layer.columns())
        });
        let biases: Vec<String> = biases.map(|range| format!("({range})")).collect();
        line!(self, "fn is_bias(piece: u32) -> bool {{ return {}; }}", biases.join(" | "));
    }

    fn run_constants(&mut self) {
        let word = |i: usize| format!("settings[own + {}u]", 2 + i);
        let vector = |i: usize| format!("vec4<u32>({})", [0, 1, 2, 3].map(|k| word(4 * i + k)).join(", "));
        line!(self, "let constants = {};", update::constants(vector));
    }

    /// Writes `g . u` over all parameters, where the learning rate descends.
    fn slope(&mut self) {
        let slope = update::slope(Update::unguarded(self.program.rule, self.program.averages));
        if slope.is_empty() {
            return;
        }
        self.out.push_str(slope);
        line!(self, "fn slope_all(member: u32, c: Constants) -> f32 {{\nvar sum = 0.0;");
        line!(self, "for (var piece = 0u; piece < N_PIECES; piece++) {{");
        line!(self, "let l2 = select(c[0].y, 0.0, is_bias(piece));");
        line!(self, "sum += slope(l2, c, load_state(member, piece), load(member, N_PIECES + piece));");
        line!(self, "}}\nreturn sum;\n}}");
    }

    fn step_scalars(&mut self) {
        let scalars = update::scalars(self.program.rule, |i| format!("batches[first_step + {}u]", 3 + i));
        line!(self, "var s = {scalars};");
        if self.program.rule.arm().descends() {
            line!(self, "s[0] *= slope_all(member, constants);");
        }
    }

    fn load(&mut self) {
        self.each_piece(|writer, depth, input, column| {
            let layer = writer.layers[depth];
            let value = format!("load(member, {}u)", layer.piece(input, column));
            line!(writer, "let w{depth}_{input}_{column} = {};", narrow(&value, layer.width(column)));
        });
    }

    fn store(&mut self, pieces: usize) {
        self.each_piece(|writer, depth, input, column| {
            let layer = writer.layers[depth];
            let value = widen(&format!("g{depth}_{input}_{column}"), layer.width(column));
            line!(writer, "store(member, {}u, {value});", pieces + layer.piece(input, column));
        });
    }

    fn clear(&mut self) {
        self.each_piece(|writer, depth, input, column| {
            let kind = vector(writer.layers[depth].width(column));
            line!(writer, "var g{depth}_{input}_{column} = {kind}(0.0);");
        });
    }

    fn forward(&mut self) {
        for input in 0..self.layers[0].inputs {
            line!(self, "let x{input} = x[row * COLUMNS + {input}u];");
        }
        let last = self.layers.len() - 1;
        for depth in 0..=last {
            let layer = self.layers[depth];
            for column in 0..layer.columns() {
                let name = if depth == last { "y".into() } else { format!("z{depth}") };
                let mut sum = format!("w{depth}_{}_{column}", layer.inputs);
                for input in 0..layer.inputs {
                    let from = incoming(&self.layers, depth, input);
                    let _ = write!(sum, " + {from} * w{depth}_{input}_{column}");
                }
                line!(self, "let {name}_{column} = {sum};");
                if depth < last {
                    self.activate(depth, column);
                }
            }
        }
    }

    fn activate(&mut self, depth: usize, column: usize) {
        let (z, a, d) = (format!("z{depth}_{column}"), format!("a{depth}_{column}"), format!("d{depth}_{column}"));
        let f = format!("f{depth}_{column}");
        let (value, slope) = match self.program.shape.activation {
            Activation::Linear => (z, "vec4<f32>(1.0)".into()),
            Activation::Sigmoid => (format!("sigmoid4({z})"), format!("{f} * (1.0 - {f})")),
            Activation::Tanh => (format!("tanh4({z})"), format!("1.0 - {f} * {f}")),
            Activation::Relu => (
                format!("max({z}, vec4<f32>(0.0))"),
                format!("select(vec4<f32>(0.0), vec4<f32>(1.0), {z} > vec4<f32>(0.0))"),
            ),
            Activation::LeakyRelu => (format!("{z} * leaky_slope4({z})"), format!("leaky_slope4({z})")),
            Activation::Elu => (format!("elu4({z})"), format!("min({f}, vec4<f32>(0.0)) + 1.0")),
            Activation::Gelu => {
                let normal = format!("normal{depth}_{column}");
                line!(self, "let {normal} = normal4({z});");
                (format!("gelu4({z}, {normal})"), format!("gelu_slope4({z}, {normal})"))
            }
        };
        line!(self, "let {f} = {value};");
        line!(self, "let {a} = ({f}) * factor{depth}_{column};");
        line!(self, "let {d} = ({slope}) * factor{depth}_{column};");
    }

    /// Writes what dropout and missing units multiply activations by.
    fn masks(&mut self) {
        let hidden = self.program.shape.hidden.len();
        let columns = |this: &Self| this.layers[..hidden].iter().map(|layer| layer.columns()).collect::<Vec<_>>();
        let bits = |column: usize| [0, 1, 2, 3].map(|unit| format!("{}u", unit_bit(4 * column + unit)));
        for (depth, columns) in columns(self).into_iter().enumerate() {
            for word in 0..columns.div_ceil(4) {
                line!(self, "var kept{depth}_{word} = real{depth}_{word};");
            }
        }
        // A loop, since software adapters skip those that no lane enters and run both sides of an if.
        line!(self, "if dropping {{");
        for (depth, columns) in columns(self).into_iter().enumerate() {
            for column in 0..columns {
                // Below zero, all bits of the upper half are set.
                let block = format!("mask_block(key{depth}, run_step, b * {columns}u + {column}u)");
                line!(self, "let off{depth}_{column} = {block} - drop_threshold;");
                let [x, y, z, w] = bits(column);
                let off = format!("off{depth}_{column}");
                let dropped = format!("({off}.x & {x}) | ({off}.y & {y}) | ({off}.z & {z}) | ({off}.w & {w})");
                line!(self, "kept{depth}_{} &= ~({dropped});", column / 4);
            }
        }
        line!(self, "}}");
        for (depth, columns) in columns(self).into_iter().enumerate() {
            for column in 0..columns {
                let kept = format!("(vec4<u32>(kept{depth}_{}) & vec4<u32>({}))", column / 4, bits(column).join(", "));
                let factor = format!("select(vec4<f32>(0.0), row_scale, {kept} != vec4<u32>(0u))");
                line!(self, "let factor{depth}_{column} = {factor};");
            }
        }
    }

    /// Writes what stays through all rows: the dropout keys, and which units the member's network has.
    fn member(&mut self) {
        let hidden = self.program.shape.hidden.len();
        for depth in 0..hidden {
            let keys = format!("own + SETTINGS_HEAD + {}u", hidden + 2 * depth);
            line!(self, "let key{depth} = vec2<u32>(settings[{keys}], settings[{keys} + 1u]);");
            line!(self, "let width{depth} = settings[own + SETTINGS_HEAD + {depth}u];");
            for word in 0..self.layers[depth].columns().div_ceil(4) {
                let width = format!("min(max(width{depth}, {0}u) - {0}u, 16u)", 16 * word);
                line!(self, "let real{depth}_{word} = ((1u << {width}) - 1u) << 16u;");
            }
        }
    }

    fn loss(&mut self) {
        let output = self.layers[self.layers.len() - 1];
        let unit = |unit: usize| component("y", output, unit);
        let deltas: Vec<String> = match self.program.loss {
            Loss::CrossEntropy => {
                line!(self, "let class_of_row = labels[row];");
                line!(self, "var largest = {};", unit(0));
                line!(self, "var winner = 0u;");
                for o in 1..output.outputs {
                    line!(self, "winner = select(winner, {o}u, {} > largest);", unit(o));
                    line!(self, "largest = max(largest, {});", unit(o));
                }
                line!(self, "var sum = 0.0;");
                line!(self, "var own_output = 0.0;");
                for o in 0..output.outputs {
                    line!(self, "failed = failed | beyond({}, DIVERGENCE_LIMIT);", unit(o));
                    line!(self, "let share{o} = exp(min({} - largest, 0.0));", unit(o));
                    line!(self, "sum += share{o};");
                    line!(self, "own_output = select(own_output, {}, class_of_row == {o}u);", unit(o));
                }
                line!(self, "loss = log(sum) + largest - own_output;");
                line!(self, "correct = select(0.0, 1.0, winner == class_of_row);");
                let delta = |o| format!("(share{o} / sum - select(0.0, 1.0, class_of_row == {o}u)) * scale");
                (0..output.outputs).map(delta).collect()
            }
            Loss::Mse => {
                let n = output.outputs;
                for o in 0..n {
                    line!(self, "let off{o} = {} - bitcast<f32>(labels[row * {n}u + {o}u]);", unit(o));
                    line!(self, "failed = failed | beyond(off{o}, DIVERGENCE_LIMIT);");
                    line!(self, "loss += off{o} * off{o};");
                }
                line!(self, "loss = loss / {n}.0;");
                (0..n).map(|o| format!("2.0 * off{o} * scale / {n}.0")).collect()
            }
        };
        let last = self.layers.len() - 1;
        for column in 0..output.columns() {
            let units = &deltas[4 * column..4 * column + output.width(column)];
            line!(self, "let e{last}_{column} = {}({});", vector(units.len()), units.join(", "));
        }
    }

    fn backward(&mut self) {
        for depth in (0..self.layers.len()).rev() {
            let layer = self.layers[depth];
            for input in 0..layer.inputs {
                let from = incoming(&self.layers, depth, input);
                for column in 0..layer.columns() {
                    line!(self, "g{depth}_{input}_{column} += {from} * e{depth}_{column};");
                }
            }
            for column in 0..layer.columns() {
                line!(self, "g{depth}_{}_{column} += e{depth}_{column};", layer.inputs);
            }
            if depth > 0 {
                self.descend(depth);
            }
        }
    }

    /// Writes the loss's derivative one layer down.
    fn descend(&mut self, depth: usize) {
        let (layer, below) = (self.layers[depth], self.layers[depth - 1]);
        for column in 0..below.columns() {
            let unit = |input: usize| {
                let terms = (0..layer.columns()).map(|to| match layer.width(to) {
                    1 => format!("w{depth}_{input}_{to} * e{depth}_{to}"),
                    _ => format!("dot(w{depth}_{input}_{to}, e{depth}_{to})"),
                });
                terms.collect::<Vec<_>>().join(" + ")
            };
            let units: Vec<String> = (4 * column..4 * column + 4).map(unit).collect();
            line!(self, "let e{}_{column} = d{}_{column} * vec4<f32>({});", depth - 1, depth - 1, units.join(", "));
        }
    }

    fn take(&mut self) -> String {
        core::mem::take(&mut self.out)
    }
}

/// The whole shader.
pub fn source(program: &Program) -> String {
    let (layers, pieces) = layers(program);
    let mut writer = Writer { program, layers, out: String::new() };
    let mut shader = update::types();
    for line in TRAIN_INVOCATION.parts.iter().flat_map(|part| part.lines()) {
        shader.push_str(line);
        shader.push('\n');
        let Some(mark) = line.trim().strip_prefix("//@ ") else { continue };
        match mark {
            "constants" => writer.constants(pieces),
            "update" => {
                writer.out.push_str(&update::source(Update::unguarded(program.rule, program.averages), &PLACES));
            }
            "slope" => writer.slope(),
            "run constants" => writer.run_constants(),
            "step scalars" => writer.step_scalars(),
            "load parameters" => writer.load(),
            "store gradient" => writer.store(pieces),
            "member" => writer.member(),
            "masks" => writer.masks(),
            "clear" => writer.clear(),
            "forward" => writer.forward(),
            "loss" => writer.loss(),
            "backward" => writer.backward(),
            other => unreachable!("the template marks no {other}"),
        }
        shader.push_str(&writer.take());
    }
    shader
}
