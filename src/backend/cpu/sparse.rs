//! Rows that are mostly zeros, such as images of digits: the first layer's two products over the numbers that are not.
//! Both are [`SparseProduct`]: forward over the lists of rows, for the gradient over the batch's lists of columns. Terms
//! come in the order of the dense products (`product.rs`), whose sums these are.
#![expect(clippy::inline_always, reason = "only inlined code is compiled for its caller's instruction set")]

use super::isa::{Isa, Job};
use super::panels::panels;
use crate::backend::Data;
use std::rc::Rc;

/// Share of zeros from which on lists of the other numbers are quicker than all numbers in turn (measured).
const FEWEST_ZEROS: f64 = 2.0 / 3.0;
/// Panels that a list is multiplied by at once, so that enough sums are under way.
const TOGETHER: usize = 2;

/// A data set, and its numbers that are not zero where those are few.
pub struct Table {
    /// All of it.
    pub data: Rc<Data>,
    /// A list a row.
    pub sparse: Option<Lists>,
}

impl Table {
    /// Looks at how many numbers are zero.
    pub fn new(data: Rc<Data>) -> Self {
        let others = data.x.iter().filter(|&&x| x != 0.0).count();
        let are_few = others as f64 <= (1.0 - FEWEST_ZEROS) * data.x.len() as f64;
        let sparse = are_few.then(|| Lists::of_rows(&data));
        Self { data, sparse }
    }
}

/// A number that is not zero, and where it stands.
#[derive(Clone, Copy, Default)]
struct Entry {
    place: u32,
    value: f32,
}

/// Lists of numbers that are not zero: of rows, by column, or of columns, by row.
#[derive(Default)]
pub struct Lists {
    /// Where each list starts, and where the last ends.
    starts: Vec<u32>,
    entries: Vec<Entry>,
}

impl Lists {
    fn of_rows(data: &Data) -> Self {
        let mut lists = Self { starts: vec![0], entries: Vec::new() };
        for row in data.x.chunks_exact(data.columns) {
            let entries = row.iter().enumerate().map(|(column, &value)| Entry { place: column as u32, value });
            lists.entries.extend(entries.filter(|entry| entry.value != 0.0));
            lists.starts.push(lists.entries.len() as u32);
        }
        lists
    }

    /// Becomes the lists of a batch's columns, `rows` of `lists`; the last list is a column of ones, for the bias.
    pub fn turn(&mut self, lists: &Self, rows: &[u32], columns: usize) {
        // `starts` counts two places further on, then holds starts one place further on, and lists' ends when filled.
        self.starts.clear();
        self.starts.resize(columns + 2, 0);
        let entries = || rows.iter().map(|&row| lists.list(row as usize));
        for entry in entries().flatten() {
            self.starts[entry.place as usize + 1] += 1;
        }
        self.starts[columns + 1] = rows.len() as u32;
        let mut end = 0;
        for start in &mut self.starts {
            end += core::mem::replace(start, end);
        }
        self.entries.resize(end as usize, Entry::default());
        let Self { starts, entries: into } = self;
        let mut put = |column: usize, place: usize, value| {
            into[starts[column + 1] as usize] = Entry { place: place as u32, value };
            starts[column + 1] += 1;
        };
        for (place, list) in entries().enumerate() {
            for entry in list {
                put(entry.place as usize, place, entry.value);
            }
            put(columns, place, 1.0);
        }
    }

    fn len(&self) -> usize {
        self.starts.len() - 1
    }

    #[inline(always)]
    fn list(&self, at: usize) -> &[Entry] {
        &self.entries[self.starts[at] as usize..self.starts[at + 1] as usize]
    }
}

/// `c = a b + start`, `a` being lists.
pub struct SparseProduct<'a> {
    /// L x N.
    pub c: &'a mut [f32],
    /// The rows of `a`: K wide.
    pub lists: &'a Lists,
    /// L of them; without a choice all in turn.
    pub chosen: Option<&'a [u32]>,
    /// K x N, and a further row that sums start from where `starts`.
    pub b: &'a [f32],
    /// K.
    pub inner: usize,
    /// N.
    pub columns: usize,
    /// Sums start from the row after the last.
    pub starts: bool,
}

impl Job for SparseProduct<'_> {
    #[inline(always)]
    fn call<I: Isa>(mut self) {
        let together = TOGETHER * I::PANEL;
        let mut first = 0;
        while first + together <= self.columns {
            if I::PANEL == 16 {
                self.panels::<I, 16, TOGETHER>(first);
            } else {
                self.panels::<I, 8, TOGETHER>(first);
            }
            first += together;
        }
        for (column, width) in panels(self.columns - first, I::PANEL) {
            match width {
                4 => self.panels::<I, 4, 1>(first + column),
                8 => self.panels::<I, 8, 1>(first + column),
                _ if I::PANEL == 16 => self.panels::<I, 16, 1>(first + column),
                _ => unreachable!("no panel is wider"),
            }
        }
    }
}

