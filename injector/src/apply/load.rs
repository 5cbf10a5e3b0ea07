//! Brings the runtime and a patch into a process while its other threads run.

use crate::apply::block::{self, Header};
use crate::apply::failure::step;
use crate::apply::heap::Heap;
use crate::apply::object::{DLOPEN_FLAGS, Object};
use crate::apply::session::Session;
use crate::apply::track::Tracker;
use crate::apply::victim;
use crate::error::{Fault, Result};
use crate::facts::image;
use crate::facts::maps::{self, Mapping};
use crate::facts::memory::Memory;
use crate::facts::patch_file::PatchFile;
use crate::facts::registry::RUNTIME_NAME;
use crate::plan::load::{Binding, Load};
use crate::tracee::sigframe::RESTORER;
use crate::tracee::{Hijack, Rewrite};
use polus_runtime::{LIBRARY, abi, abi::Plain, abi::kind};
use std::mem::offset_of;

/// Bytes of an image read at a time when looking for code.
const SEARCH_CHUNK: usize = 1 << 16;
/// Bytes of the runtime's own stack.
pub const CALL_STACK: u64 = 256 << 10;

/// Loads `patch` unless it is there already; returns its record's address.
pub fn load(
    session: &mut Session,
    tracker: &mut Option<Tracker>,
    patch: &PatchFile,
    plan: &Load,
) -> Result<u64> {
    let record = match plan.known {
        Some(record) => record,
        None => {
            let record = in_a_thread(session, tracker, |loader| loader.run(patch, plan))?;
            session.refresh()?;
            record
        }
    };
    if !(patch.tables.extension_types.is_empty() && patch.tables.companions.is_empty()) {
        let table = session.memory.read_plain::<abi::Record>(record)?.patch;
        in_a_thread(session, tracker, |loader| loader.enrol(patch, table))?;
    }
    Heap::find(session, record)?.lead_for_good(&session.memory)?;
    Ok(record)
}

/// Loads the runtime alone, unless it is there already.
pub fn load_runtime(session: &mut Session) -> Result<()> {
    if session.registry.address == 0 {
        in_a_thread(session, &mut None, |loader| loader.open_runtime())?;
        session.refresh()?;
    }
    Ok(())
}

fn in_a_thread<T>(
    session: &Session,
    tracker: &mut Option<Tracker>,
    work: impl FnOnce(&mut Loader<'_>) -> Result<T>,
) -> Result<T> {
    let restorer = find_restorer(session)?;
    let dlopen = exported(session, &["dlopen", "__libc_dlopen_mode"])?;
    step("load.choose")?;
    victim::with_thread(session, tracker, restorer, |hijack| {
        let mut loader = Loader { session, hijack, dlopen };
        let outcome = work(&mut loader);
        let ended = loader.hijack.end();
        // a thread that did not come back in time was not given back either: the first fault tells why
        outcome.and_then(|done| ended.map(|()| done))
    })
}

/// The C library's way back from signal handlers.
pub fn find_restorer(session: &Session) -> Result<u64> {
    let libc = session.images.iter().filter(|image| image.exported(&session.memory, "sigaction").is_some());
    for image in libc {
        let inside = |map: &&Mapping| map.start >= image.range.0 && map.end <= image.range.1;
        let code = session.maps.iter().filter(|map| map.access.starts_with("r-x")).filter(inside);
        let found = code.filter_map(|map| search(&session.memory, map.start, map.end)).next();
        if let Some(found) = found {
            return Ok(found);
        }
    }
    Err(Fault::refused(format!(
        "{}: its C library has no known way back from signal handlers",
        session.name()
    )))
}

fn search(memory: &Memory, start: u64, end: u64) -> Option<u64> {
    let mut at = start;
    while at < end {
        let bytes = memory.read_some(at, SEARCH_CHUNK + RESTORER.len());
        if let Some(offset) = bytes.windows(RESTORER.len()).position(|window| window == RESTORER) {
            return Some(at + offset as u64);
        }
        at += SEARCH_CHUNK as u64;
    }
    None
}

/// Address of the first of `names` that some loaded library exports.
pub fn exported(session: &Session, names: &[&str]) -> Result<u64> {
    let find = |name: &&str| {
        let images = session.images.iter().filter(|image| image.path.starts_with('/'));
        images.filter_map(|image| image.exported(&session.memory, name)).next()
    };
    names.iter().find_map(find).ok_or_else(|| {
        Fault::refused(format!("{}: no loaded library exports `{}`", session.name(), names[0]))
            .hint("programs linked statically cannot load a patch")
    })
}

/// A taken thread that loads.
struct Loader<'a> {
    session: &'a Session,
    hijack: Hijack<'a>,
    dlopen: u64,
}

