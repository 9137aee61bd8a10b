//! Compiles the shader of a program.

use super::program::source;
use crate::backend::Program;
use crate::backend::gpu::binding::TRAIN_INVOCATION;
use crate::backend::gpu::device::{self, Device, Pipeline};
use std::rc::Rc;

/// The pipeline of a program, compiled when it is first asked for.
pub fn pipeline(device: &Device, program: &Program) -> Rc<Pipeline> {
    device.program(program, |rotate| compile(device, rotate, program))
}

/// Compiles a program.
fn compile(device: &Device, rotate: &str, program: &Program) -> Pipeline {
    let layout = device::layout(&device.handle, TRAIN_INVOCATION.bindings);
    let pipeline =
        device::compile(&device.handle, TRAIN_INVOCATION.name, &layout, rotate, &device.source(source(program)));
    Pipeline { layout, pipeline }
}
