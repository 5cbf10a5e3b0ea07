//! The executable as a whole: opening it with its debug file, and what its headers tell.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use crate::code::ReferenceIndex;
use crate::debug_file::{self, Origin};
use crate::dwarf::DebugInfo;
use crate::error::{Error, Problem};
use crate::identity;
use crate::image::Image;
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
        let debug = match debug_file {
            Some(debug_file) => debug_file::open_given(&image, debug_file)?,
            None if has_dwarf(&image) => image.clone(),
            None => debug_file::find_installed(&image, origins).unwrap_or_else(|| image.clone()),
        };
        let (symbols, debug_info, references) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        Ok(Binary { image, debug, symbols, debug_info, references, slots: OnceLock::new() })
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

    /// Does it name a dynamic loader (PT_INTERP)? A static executable does not.
    pub fn has_interpreter(&self) -> bool {
        self.image.interpreter
    }

    /// Is there a full symbol table, here or in the debug file?
    pub fn has_symbols(&self) -> bool {
        let table = |image: &Image| image.section(".symtab").is_some_and(|table| !table.bytes.is_empty());
        table(&self.image) || table(&self.debug)
    }

    /// Is there DWARF, here or in the debug file?
    pub fn has_debug_info(&self) -> bool {
        has_dwarf(&self.debug)
    }

    /// The symbols: of the executable, of its debug file where the executable was stripped, else the
    /// dynamic ones alone.
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
            return Err(Error::new(self.name(), Problem::NoDebugInfo));
        }
        let symbols = self.symbols()?;
        DebugInfo::read(&self.debug, &self.image, symbols.is_complete().then_some(symbols))
    }

    fn read_symbols(&self) -> Result<Symbols, Error> {
        let own = Symbols::read(self.image.clone(), &self.image)?;
        if own.is_complete() || Arc::ptr_eq(&self.image, &self.debug) {
            return Ok(own);
        }
        let other = Symbols::read(self.debug.clone(), &self.image)?;
        Ok(if other.is_complete() { other } else { own })
    }
}

fn has_dwarf(image: &Image) -> bool {
    // `.zdebug_info` is what old GNU tools called a compressed `.debug_info`.
    [".debug_info", ".zdebug_info"]
        .iter()
        .any(|name| image.section(name).is_some_and(|s| !s.bytes.is_empty()))
}
