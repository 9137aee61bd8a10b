// The orders of an epoch's rows, a network an invocation, as the host would draw them: Fisher and Yates from the end, with
// the words of src/rng.rs's streams, bit for bit. Plan of a network: where its order begins, how far its places lie apart,
// how many rows, and the stream's key.

@group(0) @binding(0) var<uniform> call: Call;
@group(0) @binding(1) var<storage, read_write> batches: array<u32>;

const PLAN_WORDS: u32 = 5u;

fn threefry20(key: vec2<u32>, counter: vec2<u32>) -> vec2<u32> {
    let k2 = 0x1bd11bdau ^ key.x ^ key.y;
    var x = counter + key;
    x = first_rounds(x) + vec2<u32>(key.y, k2 + 1u);
    x = next_rounds(x) + vec2<u32>(k2, key.x + 2u);
    x = first_rounds(x) + vec2<u32>(key.x, key.y + 3u);
    x = next_rounds(x) + vec2<u32>(key.y, k2 + 4u);
    return first_rounds(x) + vec2<u32>(k2, key.x + 5u);
}

fn first_rounds(before: vec2<u32>) -> vec2<u32> {
    var x = threefry_round(before, rotate13(before.y));
    x = threefry_round(x, rotate15(x.y));
    x = threefry_round(x, rotate26(x.y));
    return threefry_round(x, rotate6(x.y));
}

fn next_rounds(before: vec2<u32>) -> vec2<u32> {
    var x = threefry_round(before, rotate17(before.y));
    x = threefry_round(x, rotate29(x.y));
    x = threefry_round(x, rotate16(x.y));
    return threefry_round(x, rotate24(x.y));
}

// The high and the low word of a product, from those of its halves.
fn product(a: u32, b: u32) -> vec2<u32> {
    let low = (a & 0xffffu) * (b & 0xffffu);
    let left = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
    let right = (a & 0xffffu) * (b >> 16u) + (left & 0xffffu);
    return vec2<u32>((a >> 16u) * (b >> 16u) + (left >> 16u) + (right >> 16u), a * b);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= call.rows {
        return;
    }
    let plan = call.members + PLAN_WORDS * id.x;
    let first = batches[plan];
    let apart = batches[plan + 1u];
    let rows = batches[plan + 2u];
    let key = vec2<u32>(batches[plan + 3u], batches[plan + 4u]);
    for (var row = 0u; row < rows; row++) {
        batches[first + row * apart] = row;
    }
    var drawn = 0u;
    var words = vec2<u32>(0u);
    var last = max(rows, 1u) - 1u;
    while last > 0u {
        if drawn % 2u == 0u {
            words = threefry20(key, vec2<u32>(drawn / 2u, 0u));
        }
        let choice = product(select(words.y, words.x, drawn % 2u == 0u), last + 1u);
        drawn++;
        // Lemire's rejection: what falls below is drawn anew.
        if choice.y > last || choice.y >= (0u - (last + 1u)) % (last + 1u) {
            let one = first + last * apart;
            let other = first + choice.x * apart;
            let row = batches[one];
            batches[one] = batches[other];
            batches[other] = row;
            last--;
        }
    }
}
