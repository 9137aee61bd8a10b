// Threefry-2x32 with 13 rounds: the dropout masks' generator. Twin of src/rng.rs, bit for bit.

fn threefry_round(x: vec2<u32>, rotation: u32) -> vec2<u32> {
    let sum = x.x + x.y;
    return vec2<u32>(sum, ((x.y << rotation) | (x.y >> (32u - rotation))) ^ sum);
}

fn threefry13(key: vec2<u32>, counter: vec2<u32>) -> vec2<u32> {
    let k2 = 0x1bd11bdau ^ key.x ^ key.y;
    var x = counter + key;
    x = threefry_round(x, 13u);
    x = threefry_round(x, 15u);
    x = threefry_round(x, 26u);
    x = threefry_round(x, 6u) + vec2<u32>(key.y, k2 + 1u);
    x = threefry_round(x, 17u);
    x = threefry_round(x, 29u);
    x = threefry_round(x, 16u);
    x = threefry_round(x, 24u) + vec2<u32>(k2, key.x + 2u);
    x = threefry_round(x, 13u);
    x = threefry_round(x, 15u);
    x = threefry_round(x, 26u);
    x = threefry_round(x, 6u) + vec2<u32>(key.x, key.y + 3u);
    return threefry_round(x, 17u);
}

// Four 16-bit decisions of one block: low and high half of word 0, then of word 1.
fn mask_block(key: vec2<u32>, step: u32, block: u32) -> vec4<u32> {
    let word = threefry13(key, vec2<u32>(step, block));
    return vec4<u32>(word.x & 0xffffu, word.x >> 16u, word.y & 0xffffu, word.y >> 16u);
}
