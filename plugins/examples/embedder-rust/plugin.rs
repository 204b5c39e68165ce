//! What this plugin needs of facenet_plugin.h, in Rust, and a border that panics do not cross. Names, order and types
//! are the header's; sizes are checked when this is compiled.
#![allow(dead_code)]

use std::ffi::{c_char, c_void, CString};
use std::panic::{catch_unwind, AssertUnwindSafe};

pub type Status = i32;
pub const OK: Status = 0;
pub const INVALID_ARGUMENT: Status = 1;
pub const PLUGIN_FAILED: Status = 7;
pub const ABI: u32 = 1;

#[repr(C)]
pub struct Registrar {
    _nobody_looks_inside: [u8; 0],
}

#[repr(C)]
pub struct PluginDescription {
    pub struct_size: u32,
    pub abi: u32,
    pub name: *const c_char,
    pub version: *const c_char,
    pub licence: *const c_char,
}

#[repr(C)]
pub struct Image {
    pub pixels: *const u8,
    pub width: u32,
    pub height: u32,
    pub stride: u32,
    pub format: i32,
}

#[repr(C)]
pub struct Point {
    pub x: f32,
    pub y: f32,
}

#[repr(C)]
pub struct MeasuredThreshold {
    pub false_accept_rate: f32,
    pub distance: f32,
}

#[repr(C)]
pub struct EmbedderDescription {
    pub struct_size: u32,
    pub dimension: u32,
    pub side: u32,
    pub threshold: f32,
    pub landmarks: [Point; 5],
    pub threshold_count: u32,
    pub thresholds: [MeasuredThreshold; 16],
    pub identity: [u8; 128],
}

type Open = unsafe extern "C" fn(*mut c_void, *const c_char, *const c_void, *mut *mut c_void) -> Status;

#[repr(C)]
pub struct EmbedderMethods {
    pub struct_size: u32,
    pub flags: u32,
    pub open: Option<Open>,
    pub describe: unsafe extern "C" fn(*mut c_void, *mut EmbedderDescription) -> Status,
    pub embed: unsafe extern "C" fn(*mut c_void, *const Image, usize, *mut f32) -> Status,
    pub close: Option<unsafe extern "C" fn(*mut c_void)>,
}

type NotUsed = Option<unsafe extern "C" fn()>;

#[repr(C)]
pub struct Host {
    pub struct_size: u32,
    pub abi: u32,
    pub version: u32,
    pub flags: u32,
    pub describe: unsafe extern "C" fn(*mut Registrar, *const PluginDescription) -> Status,
    pub add_detector: NotUsed,
    pub add_embedder:
        unsafe extern "C" fn(*mut Registrar, *const c_char, *const EmbedderMethods, *mut c_void) -> Status,
    pub add_index: NotUsed,
    pub add_decoder: NotUsed,
    pub add_store: NotUsed,
    pub add_operator: NotUsed,
    pub fail: unsafe extern "C" fn(Status, *const c_char) -> Status,
    pub log: unsafe extern "C" fn(i32, *const c_char),
    pub progress: unsafe extern "C" fn(f64) -> i32,
}

const _: () = assert!(size_of::<Image>() == 24);
const _: () = assert!(size_of::<EmbedderDescription>() == 316);
const _: () = assert!(size_of::<EmbedderMethods>() == 40);
const _: () = assert!(size_of::<Host>() == 96);

/// A failure: its status and its sentence.
pub struct Failure(pub Status, pub String);

/// Panics print nothing: they are told to the host. The standard library in this plugin is its own, so is this.
pub fn quiet_panics() {
    std::panic::set_hook(Box::new(|_| {}));
}

/// Runs what a method does. An error, or a panic, becomes a status and the host's sentence.
///
/// # Safety
/// `host` is the table that the entry was given.
pub unsafe fn guarded(host: *const Host, body: impl FnOnce() -> Result<(), Failure>) -> Status {
    let Failure(status, sentence) = match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => return OK,
        Ok(Err(failure)) => failure,
        Err(panic) => Failure(PLUGIN_FAILED, format!("the plugin panicked: {}", words(&panic))),
    };
    let text = CString::new(sentence).unwrap_or_default();
    ((*host).fail)(status, text.as_ptr())
}

fn words(panic: &Box<dyn std::any::Any + Send>) -> String {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => text.to_string(),
        (_, Some(text)) => text.clone(),
        _ => "without a word".to_string(),
    }
}
