// Rotations to the left by what threefry.wgsl needs. rotate_software.wgsl gives the same bits.

fn rotate6(x: u32) -> u32 {
    return (x << 6u) | (x >> 26u);
}

fn rotate13(x: u32) -> u32 {
    return (x << 13u) | (x >> 19u);
}

fn rotate15(x: u32) -> u32 {
    return (x << 15u) | (x >> 17u);
}

fn rotate16(x: u32) -> u32 {
    return (x << 16u) | (x >> 16u);
}

fn rotate17(x: u32) -> u32 {
    return (x << 17u) | (x >> 15u);
}

fn rotate24(x: u32) -> u32 {
    return (x << 24u) | (x >> 8u);
}

fn rotate26(x: u32) -> u32 {
    return (x << 26u) | (x >> 6u);
}

fn rotate29(x: u32) -> u32 {
    return (x << 29u) | (x >> 3u);
}
