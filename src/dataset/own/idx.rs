//! IDX, the format of MNIST and of those made after it: a magic number, sizes as big-endian u32, bytes.

use super::{MAX_BYTES, MAX_CLASSES, MAX_FEATURES, MAX_NUMBERS, MIN_ROWS};
use crate::dataset::{Dataset, Targets};
use crate::fault::{Fault, Read};

/// The images and labels of two files, in either order. Features are pixels, classes the labels that occur.
///
/// # Errors
/// Files that are none of the kind, or do not belong together.
pub fn read_idx(files: &[&[u8]]) -> Read<Dataset> {
    let parts = files.iter().map(|bytes| part(bytes)).collect::<Read<Vec<_>>>()?;
    let of = |n: usize| parts.iter().filter(|part| part.sizes.len() == n).collect::<Vec<_>>();
    let (labels, images) = (of(1), of(3));
    let (&[labels], &[images]) = (&labels[..], &images[..]) else {
        return Err(Fault::IdxPair { images: images.len(), labels: labels.len() });
    };
    let (rows, columns) = (images.sizes[0], images.sizes[1] * images.sizes[2]);
    if labels.sizes[0] != rows {
        return Err(Fault::IdxCounts { images: rows, labels: labels.sizes[0] });
    }
    if rows < MIN_ROWS {
        return Err(Fault::TooFew { rows, needed: MIN_ROWS });
    }
    if columns == 0 {
        return Err(Fault::NoFeatures { target: "label".into() });
    }
    if columns > MAX_FEATURES {
        return Err(Fault::TooManyColumns { found: columns, limit: MAX_FEATURES });
    }
    if rows.saturating_mul(columns) > MAX_NUMBERS {
        return Err(Fault::TooManyNumbers { rows, features: columns, limit: MAX_NUMBERS });
    }
    let mut counts = [0_usize; 256];
    for &label in labels.bytes {
        counts[usize::from(label)] += 1;
    }
    let seen: Vec<usize> = (0..256).filter(|&label| counts[label] > 0).collect();
    if seen.len() < 2 {
        let value = seen.first().map_or_else(String::new, ToString::to_string);
        return Err(Fault::OneClass { column: "label".into(), value });
    }
    debug_assert!(seen.len() <= MAX_CLASSES, "a byte has 256 values");
    let mut class_of = [0_u32; 256];
    for (class, &label) in seen.iter().enumerate() {
        class_of[label] = class as u32;
    }
    Ok(Dataset {
        name: "idx".into(),
        columns,
        rows,
        features: Vec::new(),
        pixels: images.bytes.to_vec(),
        targets: Targets::Classes(labels.bytes.iter().map(|&label| class_of[usize::from(label)]).collect()),
        feature_names: (0..columns).map(|pixel| format!("pixel_{pixel}")).collect(),
        class_names: seen.iter().map(ToString::to_string).collect(),
    })
}

/// What one file has.
struct Part<'a> {
    /// Images: how many, their height and width; labels: how many.
    sizes: Vec<usize>,
    bytes: &'a [u8],
}

