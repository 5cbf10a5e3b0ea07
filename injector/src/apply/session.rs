//! One process during one command: its facts, and the lock that keeps others away.

use crate::error::{Fault, Result};
use crate::facts::coroutines::Switching;
use crate::facts::executable::{self, Executable};
use crate::facts::freezer;
use crate::facts::image::{self, Image};
use crate::facts::maps::{self, Mapping};
use crate::facts::memory::Memory;
use crate::facts::patch_file::PatchFile;
use crate::facts::process::{self, Lock, Process};
use crate::facts::program::{self, Program};
use crate::facts::registry::{self, Registry};
use crate::plan::verify::{self, Target};
use crate::tracee::standby;
use std::cell::OnceCell;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long to wait for another injector to finish.
const LOCK_TIME: Duration = Duration::from_secs(5);

/// An opened process.
pub struct Session {
    /// What /proc says.
    pub process: Process,
    /// Its memory.
    pub memory: Memory,
    /// Its mappings.
    pub maps: Vec<Mapping>,
    /// Its images.
    pub images: Vec<Image>,
    /// What earlier injectors left.
    pub registry: Registry,
    /// How the program switches between stacks of its own.
    pub switching: OnceCell<Switching>,
    _lock: Option<Lock>,
}

impl Session {
    /// Opens a process to look at it; another injector may be at work.
    pub fn look(pid: i32) -> Result<Session> {
        let process = process::inspect(pid)?;
        let memory = Memory::open(pid)?;
        let maps = maps::read(pid)?;
        let images = image::read(&memory, &maps);
        let registry = registry::read(&memory, &maps).map_err(|fault| fault.within(process.describe()))?;
        let registry = registry.unwrap_or_default();
        Ok(Session { process, memory, maps, images, registry, switching: OnceCell::new(), _lock: None })
    }

    /// Opens a process to change it.
    pub fn take(pid: i32) -> Result<Session> {
        process::inspect(pid)?;
        let lock = wait_for_lock(pid)?;
        process::check_untraced(pid)?;
        freezer::check_thawed(pid)?;
        let mut session = Session::look(pid)?;
        session._lock = Some(lock);
        standby::works_on(pid);
        Ok(session)
    }

    /// Reads mappings, images and registry again, after something was loaded.
    pub fn refresh(&mut self) -> Result<()> {
        self.maps = maps::read(self.process.pid)?;
        self.images = image::read(&self.memory, &self.maps);
        self.registry = registry::read(&self.memory, &self.maps)?.unwrap_or_default();
        Ok(())
    }

    /// Why the program does not run any more that was opened, if it does not.
    pub fn end(&self) -> Option<&'static str> {
        // what was opened is the memory of one program
        let place = self.images.first().map_or(0, |image| image.range.0);
        match process::inspect(self.pid()) {
            Err(_) => Some("has ended meanwhile"),
            Ok(_) if self.memory.read(place, 1).is_err() => Some("runs another program now"),
            Ok(_) => None,
        }
    }

    /// Process number.
    pub fn pid(&self) -> i32 {
        self.process.pid
    }

    /// `process 12 (server)`.
    pub fn name(&self) -> String {
        self.process.describe()
    }

    /// Which of its images is the program.
    pub fn identify(&self) -> Result<Executable> {
        executable::find(&self.process, &self.memory, &self.images)
    }

    /// The executable's image.
    pub fn executable(&self) -> Result<&Image> {
        let executable = self.identify()?;
        image::find(&self.images, executable.start)
            .ok_or_else(|| Fault::environment(format!("{}: its executable is not mapped", self.name())))
    }

    /// Symbols and code of the executable; refuses one that can load nothing.
    pub fn program(&self, debug_file: Option<&Path>) -> Result<Program> {
        let executable = self.identify()?;
        verify::loads_libraries(&self.name(), &executable)?;
        let file = executable::open(&self.process, &executable, &self.maps)?;
        let origins = executable::origins(self.pid(), &executable);
        program::read(&file, &executable.path, &origins, debug_file)
    }

    /// What `patch` has to agree with.
    pub fn target(&self, program: &Program, patch: &PatchFile) -> Result<Target> {
        let executable = self.executable()?;
        let build_id = executable.build_id(&self.memory);
        let digest = !patch.tables.text_digest.is_empty();
        let text_digest = digest.then(|| program.text_digest());
        let exported =
            |symbol: &&String| self.images.iter().any(|image| image.exported(&self.memory, symbol).is_some());
        Ok(Target {
            name: self.name(),
            exe: program.path.clone(),
            build_id,
            text_digest,
            bias: executable.bias,
            libraries: self.images.iter().map(|image| image.soname(&self.memory)).collect(),
            exported: patch.undefined.iter().map(|(symbol, _)| symbol).filter(exported).cloned().collect(),
        })
    }
}

fn wait_for_lock(pid: i32) -> Result<Lock> {
    let deadline = Instant::now() + LOCK_TIME;
    loop {
        if let Some(lock) = process::lock(pid)? {
            return Ok(lock);
        }
        if Instant::now() > deadline {
            return Err(Fault::environment(format!("process {pid}: another polus is at work on it"))
                .hint("wait for it, or end it"));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}
