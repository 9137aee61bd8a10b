//! The device: adapter, queue, the compiled kernels, and whether it still lives.

use super::Strategy;
use super::binding::{Access, Binding, Kernel};
use super::layered::passes::{PASSES, Pass};
use super::machine::{Machine, Source};
use super::pace::Knowledge;
use super::update::Update;
use crate::backend::{Labels, LocalFuture, Program};
use crate::error::{Error, Result};
use crate::mlp::{Activation, Loss};
use core::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use web_time::Instant;

/// What decides which shader code a network runs, widths apart: strategy, the program where it is unrolled, activation and
/// whether batch norms stand before it, loss,
/// and the number of its update.
pub type Code = (Strategy, Option<Program>, (Activation, bool), Loss, u32);

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

/// Kernels by pass and, where a pass has one for each rule, by rule.
type Kernels = BTreeMap<(Pass, Option<Update>), Rc<wgpu::ComputePipeline>>;

/// A live device with its compiled kernels.
pub struct Device {
    pub handle: wgpu::Device,
    pub queue: wgpu::Queue,
    pub info: wgpu::AdapterInfo,
    /// Whether the adapter is a program and not a device.
    pub is_software: bool,
    /// How each pass of strategies `layered` and `workgroup` binds.
    pub layouts: Vec<wgpu::BindGroupLayout>,
    /// The kernels of those passes that were asked for so far.
    kernels: RefCell<Kernels>,
    /// Compiled programs of strategy `invocation`.
    programs: RefCell<BTreeMap<Program, Rc<Pipeline>>>,
    fate: Arc<Mutex<Fate>>,
    /// Bytes of all that was made on the device.
    pub allocated: core::cell::Cell<u64>,
    begun: Instant,
    knowledge: RefCell<Knowledge>,
    /// Programs that were held against the CPU on it.
    pub tried: RefCell<BTreeSet<Code>>,
    /// What those trials came to: what was tried, seconds with compilation, and the distance from the CPU.
    pub first_uses: RefCell<Vec<(String, f64, f64)>>,
    /// A text of shaders and what stands for it, for tests: a device that computes something else.
    #[cfg(not(target_arch = "wasm32"))]
    tampered: RefCell<Option<[String; 2]>>,
    /// Whether writes to storage may be asked to be seen by all invocations at once.
    is_coherent: bool,
}

impl Machine for Device {
    fn now(&self) -> f64 {
        self.begun.elapsed().as_secs_f64()
    }

    fn knowledge(&self) -> &RefCell<Knowledge> {
        &self.knowledge
    }

    fn is_lost(&self) -> bool {
        self.fate.lock().map_or(true, |fate| fate.lost.is_some())
    }

    fn take_error(&self) -> Option<String> {
        self.fate.lock().ok().and_then(|mut fate| fate.error.take())
    }

    fn loss_reason(&self) -> String {
        self.fate.lock().ok().and_then(|fate| fate.lost.clone()).unwrap_or_else(|| "no reason given".into())
    }
}

impl Device {
    /// Asks for an adapter and a device on the spec's default limits, and compiles the kernels.
    pub async fn open(as_device: bool) -> Result<Self> {
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
        let options = wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            ..Default::default()
        };
        let none = |detail: String| Error::NoGpu { detail };
        let adapter = instance.request_adapter(&options).await.map_err(|error| none(error.to_string()))?;
        let info = adapter.get_info();
        let is_software = is_software(&info) && !as_device;
        // The barriers of naga's Vulkan shaders order writes of a workgroup, and nothing says that they are seen.
        let wanted = if is_software { wgpu::Features::empty() } else { wgpu::Features::MEMORY_DECORATION_COHERENT };
        let required_features = adapter.features() & wanted;
        let is_coherent = !required_features.is_empty();
        let label = Some("tuning-playground");
        let descriptor = wgpu::DeviceDescriptor { label, required_features, ..Default::default() };
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
        let is_unseen = cfg!(not(target_arch = "wasm32"));
        let layouts = PASSES.map(|pass| layout(&device, pass.row().bindings)).into();
        Ok(Self {
            info,
            handle: device,
            queue,
            is_software,
            layouts,
            kernels: RefCell::default(),
            programs: RefCell::default(),
            fate,
            allocated: core::cell::Cell::default(),
            begun: Instant::now(),
            knowledge: RefCell::new(Knowledge::of(is_software, is_unseen)),
            tried: RefCell::default(),
            first_uses: RefCell::default(),
            #[cfg(not(target_arch = "wasm32"))]
            tampered: RefCell::default(),
            is_coherent,
        })
    }

    /// The pipeline of a program, compiled when it is first asked for.
    pub fn program(&self, program: &Program, compile: impl FnOnce(&str) -> Pipeline) -> Rc<Pipeline> {
        let mut programs = self.programs.borrow_mut();
        programs.entry(program.clone()).or_insert_with(|| Rc::new(compile(rotate(self.is_software)))).clone()
    }

    /// Has all shaders compiled anew with one text in place of another.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn tamper(&self, from: &str, to: &str) {
        *self.tampered.borrow_mut() = Some([from.into(), to.into()]);
        self.kernels.borrow_mut().clear();
        self.programs.borrow_mut().clear();
    }

    /// What is compiled for a shader.
    #[cfg_attr(target_arch = "wasm32", expect(clippy::unused_self, reason = "only native tests change shaders"))]
    pub fn source(&self, source: String) -> String {
        #[cfg(not(target_arch = "wasm32"))]
        if let Some([from, to]) = &*self.tampered.borrow() {
            return source.replace(from, to);
        }
        source
    }

    /// The kernel of a pass for networks of a rule, compiled when it is first asked for.
    pub fn kernel(&self, pass: Pass, update: Update) -> Rc<wgpu::ComputePipeline> {
        let compile = || {
            let Kernel { name, mut source } = pass.kernel(update);
            if self.is_coherent && pass == Pass::TrainWorkgroupTiles {
                source = source.replace("var<storage, read_write>", "@coherent var<storage, read_write>");
            }
            let source = self.source(source);
            let layout = &self.layouts[pass as usize];
            Rc::new(compile(&self.handle, name, layout, rotate(self.is_software), &source))
        };
        let key = (pass, pass.updates().then_some(update));
        self.kernels.borrow_mut().entry(key).or_insert_with(compile).clone()
    }
}

