// A workgroup's sums, always in the same order.

var<workgroup> shares: array<vec3<f32>, WIDTH>;
var<workgroup> eighths: array<vec3<f32>, 8>;

// Adds up what all invocations bring, in eight parts; every invocation has the sum.
fn add_up(index: u32, share: vec3<f32>) -> vec3<f32> {
    shares[index] = share;
    workgroupBarrier();
    if index < 8u {
        let first = WIDTH / 8u * index;
        var eighth = shares[first];
        for (var i = 1u; i < WIDTH / 8u; i++) {
            eighth += shares[first + i];
        }
        eighths[index] = eighth;
    }
    workgroupBarrier();
    var sum = eighths[0];
    for (var i = 1u; i < 8u; i++) {
        sum += eighths[i];
    }
    return sum;
}
