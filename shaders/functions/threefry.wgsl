// Threefry-2x32 with 13 rounds: the dropout masks' generator. Twin of src/rng.rs, bit for bit.

// A round, given the second word rotated.
fn threefry_round(x: vec2<u32>, rotated: u32) -> vec2<u32> {
    let sum = x.x + x.y;
    return vec2<u32>(sum, rotated ^ sum);
}

fn threefry13(key: vec2<u32>, counter: vec2<u32>) -> vec2<u32> {
    let k2 = 0x1bd11bdau ^ key.x ^ key.y;
    var x = counter + key;
    x = threefry_round(x, rotate13(x.y));
    x = threefry_round(x, rotate15(x.y));
    x = threefry_round(x, rotate26(x.y));
    x = threefry_round(x, rotate6(x.y)) + vec2<u32>(key.y, k2 + 1u);
    x = threefry_round(x, rotate17(x.y));
    x = threefry_round(x, rotate29(x.y));
    x = threefry_round(x, rotate16(x.y));
    x = threefry_round(x, rotate24(x.y)) + vec2<u32>(k2, key.x + 2u);
    x = threefry_round(x, rotate13(x.y));
    x = threefry_round(x, rotate15(x.y));
    x = threefry_round(x, rotate26(x.y));
    x = threefry_round(x, rotate6(x.y)) + vec2<u32>(key.x, key.y + 3u);
    return threefry_round(x, rotate17(x.y));
}

// Four 16-bit decisions of one block: low and high half of word 0, then of word 1.
fn mask_block(key: vec2<u32>, step: u32, block: u32) -> vec4<u32> {
    let word = threefry13(key, vec2<u32>(step, block));
    return vec4<u32>(word.x, rotate16(word.x), word.y, rotate16(word.y)) & vec4<u32>(0xffffu);
}
