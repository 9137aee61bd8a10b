//! The device: adapter, queue, the compiled kernels, and whether it still lives.

use crate::error::{Error, Result};
use std::sync::{Arc, Mutex};

/// A kernel.
pub struct Kernel {
    /// Its shader file, pipeline label and test id.
    pub name: &'static str,
    /// The whole source.
    pub source: String,
}

macro_rules! kernel {
    ($name:literal $(, $shared:literal)*) => {
        Kernel {
            name: $name,
            source: [
                include_str!("../../../shaders/shared/population.wgsl"),
                $(include_str!(concat!("../../../shaders/shared/", $shared, ".wgsl")),)*
                include_str!(concat!("../../../shaders/", $name, ".wgsl")),
            ].concat(),
        }
    };
}

/// Every kernel, in the order of `Pass`.
pub fn kernels() -> [Kernel; 5] {
    [
        kernel!("dense_forward", "threefry", "activation"),
        kernel!("loss"),
        kernel!("dense_backward_data"),
        kernel!("dense_backward_weight"),
        kernel!("optimizer"),
    ]
}

/// Which kernel a dispatch runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    DenseForward = 0,
    Loss = 1,
    DenseBackwardData = 2,
    DenseBackwardWeight = 3,
    Optimizer = 4,
}

/// What went wrong on a device since it was made.
#[derive(Debug, Default)]
struct Fate {
    lost: Option<String>,
    error: Option<String>,
}

/// A kernel ready to run.
pub struct Pipeline {
    pub layout: wgpu::BindGroupLayout,
    pub pipeline: wgpu::ComputePipeline,
}

/// A live device with its compiled kernels.
pub struct Device {
    pub handle: wgpu::Device,
    pub queue: wgpu::Queue,
    pub info: wgpu::AdapterInfo,
    pipelines: Vec<Pipeline>,
    fate: Arc<Mutex<Fate>>,
}

const READ: bool = true;
const WRITE: bool = false;

/// Storage buffers of a kernel beside the uniform and the tables (0 to 3): at most five, since a stage may bind only
/// eight storage buffers on the spec's default limits.
pub fn bindings(pass: Pass) -> &'static [(u32, bool)] {
    match pass {
        Pass::DenseForward => &[(4, READ), (5, READ), (6, WRITE)],
        Pass::DenseBackwardData => &[(4, READ), (6, WRITE)],
        Pass::Loss | Pass::DenseBackwardWeight => &[(5, READ), (6, WRITE), (7, WRITE)],
        Pass::Optimizer => &[(4, WRITE), (5, WRITE), (6, READ), (7, WRITE)],
    }
}

/// Kernels in the order of [`kernels`].
pub const PASSES: [Pass; 5] =
    [Pass::DenseForward, Pass::Loss, Pass::DenseBackwardData, Pass::DenseBackwardWeight, Pass::Optimizer];

impl Device {
    /// Asks for an adapter and a device on the spec's default limits, and compiles the kernels.
    pub async fn open() -> Result<Self> {
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
        let options = wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            ..Default::default()
        };
        let none = |detail: String| Error::NoGpu { detail };
        let adapter = instance.request_adapter(&options).await.map_err(|error| none(error.to_string()))?;
        let descriptor = wgpu::DeviceDescriptor { label: Some("tuning-playground"), ..Default::default() };
        let (device, queue) = adapter.request_device(&descriptor).await.map_err(|error| none(error.to_string()))?;
        let fate = Arc::new(Mutex::new(Fate::default()));
        let on_lost = fate.clone();
        device.set_device_lost_callback(move |reason, message| {
            if let Ok(mut fate) = on_lost.lock() {
                fate.lost = Some(format!("{reason:?}: {message}"));
            }
        });
        let on_error = fate.clone();
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            if let Ok(mut fate) = on_error.lock() {
                fate.error.get_or_insert_with(|| error.to_string());
            }
        }));
        let pipelines = PASSES.iter().zip(kernels()).map(|(pass, kernel)| compile(&device, *pass, &kernel)).collect();
        Ok(Self { info: adapter.get_info(), handle: device, queue, pipelines, fate })
    }

    pub fn pipeline(&self, pass: Pass) -> &Pipeline {
        &self.pipelines[pass as usize]
    }

    /// Whether the device told that it is gone.
    pub fn is_lost(&self) -> bool {
        self.fate.lock().map_or(true, |fate| fate.lost.is_some())
    }

    /// What the device complained about, once.
    pub fn take_error(&self) -> Option<String> {
        self.fate.lock().ok().and_then(|mut fate| fate.error.take())
    }

    /// What the loss was put down to.
    pub fn loss_reason(&self) -> String {
        self.fate.lock().ok().and_then(|fate| fate.lost.clone()).unwrap_or_else(|| "no reason given".into())
    }
}

fn storage(binding: u32, read_only: bool) -> wgpu::BindGroupLayoutEntry {
    let ty = wgpu::BufferBindingType::Storage { read_only };
    wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None },
        count: None,
    }
}

fn compile(device: &wgpu::Device, pass: Pass, kernel: &Kernel) -> Pipeline {
    let uniform = wgpu::BindGroupLayoutEntry {
        ty: wgpu::BindingType::Buffer {
            ty: wgpu::BufferBindingType::Uniform,
            has_dynamic_offset: true,
            min_binding_size: None,
        },
        ..storage(0, true)
    };
    let tables = (1..=3).map(|binding| storage(binding, true));
    let own = bindings(pass).iter().map(|&(binding, read_only)| storage(binding, read_only));
    let entries: Vec<_> = core::iter::once(uniform).chain(tables).chain(own).collect();
    let label = Some(kernel.name);
    let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label, entries: &entries });
    let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label,
        bind_group_layouts: &[Some(&layout)],
        immediate_size: 0,
    });
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label,
        source: wgpu::ShaderSource::Wgsl(kernel.source.as_str().into()),
    });
    let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label,
        layout: Some(&pipeline_layout),
        module: &module,
        entry_point: Some("main"),
        compilation_options: wgpu::PipelineCompilationOptions::default(),
        cache: None,
    });
    Pipeline { layout, pipeline }
}
