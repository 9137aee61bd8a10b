// From what comes back to a batch norm's outputs to its inputs. functions/batch_norm_backward.wgsl says what an invocation
// does.

@group(0) @binding(4) var<storage, read> params: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> work: array<vec4<f32>>;
@group(0) @binding(7) var<storage, read_write> gradient: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    now = call;
    batch_norm_backward(member_of(call.first_member + id.z), id.x);
}