impl SparseProduct<'_> {
    /// `N` panels, `W` wide, from column `first` on.
    #[inline(always)]
    fn panels<I: Isa, const W: usize, const N: usize>(&mut self, first: usize) {
        let height = self.inner + usize::from(self.starts);
        let b: [&[[f32; W]]; N] = core::array::from_fn(|panel| {
            &self.b[(first + panel * W) * height..][..W * height].as_chunks::<W>().0[..height]
        });
        let start = if self.starts { b.map(|b| b[self.inner]) } else { [[0.0; W]; N] };
        let n = self.chosen.map_or(self.lists.len(), <[u32]>::len);
        for at in 0..n {
            let mut sums = start;
            for entry in self.lists.list(self.chosen.map_or(at, |chosen| chosen[at] as usize)) {
                for (sum, b) in sums.iter_mut().zip(b) {
                    I::madd(sum, entry.value, &b[entry.place as usize]);
                }
            }
            for (panel, sum) in sums.iter().enumerate() {
                self.c[(first + panel * W) * n + at * W..][..W].copy_from_slice(sum);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::isa::Level;
    use super::super::panels::{gather, layer_len, padded};
    use super::super::product::{Product, WeightGradient};
    use super::*;
    use crate::backend::Labels;
    use crate::mlp::{Activation, Layer};
    use crate::rng::{Purpose, RunId, Stream};

    fn table(rows: usize, columns: usize, share_of_zeros: f32) -> Table {
        let mut stream = Stream::of(1, Purpose::Generate, RunId::default(), 0);
        let mut number = |_| if stream.uniform() < share_of_zeros { 0.0 } else { stream.uniform() - 0.5 };
        let x = (0..rows * columns).map(&mut number).collect();
        let labels = Labels::Classes(vec![0; rows]);
        Table::new(Rc::new(Data { x, columns, labels, n_train: rows, n_validation: 0 }))
    }

    #[test]
    fn few_zeros_make_no_lists() {
        assert!(table(50, 20, 0.5).sparse.is_none());
        assert!(table(50, 20, 0.8).sparse.is_some());
    }

    #[test]
    fn both_products_are_the_dense_ones_bit_by_bit() {
        for (level, batch, inputs, outputs) in Level::all().into_iter().flat_map(|level| {
            let shapes = [(1, 1, 1), (3, 7, 4), (5, 20, 10), (8, 33, 16), (9, 12, 29), (4, 64, 75)];
            shapes.map(|(batch, inputs, outputs)| (level, batch, inputs, outputs))
        }) {
            let (panel, table) = (level.panel(), table(40, inputs, 0.8));
            let lists = Lists::of_rows(&table.data);
            let rows: Vec<u32> = (0..batch as u32).map(|row| row * 17 % 40).collect();
            let mut stream = Stream::of(2, Purpose::Generate, RunId::default(), 0);
            let mut numbers = |n: usize| (0..n).map(|_| stream.uniform() - 0.5).collect::<Vec<f32>>();
            let layer = Layer {
                inputs,
                outputs,
                weight: 0,
                bias: inputs * outputs,
                activation: Activation::Linear,
                norm: None,
            };
            let (b, wide) = (&numbers(layer_len(&layer, panel))[..], padded(outputs, panel));
            let mut a = vec![0.0; batch * padded(inputs, panel)];
            gather(&mut a, &table.data.x, inputs, panel, &rows);

            let [mut dense, mut sparse] = [(); 2].map(|()| vec![f32::NAN; batch * wide]);
            level.run(Product { c: &mut dense, a: &a, b, rows: batch, inner: inputs, columns: outputs });
            let (chosen, c) = (Some(&rows[..]), &mut sparse);
            level.run(SparseProduct { c, lists: &lists, chosen, b, inner: inputs, columns: outputs, starts: true });
            assert_eq!(dense, sparse, "forward {level:?} {batch} x {inputs} x {outputs}");

            let delta = &numbers(batch * wide)[..];
            let [mut dense, mut sparse] = [(); 2].map(|()| vec![f32::NAN; layer_len(&layer, panel)]);
            level.run(WeightGradient { gradient: &mut dense, a: &a, delta, rows: batch, inputs, outputs });
            let mut columns = Lists::default();
            // Twice: lists are used anew for each batch.
            columns.turn(&lists, &[0, 1], inputs);
            columns.turn(&lists, &rows, inputs);
            let (c, b) = (&mut sparse, delta);
            level.run(SparseProduct {
                c,
                lists: &columns,
                chosen: None,
                b,
                inner: batch,
                columns: outputs,
                starts: false,
            });
            assert_eq!(dense, sparse, "gradient {level:?} {batch} x {inputs} x {outputs}");
        }
    }
}
