//! A function's code in a form in which two builds can be compared: one line an instruction,
//! every address told by what it means.

use super::object::{Content, Object, Relocation, Symbol};
use iced_x86::{Decoder, DecoderOptions, Formatter, Instruction, Mnemonic, NasmFormatter, OpKind};
use polus_binary::base_name;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Names that stand for the compiler's own ones, by symbol name.
pub type Labels = BTreeMap<String, String>;

/// What the normal form of one object's code is made with.
pub struct Normaliser<'o> {
    object: &'o Object,
    /// The tree's folder, which string literals may hold.
    root: &'o str,
    labels: Labels,
}

/// How deep data that leads to data is followed.
const DEPTH: usize = 4;

impl<'o> Normaliser<'o> {
    /// For one object; clones are named by `labels`, where those tell.
    pub fn new(object: &'o Object, root: &'o str, labels: Labels) -> Self {
        Self { object, root, labels }
    }

    /// The normal form of a function's code and of the tables that it alone uses.
    pub fn function(&self, function: &Symbol) -> Vec<String> {
        let Some(section) = function.section else { return vec![] };
        let bytes = &self.object.sections[section].bytes;
        let (start, end) = (function.offset as usize, (function.offset + function.size) as usize);
        let Some(code) = bytes.get(start..end.min(bytes.len())) else { return vec![] };
        let mut decoder = Decoder::with_ip(64, code, function.offset, DecoderOptions::NONE);
        let mut instructions = vec![];
        while decoder.can_decode() {
            let instruction = decoder.decode();
            if instruction.mnemonic() != Mnemonic::Nop {
                let constants = decoder.get_constant_offsets(&instruction);
                let fields = [
                    constants.has_displacement().then(|| constants.displacement_offset()),
                    constants.has_immediate().then(|| constants.immediate_offset()),
                ];
                instructions.push((instruction, fields));
            }
        }
        let starts: Vec<u64> = instructions.iter().map(|(i, _)| i.ip()).collect();
        let mut tables = BTreeSet::new();
        let mut lines: Vec<String> = instructions
            .iter()
            .map(|(instruction, fields)| {
                self.line(section, *instruction, *fields, &starts, function, &mut tables)
            })
            .collect();
        for table in tables {
            let size = self.object.sections[table].bytes.len();
            lines.push(format!("table {}", self.data(table, 0, size, DEPTH)));
        }
        lines
    }

    fn line(
        &self,
        section: usize,
        mut instruction: Instruction,
        fields: [Option<usize>; 2],
        starts: &[u64],
        function: &Symbol,
        tables: &mut BTreeSet<usize>,
    ) -> String {
        let mut meant = String::new();
        let relocations = &self.object.sections[section].relocations;
        for (number, field) in fields.iter().enumerate() {
            let at = field.map(|offset| instruction.ip() + offset as u64);
            let Some((at, relocation)) = at.and_then(|at| Some((at, relocations.get(&at)?))) else {
                continue;
            };
            let behind = (instruction.next_ip() - at) as i64;
            let _ = write!(meant, " {{{}}}", self.referred(relocation, behind, tables));
            clear(&mut instruction, number == 0);
        }
        if meant.is_empty() && is_near(&instruction) {
            let target = instruction.near_branch_target();
            if (function.offset..function.offset + function.size).contains(&target) {
                let _ = write!(meant, " @{}", starts.partition_point(|&start| start < target));
            } else {
                let _ = write!(meant, " {{{}}}", self.place(section, target as i64, DEPTH, tables));
            }
            clear(&mut instruction, false);
        }
        let mut text = String::new();
        let mut formatter = NasmFormatter::new();
        formatter.options_mut().set_show_branch_size(false);
        formatter.format(&instruction, &mut text);
        text + &meant
    }

    /// What a relocated field refers to; `behind`: bytes from the field to the next instruction.
    fn referred(&self, relocation: &Relocation, behind: i64, tables: &mut BTreeSet<usize>) -> String {
        use object::elf;
        let kind = elf::RelocationType(relocation.kind);
        let relative = matches!(
            kind,
            elf::R_X86_64_PC32
                | elf::R_X86_64_PLT32
                | elf::R_X86_64_GOTPCREL
                | elf::R_X86_64_GOTPCRELX
                | elf::R_X86_64_REX_GOTPCRELX
                | elf::R_X86_64_GOTTPOFF
                | elf::R_X86_64_TLSGD
                | elf::R_X86_64_TLSLD
                | elf::R_X86_64_GOTPC32_TLSDESC
        );
        let offset = relocation.addend + if relative { behind } else { 0 };
        // Calls through the PLT and direct ones lead to the same place.
        let way = match kind {
            elf::R_X86_64_PC32 | elf::R_X86_64_PLT32 => String::new(),
            elf::R_X86_64_64 | elf::R_X86_64_32 | elf::R_X86_64_32S => String::new(),
            other => format!("{}:", other.0),
        };
        way + &self.symbol(relocation.symbol, offset, DEPTH, tables)
    }

