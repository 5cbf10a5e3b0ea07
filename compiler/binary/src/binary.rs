//! The executable as a whole: opening it with its debug file, and what its headers tell.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::code::ReferenceIndex;
use crate::debug_file::{self, Origin, Search};
use crate::dwarf::DebugInfo;
use crate::error::{Absence, Error, Problem};
use crate::identity;
use crate::image::Image;
use crate::mini;
use crate::package;
use crate::symbols::Symbols;

/// An executable file with its debug information. Everything beyond the headers is read on first need
/// and kept; all methods may be called from several threads.
///
/// Addresses are *stated* addresses (svma): as they stand in the file, before the loader moves a
/// position-independent executable.
pub struct Binary {
    pub(crate) image: Arc<Image>,
    /// The debug file, or `image` again.
    pub(crate) debug: Arc<Image>,
    path: PathBuf,
    search: Search,
    symbols: OnceLock<Result<Symbols, Error>>,
    debug_info: OnceLock<Result<DebugInfo, Error>>,
    pub(crate) references: OnceLock<Result<ReferenceIndex, Error>>,
    /// The GOT's slots, each with the library function whose address it holds.
    pub(crate) slots: OnceLock<HashMap<u64, String>>,
}

impl Binary {
    /// Opens an executable. `debug_file` is a `.debug` file or an unstripped twin, checked to be of the
    /// same build; without it the standard places are searched (build-id, `.gnu_debuglink`).
    ///
    /// # Errors
    /// Unreadable or damaged files, other formats and processors, a debug file of another build.
    pub fn open(path: &Path, debug_file: Option<&Path>) -> Result<Binary, Error> {
        let image = Arc::new(debug_file::open(path)?);
        Binary::with_debug(image, &[Origin { root: "/".into(), path: path.into() }], debug_file)
    }

    /// The same for an open file, such as the executable of a process whose path is gone. `name` is
    /// for messages; the debug file is looked for by the `origins`.
    ///
    /// # Errors
    /// As [`Binary::open`].
    pub fn from_file(
        file: &File,
        name: &str,
        origins: &[Origin],
        debug_file: Option<&Path>,
    ) -> Result<Binary, Error> {
        Binary::with_debug(Arc::new(Image::new(file, name)?), origins, debug_file)
    }

    fn with_debug(image: Arc<Image>, origins: &[Origin], debug_file: Option<&Path>) -> Result<Binary, Error> {
        let mut search = Search::default();
        let debug = match debug_file {
            Some(debug_file) => debug_file::open_given(&image, debug_file)?,
            None if has_dwarf(&image) => image.clone(),
            None => {
                let (found, tried) = debug_file::find_installed(&image, origins);
                search = tried;
                found.unwrap_or_else(|| image.clone())
            }
        };
        let path = origins.last().map_or_else(|| PathBuf::from(&image.name), |origin| origin.path.clone());
        let (symbols, debug_info, references) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        Ok(Binary { image, debug, path, search, symbols, debug_info, references, slots: OnceLock::new() })
    }

    /// The name for messages: the path as given.
    pub fn name(&self) -> &str {
        &self.image.name
    }

    /// The linker's build-id in lower-case hex.
    pub fn build_id(&self) -> Option<String> {
        identity::build_id(&self.image)
    }

    /// SHA-256 of `.text` in lower-case hex: the identity of a build that has no build-id.
    pub fn text_digest(&self) -> String {
        identity::text_digest(&self.image)
    }

    /// Loaded at an address of the kernel's choice?
    pub fn is_pie(&self) -> bool {
        self.image.relocatable
    }

    /// Bytes from the start of its TLS segment to the thread pointer, in every thread, if that is certain.
    pub fn thread_distance(&self) -> Option<u64> {
        self.image.thread_distance()
    }

    /// Does it name a dynamic loader (PT_INTERP)? A static executable does not.
    pub fn has_interpreter(&self) -> bool {
        self.image.interpreter
    }

