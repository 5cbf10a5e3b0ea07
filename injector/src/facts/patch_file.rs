//! A patch file: its tables as plain values, its relocations and its code.

use crate::error::{Fault, Result};
use crate::facts::extensions;
use crate::facts::patch_layout::{ElfFile, Layout, Relocation, broken, relocations};
use object::read::elf::{FileHeader, ProgramHeader};
use object::{Object, ObjectSymbol, SymbolKind, elf};
use polus_runtime::abi::{self, Plain, kind};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;

const LE: object::LittleEndian = object::LittleEndian;

/// A function in a patch; see `struct polus_function`.
#[derive(Clone, Debug, Default, Serialize)]
#[allow(missing_docs)]
pub struct Function {
    pub name: String,
    pub file: String,
    pub version_name: String,
    pub reason: String,
    pub code: u64,
    pub address: u64,
    pub kind: u32,
    pub flags: u32,
}

/// A variable in a patch; see `struct polus_variable`.
#[derive(Clone, Debug, Default, Serialize)]
#[allow(missing_docs)]
pub struct Variable {
    pub name: String,
    pub file: String,
    pub function: String,
    pub version_name: String,
    pub reason: String,
    pub instance: u64,
    pub to_new: u64,
    pub to_old: u64,
    pub address: u64,
    pub old_size: u64,
    pub new_size: u64,
    pub kind: u32,
    pub flags: u32,
}

/// A function uses a migrated variable; see `struct polus_use`.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Use {
    /// Number of the function.
    pub function: u32,
    /// Number of the variable.
    pub variable: u32,
    /// Number of the function below which it does not use it any more.
    pub end: Option<u32>,
}

/// What stays in the process; see `struct polus_import`.
#[derive(Clone, Debug, Default, Serialize)]
#[allow(missing_docs)]
pub struct Import {
    pub symbol: String,
    pub name: String,
    pub file: String,
    pub function: String,
    pub address: u64,
    pub size: u64,
    pub kind: u32,
}

/// A type shared with the process; fields are (name, offset in bits, size in bits).
#[derive(Clone, Debug, Default, Serialize)]
#[allow(missing_docs)]
pub struct TypeLayout {
    pub r#type: String,
    pub size: u64,
    pub fields: Vec<(String, u64, u64)>,
}

/// Hand-written code in a patch; see `struct polus_callback`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct Callback {
    pub code: u64,
    pub kind: u32,
    pub subject: u32,
}

/// A type whose objects have extension records; see `struct polus_extension_type`.
#[derive(Clone, Debug, Default, Serialize)]
#[allow(missing_docs)]
pub struct ExtensionType {
    pub name: String,
    pub object_size: u64,
    pub size: u64,
    pub start: u64,
    /// Stated address of the struct.
    pub place: u64,
}

/// The records of named objects; see `struct polus_companion`.
#[derive(Clone, Debug, Default, Serialize)]
#[allow(missing_docs)]
pub struct Companion {
    /// Stated address, or 0 for an import.
    pub object: u64,
    pub count: u64,
    pub records: u64,
    pub stride: u64,
    /// Number of its type among the extension types.
    pub r#type: usize,
}

/// The tables of `struct polus_patch`.
#[derive(Clone, Debug, Default, Serialize)]
#[allow(missing_docs)]
pub struct Tables {
    pub from_version: u32,
    pub to_version: u32,
    pub id: String,
    pub from: String,
    pub to: String,
    pub program: String,
    pub build_id: String,
    pub text_digest: String,
    pub functions: Vec<Function>,
    pub variables: Vec<Variable>,
    pub uses: Vec<Use>,
    pub imports: Vec<Import>,
    pub layouts: Vec<TypeLayout>,
    pub callbacks: Vec<Callback>,
    /// Stated address of the text that a pre-update callback leaves to forbid the update; 0: none.
    pub veto: u64,
    pub extension_types: Vec<ExtensionType>,
    pub companions: Vec<Companion>,
}

/// A symbol of the patch's own code.
#[derive(Clone, Debug)]
pub struct CodeSymbol {
    /// Name, compiler's suffix included.
    pub name: String,
    /// Stated address.
    pub address: u64,
    /// Bytes.
    pub size: u64,
}

