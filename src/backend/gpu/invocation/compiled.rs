//! Compiles the shader of a program.

use super::program::source;
use crate::backend::Program;
use crate::backend::gpu::binding::Access;
use crate::backend::gpu::device::{self, Device, Pipeline};
use std::rc::Rc;

/// The pipeline of a program, compiled when it is first asked for.
pub fn pipeline(device: &Device, program: &Program) -> Rc<Pipeline> {
    device.program(program, |rotate| compile(&device.handle, rotate, program))
}

/// Compiles a program.
fn compile(device: &wgpu::Device, rotate: &str, program: &Program) -> Pipeline {
    use Access::{Read, Write};
    let bindings = [(1, Read), (2, Read), (3, Write), (4, Read), (5, Read)];
    let layout = device::layout(device, &bindings);
    let pipeline = device::compile(device, "train_invocation", &layout, rotate, &source(program));
    Pipeline { layout, pipeline }
}
