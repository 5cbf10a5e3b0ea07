//! What a linker sees of its inputs: their kinds, their symbols, archives' members.

use object::read::archive::ArchiveFile;
use object::{Object, ObjectKind, ObjectSymbol};
use polusc::source::record::digest;
use std::collections::HashSet;
use std::io;
use std::path::Path;

/// The names an object defines for others, and those it needs from them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Symbols {
    /// Global, weak and common definitions.
    pub defined: Vec<String>,
    /// Undefined, less the weak ones, for which no archive is searched.
    pub needed: Vec<String>,
}

/// A linker's input file.
#[derive(Debug)]
pub enum Input {
    /// An object; no symbols where they cannot be read, as with link-time optimisation.
    Object(String, Option<Symbols>),
    /// An archive.
    Archive(Vec<Member>),
    /// A shared library.
    Shared(Symbols),
}

/// An object in an archive.
#[derive(Debug)]
pub struct Member {
    /// Its name there.
    pub name: String,
    /// Its digest.
    pub hash: String,
    /// Its symbols, where they can be read.
    pub symbols: Option<Symbols>,
}

/// Reads the input at `path`; `None` for what is no object code, as linker scripts.
pub fn read(path: &Path) -> io::Result<Option<Input>> {
    if !path.is_file() {
        return Ok(None);
    }
    let bytes = std::fs::read(path)?;
    if bytes.starts_with(b"!<arch>\n") || bytes.starts_with(b"!<thin>\n") {
        return Ok(Some(Input::Archive(members(path, &bytes)?)));
    }
    if bytes.starts_with(b"BC\xc0\xde") {
        return Ok(Some(Input::Object(digest(&bytes), None)));
    }
    let Ok(file) = object::File::parse(&*bytes) else {
        return Ok(None);
    };
    Ok(match file.kind() {
        ObjectKind::Relocatable => Some(Input::Object(digest(&bytes), relocatable(&file))),
        ObjectKind::Dynamic => {
            let defined = file.dynamic_symbols().filter(|symbol| !symbol.is_undefined());
            let defined = defined.filter_map(|symbol| symbol.name().ok().map(String::from)).collect();
            Some(Input::Shared(Symbols { defined, needed: vec![] }))
        }
        _ => None,
    })
}

/// The names in the symbol table of a linked file; `None` where it has none.
pub fn names(bytes: &[u8]) -> Option<HashSet<String>> {
    let file = object::File::parse(bytes).ok()?;
    file.symbol_table()?;
    let defined = file.symbols().filter(|symbol| !symbol.is_undefined());
    Some(defined.filter_map(|symbol| symbol.name().ok().map(String::from)).collect())
}

fn members(path: &Path, bytes: &[u8]) -> io::Result<Vec<Member>> {
    let bad = |error: object::Error| io::Error::new(io::ErrorKind::InvalidData, error.to_string());
    let archive = ArchiveFile::parse(bytes).map_err(bad)?;
    let member = |member: object::Result<object::read::archive::ArchiveMember<'_>>| {
        let member = member.map_err(bad)?;
        let name = String::from_utf8_lossy(member.name()).into_owned();
        // A thin archive only names its members, from its own folder.
        let data = match archive.is_thin() {
            true => std::fs::read(path.with_file_name(&name))?,
            false => member.data(bytes).map_err(bad)?.to_vec(),
        };
        let symbols = object::File::parse(&*data).ok().as_ref().and_then(relocatable);
        Ok(Member { name, hash: digest(&data), symbols })
    };
    archive.members().map(member).collect()
}

fn relocatable(file: &object::File<'_>) -> Option<Symbols> {
    let mut symbols = Symbols::default();
    for symbol in file.symbols().filter(|symbol| symbol.is_global()) {
        let name = symbol.name().ok()?;
        match (symbol.is_undefined(), symbol.is_weak()) {
            // The mark of an object that holds the compiler's own form only.
            _ if name == "__gnu_lto_slim" => return None,
            (true, false) => symbols.needed.push(name.to_string()),
            (true, true) => (),
            (false, _) => symbols.defined.push(name.to_string()),
        }
    }
    Some(symbols)
}