/// A patch, read and checked for consistency.
#[derive(Clone, Debug)]
pub struct PatchFile {
    /// File name without folders.
    pub name: String,
    /// The whole file.
    pub bytes: Vec<u8>,
    /// SHA-256 of the file.
    pub digest: [u8; 32],
    /// Segments at base 0.
    pub layout: Layout,
    /// Stated address of `polus_patch`.
    pub root: u64,
    /// What it says.
    pub tables: Tables,
    /// What ld.so or the injector fills.
    pub relocations: Vec<Relocation>,
    /// Undefined symbols (name, weak).
    pub undefined: Vec<(String, bool)>,
    /// Libraries it wants.
    pub needed: Vec<String>,
    /// Functions by .symtab.
    pub code: Vec<CodeSymbol>,
    /// Its thread variables.
    pub threads: Threads,
}

/// The thread variables of a patch.
#[derive(Clone, Debug, Default)]
pub struct Threads {
    /// Stated address of their initial values.
    pub image: u64,
    /// Name by .symtab, offset in the image.
    pub variables: Vec<(String, u64)>,
}

/// Reads the patch at `path`.
pub fn read(path: &Path) -> Result<PatchFile> {
    let bytes = fs::read(path)
        .map_err(|error| Fault::environment(format!("cannot read the patch {}: {error}", path.display())))?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    parse(name, bytes).map_err(|fault| fault.within(path.display()))
}

/// Reads a patch out of a file's bytes.
pub fn parse(name: String, bytes: Vec<u8>) -> Result<PatchFile> {
    let file = elf_file(&bytes)?;
    let relocations = relocations(&file);
    let layout = Layout::new(&file, &relocations)?;
    let root = root(&file)?;
    let tables = Reader { layout: &layout }.tables(root)?;
    Ok(PatchFile {
        name,
        digest: Sha256::digest(&bytes).into(),
        root,
        tables,
        relocations,
        undefined: undefined(&file),
        needed: needed(&file),
        code: code(&file),
        threads: threads(&file),
        layout,
        bytes,
    })
}

/// A shared object for this machine.
pub fn elf_file(bytes: &[u8]) -> Result<ElfFile<'_>> {
    let no_patch = |why: &str| Fault::refused(format!("is no patch: {why}"));
    let file = ElfFile::parse(bytes)
        .map_err(|error| no_patch(&format!("no 64-bit little-endian ELF file ({error})")))?;
    if file.elf_header().e_machine(LE) != elf::EM_X86_64 {
        return Err(no_patch("not made for x86-64"));
    }
    match file.elf_header().e_type(LE) {
        elf::ET_DYN => Ok(file),
        elf::ET_REL => {
            Err(no_patch("an object file").hint("link it: gcc -O2 -fPIC -shared patch.c -o patch.so"))
        }
        _ => Err(no_patch("not a shared object")),
    }
}

fn root(file: &ElfFile<'_>) -> Result<u64> {
    let mut found =
        file.dynamic_symbols().filter(|symbol| symbol.name() == Ok("polus_patch") && !symbol.is_undefined());
    let root = found.next().ok_or_else(|| {
        Fault::refused("is no patch: it exports no symbol `polus_patch`").hint("construct one with polusc")
    })?;
    Ok(root.address())
}

fn undefined(file: &ElfFile<'_>) -> Vec<(String, bool)> {
    let symbols = file.dynamic_symbols().filter(|symbol| symbol.is_undefined());
    let named = symbols.filter_map(|symbol| Some((symbol.name().ok()?.to_string(), symbol.is_weak())));
    named.filter(|(name, _)| !name.is_empty()).collect()
}

fn needed(file: &ElfFile<'_>) -> Vec<String> {
    let table = file.elf_section_table().dynamic_table(LE, file.data());
    let Ok(table) = table else { return Vec::new() };
    table
        .iter()
        .filter(|entry| entry.tag == elf::DT_NEEDED)
        .filter_map(|entry| Some(String::from_utf8_lossy(table.string(entry).ok()?).into_owned()))
        .collect()
}

fn threads(file: &ElfFile<'_>) -> Threads {
    let segment = file.elf_program_headers().iter().find(|header| header.p_type(LE) == elf::PT_TLS);
    let image = segment.map_or(0, |header| header.p_vaddr(LE));
    let variables = file.symbols().filter(|symbol| symbol.kind() == SymbolKind::Tls);
    let named = variables.filter_map(|symbol| Some((symbol.name().ok()?.to_string(), symbol.address())));
    Threads { image, variables: named.collect() }
}

fn code(file: &ElfFile<'_>) -> Vec<CodeSymbol> {
    let functions = file.symbols().filter(|symbol| symbol.kind() == SymbolKind::Text && symbol.size() > 0);
    let named = functions.filter_map(|symbol| {
        let name = symbol.name().ok()?.to_string();
        Some(CodeSymbol { name, address: symbol.address(), size: symbol.size() })
    });
    let mut code: Vec<CodeSymbol> = named.collect();
    code.sort_by_key(|symbol| symbol.address);
    code
}