fn part(bytes: &[u8]) -> Read<Part<'_>> {
    let found = bytes.len() as u64;
    if found > MAX_BYTES {
        return Err(Fault::too_large(found, MAX_BYTES));
    }
    let n_sizes = match bytes {
        [0, 0, 8, 1, ..] => 1,
        [0, 0, 8, 3, ..] => 3,
        _ if bytes.len() < 4 => return Err(Fault::CutShort { found: bytes.len() as u64, expected: 4 }),
        _ => {
            let begin: Vec<String> = bytes.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
            return Err(Fault::NotIdx { found: begin.join(" ") });
        }
    };
    let head = 4 + 4 * n_sizes;
    let (sizes, rest) = bytes.split_at_checked(head).ok_or(Fault::CutShort { found, expected: head as u64 })?;
    let word = |four: &[u8]| u32::from_be_bytes(four.try_into().unwrap_or_default()) as usize;
    let sizes: Vec<usize> = sizes[4..].chunks_exact(4).map(word).collect();
    let announced = sizes.iter().fold(1_u64, |product, &size| product.saturating_mul(size as u64));
    let expected = announced.saturating_add(head as u64);
    match rest.len() as u64 {
        there if there < announced => Err(Fault::CutShort { found, expected }),
        there if there > announced => Err(Fault::TooLong { found, expected }),
        _ => Ok(Part { sizes, bytes: rest }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(magic: u8, sizes: &[u32], bytes: &[u8]) -> Vec<u8> {
        let mut file = vec![0, 0, 8, magic];
        file.extend(sizes.iter().flat_map(|size| size.to_be_bytes()));
        file.extend_from_slice(bytes);
        file
    }

    fn pair(rows: u32) -> (Vec<u8>, Vec<u8>) {
        let pixels: Vec<u8> = (0..rows * 4).map(|k| (k * 7 % 256) as u8).collect();
        let labels: Vec<u8> = (0..rows).map(|k| [3, 9, 7][k as usize % 3]).collect();
        (file(3, &[rows, 2, 2], &pixels), file(1, &[rows], &labels))
    }

    #[test]
    fn images_and_labels_are_read_in_either_order() {
        let (images, labels) = pair(12);
        let data = read_idx(&[&images, &labels]).unwrap();
        assert_eq!(data, read_idx(&[&labels, &images]).unwrap());
        assert_eq!((data.rows, data.columns), (12, 4));
        assert_eq!(data.class_names, ["3", "7", "9"]);
        assert_eq!(data.targets, Targets::Classes([0, 2, 1].repeat(4)));
        assert!((data.value(1, 1) - 35.0 / 255.0).abs() < f64::EPSILON);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let (images, labels) = pair(12);
        let cut = &images[..images.len() - 1];
        assert_eq!(read_idx(&[cut, &labels]), Err(Fault::CutShort { found: 63, expected: 64 }));
        assert_eq!(read_idx(&[&images[..7], &labels]), Err(Fault::CutShort { found: 7, expected: 16 }));
        assert_eq!(read_idx(&[&[], &labels]), Err(Fault::CutShort { found: 0, expected: 4 }));
        let long = [&images[..], &[0]].concat();
        assert_eq!(read_idx(&[&long, &labels]), Err(Fault::TooLong { found: 65, expected: 64 }));
        assert_eq!(read_idx(&[&images]), Err(Fault::IdxPair { images: 1, labels: 0 }));
        assert_eq!(read_idx(&[&images, &images]), Err(Fault::IdxPair { images: 2, labels: 0 }));
        assert_eq!(read_idx(&[&images, &pair(11).1]), Err(Fault::IdxCounts { images: 12, labels: 11 }));
        let floats = file(3, &[1, 1, 1], &[0]);
        let floats = [&[0, 0, 13, 3], &floats[4..]].concat();
        assert_eq!(read_idx(&[&floats, &labels]), Err(Fault::NotIdx { found: "00 00 0d 03".into() }));
        assert_eq!(read_idx(&[b"\x89PNG", &labels]), Err(Fault::NotIdx { found: "89 50 4e 47".into() }));
        let one = file(1, &[12], &[4; 12]);
        assert_eq!(read_idx(&[&images, &one]), Err(Fault::OneClass { column: "label".into(), value: "4".into() }));
        let empty = file(3, &[12, 0, 4], &[]);
        assert_eq!(read_idx(&[&empty, &labels]), Err(Fault::NoFeatures { target: "label".into() }));
        // Sizes whose product no number holds.
        let huge = file(3, &[u32::MAX, u32::MAX, u32::MAX], &[0; 4]);
        assert!(matches!(read_idx(&[&huge, &labels]), Err(Fault::CutShort { .. })));
    }
}
