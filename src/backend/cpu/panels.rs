//! Where the backend keeps a matrix: in column panels. A panel is `panel` columns wide (8 or 16, by instruction set) and
//! stands row after row in one piece; panels follow each other. The last panel is 4, 8 or 16 wide, whatever holds the
//! columns that are left. So a kernel that walks down a panel reads memory in one line, and every row of a panel is a
//! whole number of vectors. Columns beyond the matrix (padding) are zero where they could reach a result.
//!
//! Activations, deltas and derivatives are B x O matrices. A layer's parameters are one (I + 1) x O matrix: the weight
//! transposed, and the bias as its last row.

use crate::mlp::{Layer, linear_len};
use core::ops::Range;

/// Width of the panel that starts at column `first` of `columns`.
#[inline]
fn width(columns: usize, first: usize, panel: usize) -> usize {
    match columns - first {
        left if left >= panel => panel,
        left if left > 8 => 16,
        left if left > 4 => 8,
        _ => 4,
    }
}

/// First column and width of each panel. The panel's first number is at `first column * rows`.
#[inline]
pub fn panels(columns: usize, panel: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..columns).step_by(panel).map(move |first| (first, width(columns, first, panel)))
}

/// Columns with padding: numbers that one row takes.
#[inline]
pub fn padded(columns: usize, panel: usize) -> usize {
    match columns % panel {
        0 => columns,
        left => columns - left + width(columns, columns - left, panel),
    }
}

/// Where row `row`, column `column` of a `rows x columns` matrix stands.
#[inline]
pub fn index(rows: usize, columns: usize, panel: usize, row: usize, column: usize) -> usize {
    let first = column / panel * panel;
    first * rows + row * width(columns, first, panel) + column % panel
}

/// Numbers that a layer's weights and biases take.
pub fn matrix_len(layer: &Layer, panel: usize) -> usize {
    linear_len(layer.inputs, padded(layer.outputs, panel))
}

/// Numbers that they take turned ([`turn`]).
pub fn turned_len(layer: &Layer, panel: usize) -> usize {
    linear_len(layer.outputs, padded(layer.inputs, panel))
}

/// The places of a layer's weights and of its biases, panel by panel.
pub fn pieces(Layer { inputs, outputs, .. }: Layer, panel: usize) -> impl Iterator<Item = [Range<usize>; 2]> {
    panels(outputs, panel).map(move |(first, width)| {
        let weight = linear_len(inputs, first);
        let bias = weight + width * inputs;
        [weight..bias, bias..bias + width]
    })
}

/// Numbers that a layer's parameters take: behind weights and biases stand a batch norm's factors, shifts, running means and
/// running variances, a row each.
pub fn layer_len(layer: &Layer, panel: usize) -> usize {
    matrix_len(layer, panel) + layer.norm.map_or(0, |_| 4 * padded(layer.outputs, panel))
}

/// For each parameter of a layer in PyTorch's flat order: its place there and its place in the layer's panels.
pub fn places(layer: Layer, panel: usize) -> impl Iterator<Item = (usize, usize)> {
    let rows = layer.inputs + 1;
    let matrix = (0..layer.outputs).flat_map(move |unit| {
        (0..rows).map(move |row| {
            let flat = if row < layer.inputs { layer.weight + unit * layer.inputs + row } else { layer.bias + unit };
            (flat, index(rows, layer.outputs, panel, row, unit))
        })
    });
    let (units, wide) = (layer.outputs, padded(layer.outputs, panel));
    let norm = layer.norm.into_iter().flat_map(move |norm| {
        let rows = [norm.gamma, norm.gamma + units, norm.mean, norm.mean + units].into_iter().enumerate();
        rows.flat_map(move |(row, flat)| {
            (0..units).map(move |unit| (flat + unit, matrix_len(&layer, panel) + row * wide + unit))
        })
    });
    matrix.chain(norm)
}

/// Puts `value` in all padding of a `rows x columns` matrix.
pub fn fill_padding(matrix: &mut [f32], rows: usize, columns: usize, panel: usize, value: f32) {
    for (first, width) in panels(columns, panel) {
        let real = width.min(columns - first);
        for row in matrix[first * rows..][..width * rows].chunks_exact_mut(width) {
            row[real..].fill(value);
        }
    }
}

/// Copies `rows` of row-major `data` (`columns` wide) into panels; padding becomes zero.
pub fn gather(into: &mut [f32], data: &[f32], columns: usize, panel: usize, rows: &[u32]) {
    for (first, width) in panels(columns, panel) {
        let real = width.min(columns - first);
        let into = into[first * rows.len()..][..width * rows.len()].chunks_exact_mut(width);
        for (into, &row) in into.zip(rows) {
            let from = &data[row as usize * columns + first..][..real];
            into[..real].copy_from_slice(from);
            into[real..].fill(0.0);
        }
    }
}

/// A layer's weights turned: `into` is an (O + 1) x I matrix in panels, its last row and its padding zero. The product
/// with it takes deltas back to the layer's inputs.
pub fn turn(into: &mut [f32], parameters: &[f32], inputs: usize, outputs: usize, panel: usize) {
    into[..linear_len(outputs, padded(inputs, panel))].fill(0.0);
    for (column, out_width) in panels(outputs, panel) {
        let units = out_width.min(outputs - column);
        let from = &parameters[linear_len(inputs, column)..][..inputs * out_width];
        for (row, in_width) in panels(inputs, panel) {
            let into = &mut into[linear_len(outputs, row) + column * in_width..][..units * in_width];
            let real = in_width.min(inputs - row);
            for (i, from) in from[row * out_width..].chunks_exact(out_width).take(real).enumerate() {
                for (into, &from) in into.chunks_exact_mut(in_width).zip(from) {
                    into[i] = from;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_taken_once() {
        for panel in [8, 16] {
            for (rows, columns) in [(1, 1), (3, 4), (5, 10), (2, 16), (7, 33), (4, 29)] {
                let mut taken = vec![0; rows * padded(columns, panel)];
                for row in 0..rows {
                    for column in 0..columns {
                        taken[index(rows, columns, panel, row, column)] += 1;
                    }
                }
                assert!(taken.iter().all(|&n| n <= 1), "{rows} x {columns} in panels of {panel}");
                let (first, width) = panels(columns, panel).last().unwrap();
                assert_eq!(first + width, padded(columns, panel));
            }
        }
    }

    #[test]
    fn turning_gives_the_transpose() {
        for panel in [8, 16] {
            for (inputs, outputs) in [(1, 1), (2, 8), (10, 13), (33, 20)] {
                let mut from = vec![0.0; (inputs + 1) * padded(outputs, panel)];
                let mut into = vec![f32::NAN; (outputs + 1) * padded(inputs, panel)];
                for i in 0..inputs {
                    for o in 0..outputs {
                        from[index(inputs + 1, outputs, panel, i, o)] = (100 * i + o + 1) as f32;
                    }
                }
                turn(&mut into, &from, inputs, outputs, panel);
                for i in 0..inputs {
                    for o in 0..outputs {
                        let got = into[index(outputs + 1, inputs, panel, o, i)];
                        assert_eq!(got.to_bits(), ((100 * i + o + 1) as f32).to_bits());
                    }
                }
                assert_eq!(into.iter().filter(|&&x| x != 0.0).count(), inputs * outputs);
            }
        }
    }
}
