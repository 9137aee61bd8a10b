// Rotations to the left without shifts, which SwiftShader does lane by lane in 25 instructions: rotate.wgsl's bits.

// By up to 22 bits: `factor` is 2^bits, `top` has that many bits at the top, `scale` is 2^(bits - 32). The top bits, read
// as a signed number, are exact in f32; times `scale` and above 1.5 * 2^23 they stand in the lowest bits of the fraction.
fn turn(x: u32, factor: u32, top: u32, scale: f32) -> u32 {
    let low = bitcast<u32>(f32(bitcast<i32>(x & top)) * scale + 12582912.0);
    return (x * factor) | (low & (factor - 1u));
}

fn rotate6(x: u32) -> u32 {
    return turn(x, 0x40u, 0xfc000000u, 0x1p-26f);
}

fn rotate13(x: u32) -> u32 {
    return turn(x, 0x2000u, 0xfff80000u, 0x1p-19f);
}

fn rotate15(x: u32) -> u32 {
    return turn(x, 0x8000u, 0xfffe0000u, 0x1p-17f);
}

fn rotate16(x: u32) -> u32 {
    return turn(x, 0x10000u, 0xffff0000u, 0x1p-16f);
}

fn rotate17(x: u32) -> u32 {
    return turn(x, 0x20000u, 0xffff8000u, 0x1p-15f);
}

fn rotate24(x: u32) -> u32 {
    return turn(rotate16(x), 0x100u, 0xff000000u, 0x1p-24f);
}

fn rotate26(x: u32) -> u32 {
    return turn(rotate16(x), 0x400u, 0xffc00000u, 0x1p-22f);
}

fn rotate29(x: u32) -> u32 {
    return turn(rotate16(x), 0x2000u, 0xfff80000u, 0x1p-19f);
}