/// Turns structs with pointers into values.
struct Reader<'a> {
    layout: &'a Layout,
}

impl Reader<'_> {
    fn tables(&self, root: u64) -> Result<Tables> {
        let abi: u32 = self.layout.plain::<abi::Use>(root, "`polus_patch`")?.function;
        if abi != abi::PATCH_ABI {
            return Err(Fault::refused(format!("has patch ABI {abi}, this polus knows {}", abi::PATCH_ABI))
                .hint("construct and apply with programs of one release"));
        }
        let patch: abi::Patch = self.layout.plain(root, "`polus_patch`")?;
        if patch.struct_size as usize != abi::Patch::SIZE {
            return Err(broken(format!(
                "its `struct polus_patch` has {} bytes, not {}",
                patch.struct_size,
                abi::Patch::SIZE
            )));
        }
        let text = |address, what| self.layout.string(address, what);
        let tables = Tables {
            from_version: patch.from_version,
            to_version: patch.to_version,
            id: text(patch.id, "its id")?,
            from: text(patch.from, "the old program's digest")?,
            to: text(patch.to, "the new program's digest")?,
            program: text(patch.program, "its program")?,
            build_id: text(patch.build_id, "its build-id")?,
            text_digest: text(patch.text_digest, "its text digest")?,
            functions: self.functions(&patch)?,
            variables: self.variables(&patch)?,
            uses: self.uses(&patch)?,
            imports: self.imports(&patch)?,
            layouts: self.layouts(&patch)?,
            callbacks: self.callbacks(&patch)?,
            veto: patch.veto,
            extension_types: extensions::types(self.layout, &patch)?,
            companions: extensions::companions(self.layout, &patch)?,
        };
        self.check(&tables)?;
        Ok(tables)
    }

    fn functions(&self, patch: &abi::Patch) -> Result<Vec<Function>> {
        let table: Vec<abi::Function> =
            self.layout.table(patch.functions, patch.function_count, "functions")?;
        let read = |raw: abi::Function| {
            Ok(Function {
                name: self.layout.string(raw.name, "a function's name")?,
                file: self.layout.string(raw.file, "a function's file")?,
                version_name: self.layout.string(raw.version_name, "a function's version name")?,
                reason: self.layout.string(raw.reason, "a function's reason")?,
                code: raw.code,
                address: raw.address,
                kind: raw.kind,
                flags: raw.flags,
            })
        };
        table.into_iter().map(read).collect()
    }

    fn variables(&self, patch: &abi::Patch) -> Result<Vec<Variable>> {
        let table: Vec<abi::Variable> =
            self.layout.table(patch.variables, patch.variable_count, "variables")?;
        let read = |raw: abi::Variable| {
            Ok(Variable {
                name: self.layout.string(raw.name, "a variable's name")?,
                file: self.layout.string(raw.file, "a variable's file")?,
                function: self.layout.string(raw.function, "a variable's function")?,
                version_name: self.layout.string(raw.version_name, "a variable's version name")?,
                reason: self.layout.string(raw.reason, "a variable's reason")?,
                instance: raw.instance,
                to_new: raw.to_new,
                to_old: raw.to_old,
                address: raw.address,
                old_size: raw.old_size,
                new_size: raw.new_size,
                kind: raw.kind,
                flags: raw.flags,
            })
        };
        table.into_iter().map(read).collect()
    }

    fn uses(&self, patch: &abi::Patch) -> Result<Vec<Use>> {
        let table: Vec<abi::Use> = self.layout.table(patch.uses, patch.use_count, "uses")?;
        let read = |raw: abi::Use| Use {
            function: raw.function,
            variable: raw.variable,
            end: raw.end.checked_sub(1),
        };
        Ok(table.into_iter().map(read).collect())
    }

    fn imports(&self, patch: &abi::Patch) -> Result<Vec<Import>> {
        let table: Vec<abi::Import> = self.layout.table(patch.imports, patch.import_count, "imports")?;
        let read = |raw: abi::Import| {
            Ok(Import {
                symbol: self.layout.string(raw.symbol, "an import's symbol")?,
                name: self.layout.string(raw.name, "an import's name")?,
                file: self.layout.string(raw.file, "an import's file")?,
                function: self.layout.string(raw.function, "an import's function")?,
                address: raw.address,
                size: raw.size,
                kind: raw.kind,
            })
        };
        table.into_iter().map(read).collect()
    }

    fn layouts(&self, patch: &abi::Patch) -> Result<Vec<TypeLayout>> {
        let table: Vec<abi::TypeLayout> = self.layout.table(patch.layouts, patch.layout_count, "layouts")?;
        let read = |raw: abi::TypeLayout| {
            let fields: Vec<abi::Field> = self.layout.table(raw.fields, raw.field_count, "fields")?;
            let field = |field: abi::Field| {
                Ok((self.layout.string(field.name, "a field's name")?, field.offset, field.size))
            };
            Ok(TypeLayout {
                r#type: self.layout.string(raw.r#type, "a type's name")?,
                size: raw.size,
                fields: fields.into_iter().map(field).collect::<Result<_>>()?,
            })
        };
        table.into_iter().map(read).collect()
    }

    fn callbacks(&self, patch: &abi::Patch) -> Result<Vec<Callback>> {
        let table: Vec<abi::Callback> =
            self.layout.table(patch.callbacks, patch.callback_count, "callbacks")?;
        let read = |raw: abi::Callback| Callback { code: raw.code, kind: raw.kind, subject: raw.subject };
        Ok(table.into_iter().map(read).collect())
    }

    fn check(&self, tables: &Tables) -> Result<()> {
        if tables.to_version != tables.from_version.wrapping_add(1) {
            let (from, to) = (tables.from_version, tables.to_version);
            return Err(broken(format!("leads from version {from} to {to}, which is not the next")));
        }
        tables.functions.iter().try_for_each(|function| self.check_function(function))?;
        tables.variables.iter().try_for_each(|variable| self.check_variable(variable))?;
        for Use { function, variable, end } in &tables.uses {
            let is_function = |number: u32| (number as usize) < tables.functions.len();
            let known = is_function(*function)
                && (*variable as usize) < tables.variables.len()
                && end.is_none_or(is_function);
            if !known {
                return Err(broken(format!(
                    "use of variable number {variable} by function number {function}: no such number"
                )));
            }
        }
        tables.callbacks.iter().try_for_each(|callback| self.check_callback(callback, tables))?;
        if tables.veto != 0 && !self.layout.holds(tables.veto, 1) {
            return Err(broken(format!("the reason of a veto lies outside of it, at {:#x}", tables.veto)));
        }
        match tables.imports.iter().find(|import| !(kind::FUNCTION..=kind::RUNTIME).contains(&import.kind)) {
            Some(import) => Err(broken(format!("import `{}` has unknown kind {}", import.name, import.kind))),
            None => Ok(()),
        }
    }

    fn check_function(&self, function: &Function) -> Result<()> {
        let executable = self.layout.flags(function.code) & elf::PF_X.0 != 0;
        let fits = match function.kind {
            kind::REPLACED | kind::ADDED => executable,
            kind::REMOVED => function.code == 0,
            _ => false,
        };
        if fits && !function.name.is_empty() {
            return Ok(());
        }
        Err(broken(format!(
            "function `{}`: kind {} with code at {:#x}",
            function.name, function.kind, function.code
        )))
    }

    fn check_callback(&self, callback: &Callback, tables: &Tables) -> Result<()> {
        let subject = callback.subject as usize;
        let known = match callback.kind {
            kind::PRE_UPDATE | kind::POST_UPDATE => true,
            kind::THREAD_LEFT | kind::FUNCTION_LEFT => subject < tables.functions.len(),
            kind::DATA_UNUSED => tables.variables.get(subject).is_some_and(|v| v.kind == kind::MIGRATED),
            _ => false,
        };
        if known && self.layout.flags(callback.code) & elf::PF_X.0 != 0 {
            return Ok(());
        }
        Err(broken(format!(
            "a callback of kind {} with code at {:#x}, about number {subject}",
            callback.kind, callback.code
        )))
    }

    fn check_variable(&self, variable: &Variable) -> Result<()> {
        let executable = |address| self.layout.flags(address) & elf::PF_X.0 != 0;
        let inside = match variable.flags & kind::PER_THREAD {
            0 => self.layout.holds(variable.instance, variable.new_size),
            _ => variable.kind == kind::MIGRATED && executable(variable.instance),
        };
        let fits = match variable.kind {
            kind::MIGRATED => inside && executable(variable.to_new) && executable(variable.to_old),
            kind::NEW => true,
            kind::ADOPTED => inside && variable.old_size == variable.new_size,
            _ => false,
        };
        if fits && !variable.name.is_empty() {
            return Ok(());
        }
        Err(broken(format!(
            "variable `{}`: kind {} with an impossible instance",
            variable.name, variable.kind
        )))
    }
}