impl Loader<'_> {
    fn run(&mut self, patch: &PatchFile, plan: &Load) -> Result<u64> {
        step("load.runtime")?;
        if self.session.registry.address == 0 {
            let outcome = self.open_runtime();
            outcome.map_err(|fault| fault.within(format!("{}: loading the runtime", self.session.name())))?;
        }
        let values = plan.bindings.iter().map(|binding| self.value(binding)).collect::<Result<Vec<_>>>()?;
        step("load.patch")?;
        let base = self.open_patch(patch)?;
        step("load.bind")?;
        for (binding, value) in plan.bindings.iter().zip(values) {
            self.memory().write(base.wrapping_add(binding.place), &value.to_le_bytes())?;
        }
        step("load.record")?;
        self.stack()?;
        let distance = |slot: u64| self.distance(patch, base.wrapping_add(slot));
        self.record(patch, &plan.placed(&distance)?, base)
    }

    fn value(&self, binding: &Binding) -> Result<u64> {
        let symbol = if binding.of_runtime { self.runtime(&binding.symbol)? } else { 0 };
        Ok(binding.value.wrapping_add(symbol))
    }

    /// Extension records of the patch whose tables are at `table`.
    fn enrol(&mut self, patch: &PatchFile, table: u64) -> Result<()> {
        step("load.enrol")?;
        let (call, enrol) = (self.runtime("polus_call")?, self.runtime("polus_extension_enrol")?);
        let outcome = self.quietly(call, enrol, [table, 0, 0])?;
        let (process, patch) = (self.session.name(), &patch.name);
        match outcome as u32 {
            kind::ENROLLED => Ok(()),
            kind::ENROLLED_NO_MEMORY => Err(Fault::environment(format!(
                "{process}: it may have no more memory, which the extension records of {patch} need"
            ))),
            kind::ENROLLED_NO_OBJECT => Err(Fault::refused(format!(
                "{process}: {patch} has a companion of an object that is bound to no address"
            ))
            .hint("list the object in polus_imports, or let the patch define it")),
            _ => Err(Fault::refused(format!(
                "{process}: {patch} has a companion of an object that has one of this type already"
            ))
            .hint("a patch names each object once among its companions")),
        }
    }

    /// How far from the thread pointer ld.so put a thread variable.
    fn distance(&self, patch: &PatchFile, slot: u64) -> Result<u64> {
        let distance: [u8; 8] = self.memory().read(slot, 8)?.try_into().unwrap_or_default();
        match i64::from_le_bytes(distance) {
            found if found < 0 => Ok(found as u64),
            found => Err(Fault::refused(format!(
                "{}: ld.so put the thread variables of {} {found} bytes behind the thread pointer",
                self.session.name(),
                patch.name
            ))),
        }
    }

    /// The runtime's own stack, for later calls: those of the program's threads may be small.
    fn stack(&mut self) -> Result<()> {
        let place = self.runtime("polus_registry")? + offset_of!(abi::RegistryHead, stack) as u64;
        let there: [u8; 8] = self.memory().read(place, 8)?.try_into().unwrap_or_default();
        if there != [0; 8] {
            return Ok(());
        }
        let (call, reserve) = (self.runtime("polus_call")?, self.runtime("polus_reserve")?);
        let start = self.quietly(call, reserve, [CALL_STACK, 0, 0])?;
        if start == 0 {
            return Err(Fault::environment(format!("{}: it may have no more memory", self.session.name())));
        }
        self.memory().write(place, &(start + CALL_STACK).to_le_bytes())
    }

    fn memory(&self) -> &Memory {
        &self.session.memory
    }

    fn open_runtime(&mut self) -> Result<()> {
        self.open(RUNTIME_NAME, LIBRARY, None, None)?;
        match self.image(RUNTIME_NAME)? {
            Some(_) => Ok(()),
            None => Err(Fault::environment("dlopen failed; does the process's C library allow it?")),
        }
    }

    /// Returns the load bias.
    fn open_patch(&mut self, patch: &PatchFile) -> Result<u64> {
        let near = self.session.executable()?.range;
        let name = self.free_name(patch, near)?;
        let call = self.runtime("polus_call")?;
        let result = self.open(&name, &patch.bytes, Some(near), Some(call))?;
        match self.image(&name)? {
            Some(image) if result != 0 => Ok(image.bias),
            _ => {
                let reason = self.reason(call);
                Err(self.not_loaded(patch, &reason))
            }
        }
    }

    fn not_loaded(&self, patch: &PatchFile, reason: &str) -> Fault {
        let process = self.session.name();
        let fault = Fault::refused(format!("{process}: ld.so does not load {}: {reason}", patch.name));
        match reason.contains("static TLS") {
            true => fault.hint(
                "the thread variables that change need more room than the C library keeps in each thread: \
                 start the program with GLIBC_TUNABLES=glibc.rtld.optional_static_tls=BYTES, or restart it \
                 for this change",
            ),
            false => fault,
        }
    }

    /// ld.so goes by names: a copy that an injector left behind when it was killed
    /// is used again, unless ld.so put it out of reach.
    fn free_name(&self, patch: &PatchFile, near: (u64, u64)) -> Result<String> {
        let digest = &image::hex(&patch.digest)[..16];
        let mut number = 0;
        loop {
            let name = format!("/polus-{digest}-{number}.so");
            match self.image(&name)? {
                Some(image) if !maps::reaches(near, image.range) => number += 1,
                _ => return Ok(name),
            }
        }
    }

    /// dlopen, through the runtime's `polus_call` once there is one.
    fn open(&mut self, name: &str, bytes: &[u8], near: Option<(u64, u64)>, call: Option<u64>) -> Result<u64> {
        let place = self.hijack.scratch();
        let mut text = name.as_bytes().to_vec();
        text.push(0);
        self.memory().write(place, &text)?;
        let mut object = Object::new(self.session.pid(), &self.session.memory, name, bytes, near);
        let mut observe = |stop| object.observe(stop);
        match call {
            None => self.hijack.call(self.dlopen, [place, DLOPEN_FLAGS, 0], &mut observe).map(|()| 0),
            Some(call) => {
                let (dlopen, arguments) = (self.dlopen, [place, DLOPEN_FLAGS, 0]);
                self.invoke(call, dlopen, arguments, &mut observe)
            }
        }
    }

    fn invoke(
        &mut self,
        call: u64,
        function: u64,
        arguments: [u64; 3],
        observe: &mut dyn FnMut(crate::tracee::SyscallStop) -> Result<Rewrite>,
    ) -> Result<u64> {
        let place = self.hijack.scratch() + 256;
        let errno_location = exported(self.session, &["__errno_location"])?;
        let request = abi::Call { function, arguments, result: 0, errno_location };
        self.memory().write(place, request.bytes())?;
        self.hijack.call(call, [place, 0, 0], observe)?;
        Ok(self.memory().read_plain::<abi::Call>(place)?.result)
    }

    fn quietly(&mut self, call: u64, function: u64, arguments: [u64; 3]) -> Result<u64> {
        self.invoke(call, function, arguments, &mut |_| Ok(Rewrite::Keep))
    }

    /// What dlerror says.
    fn reason(&mut self, call: u64) -> String {
        let text =
            exported(self.session, &["dlerror"]).and_then(|dlerror| self.quietly(call, dlerror, [0; 3]));
        match text {
            Ok(address) if address != 0 => self.memory().read_string(address).unwrap_or_default(),
            _ => "no reason given".to_string(),
        }
    }

    fn record(&mut self, patch: &PatchFile, plan: &Load, base: u64) -> Result<u64> {
        let registry = self.runtime("polus_registry")?;
        let head: abi::RegistryHead = self.memory().read_plain(registry)?;
        let errno_location = exported(self.session, &["__errno_location"])?;
        let header = Header { patch, base, next: head.newest, errno_location };
        let size = block::record(0, &header, plan).len() as u64;
        let (call, reserve) = (self.runtime("polus_call")?, self.runtime("polus_reserve")?);
        let address = self.quietly(call, reserve, [size, 0, 0])?;
        if address == 0 {
            return Err(Fault::environment(format!("{}: it may have no more memory", self.session.name())));
        }
        self.memory().write(address, &block::record(address, &header, plan))?;
        step("load.link")?;
        self.memory()
            .write(registry + offset_of!(abi::RegistryHead, newest) as u64, &address.to_le_bytes())?;
        Ok(address)
    }

    fn image(&self, name: &str) -> Result<Option<image::Image>> {
        let maps = maps::read(self.session.pid())?;
        let maps: Vec<_> = maps.into_iter().filter(|map| map.path.contains(name)).collect();
        Ok(image::read(self.memory(), &maps).into_iter().next())
    }

    fn runtime(&self, symbol: &str) -> Result<u64> {
        runtime_symbol(self.session, symbol)
    }
}

/// Address of a function or object of the runtime in the process.
pub fn runtime_symbol(session: &Session, symbol: &str) -> Result<u64> {
    let maps = maps::read(session.pid())?;
    let maps: Vec<_> = maps.into_iter().filter(|map| map.path.contains(RUNTIME_NAME)).collect();
    let images = image::read(&session.memory, &maps);
    let found = images.first().and_then(|image| image.exported(&session.memory, symbol));
    found
        .ok_or_else(|| Fault::environment(format!("{}: the runtime in it has no `{symbol}`", session.name())))
}