    /// Is there a symbol table that names all functions, here or in the debug file?
    pub fn has_symbols(&self) -> bool {
        let named = |name| move |image: &Image| image.section(name).is_some_and(|s| !s.bytes.is_empty());
        [&self.image, &self.debug]
            .into_iter()
            .any(|image| named(".symtab")(image) || named(mini::SECTION)(image))
    }

    /// Is there DWARF, here or in the debug file?
    pub fn has_debug_info(&self) -> bool {
        has_dwarf(&self.debug)
    }

    /// The symbols: of the executable, of its debug file where the executable was stripped, else those of
    /// functions (MiniDebugInfo) and the dynamic ones, else the dynamic ones alone.
    ///
    /// # Errors
    /// A damaged symbol table.
    pub fn symbols(&self) -> Result<&Symbols, Error> {
        self.symbols.get_or_init(|| self.read_symbols()).as_ref().map_err(Clone::clone)
    }

    /// The debug information, indexed on the first call.
    ///
    /// # Errors
    /// There is none, or it is damaged or of a kind that cannot be read.
    pub fn debug_info(&self) -> Result<&DebugInfo, Error> {
        self.debug_info.get_or_init(|| self.read_debug_info()).as_ref().map_err(Clone::clone)
    }

    fn read_debug_info(&self) -> Result<DebugInfo, Error> {
        if !self.has_debug_info() {
            return Err(self.no_debug_info());
        }
        let symbols = self.symbols()?;
        DebugInfo::read(&self.debug, &self.image, symbols.names_functions().then_some(symbols))
    }

    pub(crate) fn no_debug_info(&self) -> Error {
        Error::new(self.name(), Problem::NoDebugInfo(Box::new(self.absence())))
    }

    /// C files that code of the executable comes from and that its debug information does not describe
    /// (last path component), as the symbol table names them: their objects were compiled without `-g`.
    /// The compiler's own start files do not count.
    ///
    /// # Errors
    /// As [`Binary::debug_info`].
    pub fn undescribed_files(&self) -> Result<Vec<String>, Error> {
        const START_FILES: [&str; 1] = ["crtstuff.c"];
        let (symbols, info) = (self.symbols()?, self.debug_info()?);
        let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_string();
        let mut described: HashMap<String, usize> = HashMap::new();
        info.units().for_each(|unit| *described.entry(last(&unit.name)).or_default() += 1);
        let mut files = Vec::new();
        for file in symbols.files().map(last) {
            let is_c = file.ends_with(".c") && !START_FILES.contains(&file.as_str());
            match described.get_mut(&file) {
                Some(left @ 1..) => *left -= 1,
                _ if is_c && !files.contains(&file) => files.push(file),
                _ => {}
            }
        }
        Ok(files)
    }

    /// What is missing where symbols or debug information are, and where they could come from.
    pub fn absence(&self) -> Absence {
        let package = std::path::absolute(&self.path).ok().and_then(|path| package::of_debug_file(&path));
        Absence {
            stripped: !self.has_symbols(),
            build_id: self.build_id(),
            given: (!Arc::ptr_eq(&self.image, &self.debug)).then(|| self.debug.name.clone()),
            tried: self.search.tried.clone(),
            package,
        }
    }

    fn read_symbols(&self) -> Result<Symbols, Error> {
        let own = Symbols::read(self.image.clone(), &self.image)?;
        if own.is_complete() {
            return Ok(own);
        }
        if !Arc::ptr_eq(&self.image, &self.debug) {
            let other = Symbols::read(self.debug.clone(), &self.image)?;
            if other.is_complete() {
                return Ok(other);
            }
        }
        match mini::read(&self.image)? {
            Some(functions) => Ok(own.with_functions(&Symbols::read(functions, &self.image)?)),
            None => Ok(own),
        }
    }
}

fn has_dwarf(image: &Image) -> bool {
    // `.zdebug_info` is what old GNU tools called a compressed `.debug_info`.
    [".debug_info", ".zdebug_info"]
        .iter()
        .any(|name| image.section(name).is_some_and(|s| !s.bytes.is_empty()))
}