    /// What an offset from a symbol means.
    fn symbol(&self, symbol: usize, offset: i64, depth: usize, tables: &mut BTreeSet<usize>) -> String {
        let found = &self.object.symbols[symbol];
        match found.section {
            // A constant of this name, or another file's: the name is all that there is.
            None => with_offset(&found.name, offset),
            Some(_) if found.external => with_offset(&self.label(&found.name), offset),
            Some(section) => self.place(section, found.offset as i64 + offset, depth, tables),
        }
    }

    /// What a place in a section means.
    fn place(&self, section: usize, offset: i64, depth: usize, tables: &mut BTreeSet<usize>) -> String {
        let held = &self.object.sections[section];
        let at = usize::try_from(offset).unwrap_or(usize::MAX);
        match held.content {
            Content::Strings(width) => return self.string(&held.bytes, at, width),
            Content::Constants(size) => return format!("{:02x?}", slice(&held.bytes, at, size)),
            _ => (),
        }
        match self.object.covering(section, offset) {
            Some(symbol) => {
                let name = with_offset(&self.label(&symbol.name), offset - symbol.offset as i64);
                if held.content != Content::ReadOnly || symbol.external || depth == 0 {
                    return name;
                }
                let data = self.data(section, symbol.offset as usize, symbol.size as usize, depth - 1);
                match made_by_compiler(&symbol.name) {
                    true => format!("+{} of {data}", offset - symbol.offset as i64),
                    false => format!("{name} = {data}"),
                }
            }
            None if held.content == Content::ReadOnly && depth == DEPTH => {
                tables.insert(section);
                format!("table+{offset}")
            }
            None => with_offset(&held.name, offset),
        }
    }

    fn string(&self, bytes: &[u8], at: usize, width: usize) -> String {
        let rest = bytes.get(at..).unwrap_or_default();
        let length = rest.chunks(width).take_while(|c| c.iter().any(|&b| b != 0)).count() * width;
        let text = &rest[..length.min(rest.len())];
        if width > 1 {
            return format!("{text:02x?}");
        }
        format!("{:?}", String::from_utf8_lossy(text).replace(self.root, ""))
    }

    /// Data by its bytes, and by what its addresses mean.
    fn data(&self, section: usize, start: usize, size: usize, depth: usize) -> String {
        let held = &self.object.sections[section];
        let mut bytes = slice(&held.bytes, start, size).to_vec();
        let mut meant = String::new();
        for (&at, relocation) in held.relocations.range(start as u64..(start + size) as u64) {
            let offset = at as usize - start;
            let wide = if relocation.kind == object::elf::R_X86_64_64.0 { 8 } else { 4 };
            bytes.iter_mut().skip(offset).take(wide).for_each(|byte| *byte = 0);
            // What a table leads to is told, but no table of a table.
            let place =
                self.symbol(relocation.symbol, relocation.addend, depth.min(DEPTH - 1), &mut BTreeSet::new());
            let _ = write!(meant, " {offset}:{place}");
        }
        let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("[{text}{meant}]")
    }

    /// A symbol's name without what the compiler appended to make it unique.
    fn label(&self, name: &str) -> String {
        self.labels.get(name).cloned().unwrap_or_else(|| unnumbered(name))
    }
}

/// `parse.constprop.0` as `parse.constprop`.
pub fn unnumbered(name: &str) -> String {
    let number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let base = base_name(name);
    let suffixes = name[base.len()..].split('.').filter(|part| !number(part) && !part.is_empty());
    suffixes.fold(base.to_string(), |name, suffix| name + "." + suffix)
}

/// Data without a name in the source.
fn made_by_compiler(name: &str) -> bool {
    let base = base_name(name);
    name != base && (base == "CSWTCH" || base == "C" || base.starts_with("__") || base.starts_with('.'))
}

fn with_offset(name: &str, offset: i64) -> String {
    if offset == 0 { name.to_string() } else { format!("{name}{offset:+}") }
}

fn slice(bytes: &[u8], at: usize, size: usize) -> &[u8] {
    let end = at.saturating_add(size).min(bytes.len());
    bytes.get(at..end).unwrap_or_default()
}

fn is_near(instruction: &Instruction) -> bool {
    (0..instruction.op_count()).any(|at| {
        matches!(instruction.op_kind(at), OpKind::NearBranch16 | OpKind::NearBranch32 | OpKind::NearBranch64)
    })
}

/// Takes out the number that the linker fills in.
fn clear(instruction: &mut Instruction, displacement: bool) {
    if displacement {
        return instruction.set_memory_displacement64(0);
    }
    for at in 0..instruction.op_count() {
        match instruction.op_kind(at) {
            OpKind::NearBranch16 | OpKind::NearBranch32 | OpKind::NearBranch64 => {
                instruction.set_near_branch64(0);
            }
            kind if is_immediate(kind) => instruction.set_immediate_u64(at, 0),
            _ => (),
        }
    }
}

fn is_immediate(kind: OpKind) -> bool {
    matches!(kind, OpKind::Immediate32 | OpKind::Immediate64 | OpKind::Immediate32to64)
}
