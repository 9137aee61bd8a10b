// Products of matrices on devices: a workgroup takes 32 rows and 32 columns of a product at a time through its own memory.
// Its 256 invocations are four slices, each of which sums up every fourth run of eight terms; an invocation has four rows
// and four columns of the tile. The order of every sum follows from the number of terms alone.
//
// A turn reads the operands of its terms, multiplies those of the turn before, which are in the memory, and puts its own
// there: what is read is on its way while the invocation multiplies. So a product ends with a turn that reads nothing.

const TILE: u32 = 32u;
// Invocations of a slice.
const LANES: u32 = 64u;
// Terms of a turn: eight for each slice.
const TERMS: u32 = 32u;

// For each slice 64 vec4s of the left operand, then 64 of the right one; in the end what the slices have of the tile.
var<workgroup> tiles: array<vec4<f32>, 512>;

// Where an invocation stands.
struct Place {
    slice: u32,
    lane: u32,   // its number in the slice
    left: u32,   // first vec4 of the slice's left operand in the memory
    right: u32,  // first vec4 of its right one
    row: u32,    // the first of its four rows of the tile
    column4: u32, // its four columns
}

// An invocation's four rows of the tile.
struct Sums {
    a: vec4<f32>,
    b: vec4<f32>,
    c: vec4<f32>,
    d: vec4<f32>,
}

fn place_of(index: u32) -> Place {
    let slice = index / LANES;
    let lane = index % LANES;
    return Place(slice, lane, 2u * LANES * slice, 2u * LANES * slice + LANES, 4u * (lane / 8u), lane % 8u);
}

// How many tiles of eight vec4s of columns stand side by side, and how many there are of so many rows.
fn tiles_wide(columns4: u32) -> u32 {
    return (columns4 + 7u) / 8u;
}

fn n_tiles(rows: u32, columns4: u32) -> u32 {
    return (rows + TILE - 1u) / TILE * tiles_wide(columns4);
}

// Puts an invocation's share of a turn's operands into the memory once everybody has multiplied what is there.
fn put_operands(own: Place, left: vec4<f32>, to_left: u32, right: vec4<f32>, to_right: u32) {
    workgroupBarrier();
    tiles[own.left + to_left] = left;
    tiles[own.right + to_right] = right;
    workgroupBarrier();
}

// Rows of the left operand hold their terms side by side, and the right one's vec4s hold four columns of a term.
fn multiply_columns(own: Place, sums: Sums) -> Sums {
    var s = sums;
    for (var i = 0u; i < 2u; i++) {
        let w = own.right + 32u * i + own.column4;
        let w0 = tiles[w];
        let w1 = tiles[w + 8u];
        let w2 = tiles[w + 16u];
        let w3 = tiles[w + 24u];
        let x = own.left + 2u * own.row + i;
        s.a += times(tiles[x], w0, w1, w2, w3);
        s.b += times(tiles[x + 2u], w0, w1, w2, w3);
        s.c += times(tiles[x + 4u], w0, w1, w2, w3);
        s.d += times(tiles[x + 6u], w0, w1, w2, w3);
    }
    return s;
}

// Rows of both operands hold their terms side by side.
fn multiply_rows(own: Place, sums: Sums) -> Sums {
    var s = sums;
    for (var i = 0u; i < 2u; i++) {
        let w = own.right + 32u * i + own.column4;
        let w0 = tiles[w];
        let w1 = tiles[w + 8u];
        let w2 = tiles[w + 16u];
        let w3 = tiles[w + 24u];
        let x = own.left + 2u * own.row + i;
        let x0 = tiles[x];
        let x1 = tiles[x + 2u];
        let x2 = tiles[x + 4u];
        let x3 = tiles[x + 6u];
        s.a += vec4<f32>(dot(x0, w0), dot(x0, w1), dot(x0, w2), dot(x0, w3));
        s.b += vec4<f32>(dot(x1, w0), dot(x1, w1), dot(x1, w2), dot(x1, w3));
        s.c += vec4<f32>(dot(x2, w0), dot(x2, w1), dot(x2, w2), dot(x2, w3));
        s.d += vec4<f32>(dot(x3, w0), dot(x3, w1), dot(x3, w2), dot(x3, w3));
    }
    return s;
}

// Both operands' vec4s hold four rows and four columns of a term.
fn multiply_terms(own: Place, sums: Sums) -> Sums {
    var s = sums;
    for (var i = 0u; i < 8u; i++) {
        let x = tiles[own.left + 8u * i + own.row / 4u];
        let w = tiles[own.right + 8u * i + own.column4];
        s.a += x.x * w;
        s.b += x.y * w;
        s.c += x.z * w;
        s.d += x.w * w;
    }
    return s;
}

// Adds up what the slices have of a tile: the invocation gets the four numbers in row index / 8 and columns index % 8.
fn gathered(own: Place, s: Sums, index: u32) -> vec4<f32> {
    let to = 256u * (own.slice % 2u) + 8u * own.row + own.column4;
    if own.slice >= 2u {
        tiles[to] = s.a;
        tiles[to + 8u] = s.b;
        tiles[to + 16u] = s.c;
        tiles[to + 24u] = s.d;
    }
    workgroupBarrier();
    if own.slice < 2u {
        tiles[to] += s.a;
        tiles[to + 8u] += s.b;
        tiles[to + 16u] += s.c;
        tiles[to + 24u] += s.d;
    }
    workgroupBarrier();
    return tiles[index] + tiles[256u + index];
}