/// The rotations that shaders need, as the kind of adapter does them best: both give the same bits.
fn rotate(is_software: bool) -> &'static str {
    if is_software {
        include_str!(concat!(env!("OUT_DIR"), "/shaders/functions/rotate_software.wgsl"))
    } else {
        include_str!(concat!(env!("OUT_DIR"), "/shaders/functions/rotate.wgsl"))
    }
}

fn is_software(info: &wgpu::AdapterInfo) -> bool {
    let name = info.name.to_ascii_lowercase();
    info.device_type == wgpu::DeviceType::Cpu || ["swiftshader", "llvmpipe"].iter().any(|s| name.contains(s))
}

fn entry(binding: u32, ty: wgpu::BindingType) -> wgpu::BindGroupLayoutEntry {
    wgpu::BindGroupLayoutEntry { binding, visibility: wgpu::ShaderStages::COMPUTE, ty, count: None }
}

fn buffer(ty: wgpu::BufferBindingType, has_dynamic_offset: bool) -> wgpu::BindingType {
    wgpu::BindingType::Buffer { ty, has_dynamic_offset, min_binding_size: None }
}

fn binding_type(access: Access) -> wgpu::BindingType {
    let storage = |read_only| buffer(wgpu::BufferBindingType::Storage { read_only }, false);
    match access {
        Access::Read => storage(true),
        Access::Write => storage(false),
        Access::Texels => wgpu::BindingType::Texture {
            sample_type: wgpu::TextureSampleType::Float { filterable: false },
            view_dimension: wgpu::TextureViewDimension::D2,
            multisampled: false,
        },
    }
}

/// How a kernel binds: a uniform at binding 0, one slot of [`CALL_STRIDE`](super::binding::CALL_STRIDE) a dispatch, and
/// these bindings of its own.
pub fn layout(device: &wgpu::Device, bindings: &[Binding]) -> wgpu::BindGroupLayout {
    let uniform = entry(0, buffer(wgpu::BufferBindingType::Uniform, true));
    let own = bindings.iter().map(|&(binding, _, access)| entry(binding, binding_type(access)));
    let entries: Vec<_> = core::iter::once(uniform).chain(own).collect();
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: None, entries: &entries })
}

/// Compiles a kernel.
pub fn compile(
    device: &wgpu::Device,
    name: &str,
    layout: &wgpu::BindGroupLayout,
    rotate: &str,
    source: &str,
) -> wgpu::ComputePipeline {
    let label = Some(name);
    let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label,
        bind_group_layouts: &[Some(layout)],
        immediate_size: 0,
    });
    let source = wgpu::ShaderSource::Wgsl([rotate, source].concat().into());
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor { label, source });
    device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label,
        layout: Some(&pipeline_layout),
        module: &module,
        entry_point: Some("main"),
        compilation_options: wgpu::PipelineCompilationOptions::default(),
        cache: None,
    })
}

/// Labels as the shaders read them: classes, or the bits of numbers.
pub fn label_words(labels: &Labels<f32>) -> Vec<u32> {
    match labels {
        Labels::Classes(classes) => classes.clone(),
        Labels::Numbers(numbers) => numbers.iter().map(|x| x.to_bits()).collect(),
    }
}

/// Says whether a device computes what the CPU does.
pub type Test = fn(&Rc<Device>) -> LocalFuture<'_, Result<()>>;

async fn tested(test: Test, as_device: bool) -> Result<Rc<Device>> {
    let device = Rc::new(Device::open(as_device).await?);
    test(&device).await?;
    Ok(device)
}

/// The device that all populations work on, whichever stands for the GPU now; clones share it.
#[derive(Clone)]
pub struct SharedDevice {
    device: Rc<RefCell<Rc<Device>>>,
    test: Test,
    /// Whether a software adapter is taken for a device.
    as_device: bool,
}

impl SharedDevice {
    /// Asks for a first device; it and those after it pass the test.
    pub async fn open(test: Test, as_device: bool) -> Result<Self> {
        Ok(Self { device: Rc::new(RefCell::new(tested(test, as_device).await?)), test, as_device })
    }
}

impl Source for SharedDevice {
    type Device = Device;

    fn get(&self) -> Rc<Device> {
        self.device.borrow().clone()
    }

    fn renew(&self) -> LocalFuture<'_, Result<()>> {
        Box::pin(async {
            if self.get().is_lost() {
                let device = tested(self.test, self.as_device).await?;
                *self.device.borrow_mut() = device;
            }
            Ok(())
        })
    }
}
