//! The structs of `polus/patch.h`, `polus/registry.h`, `polus/doors.h` and `polus/extend.h` as the
//! injector reads and writes them: pointers are 64-bit addresses in the target. A test compares
//! every size and offset with what the C compiler says.

/// `POLUS_ABI`: version of the patch tables.
pub const PATCH_ABI: u32 = 6;
/// `POLUS_REGISTRY_ABI`: version of the registry.
pub const REGISTRY_ABI: u32 = 6;
/// First bytes of the registry.
pub const REGISTRY_MAGIC: [u8; 16] = *b"POLUS registry\x01\0";
/// `POLUS_EXTENSION_MOST`: bytes of the fields in the largest extension record.
pub const EXTENSION_MOST: u64 = 32 << 20;
/// Slots for published active functions.
pub const ACTIVE_MAX: usize = 64;

/// A struct of the target: plain bytes, every bit pattern is a value.
///
/// # Safety
/// The type is `repr(C)`, holds only integers and arrays of them, and has no padding.
pub unsafe trait Plain: Copy + Default {
    /// Bytes of one value.
    const SIZE: usize = size_of::<Self>();

    /// The value that `bytes` begins with; `None` if they are too few.
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.get(..Self::SIZE)?;
        // SAFETY: the length is checked, and every bit pattern is a value (trait contract).
        Some(unsafe { std::ptr::read_unaligned(bytes.as_ptr().cast::<Self>()) })
    }

    /// The bytes of this value.
    fn bytes(&self) -> &[u8] {
        // SAFETY: the type has no padding (trait contract), so all its bytes are initialised.
        unsafe { std::slice::from_raw_parts((self as *const Self).cast::<u8>(), Self::SIZE) }
    }
}

macro_rules! structs {
    ($($(#[$doc:meta])* $name:ident = $c:literal { $($field:ident: $type:ty,)* })*) => {
        $(
            $(#[$doc])*
            #[repr(C)]
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
            pub struct $name { $(#[doc = concat!("`", stringify!($field), "` of the C struct.")] pub $field: $type,)* }
            // SAFETY: repr(C) integers only; the layout test shows that fields leave no gap.
            unsafe impl Plain for $name {}
        )*
        /// C name, size, and every field's C name, offset and size.
        pub fn layouts() -> Vec<Layout> {
            vec![$(Layout {
                name: $c,
                size: size_of::<$name>(),
                fields: vec![$((
                    stringify!($field),
                    std::mem::offset_of!($name, $field),
                    { let value = $name::default(); size_of_val(&value.$field) },
                ),)*],
            },)*]
        }
    };
}

/// What Rust says about one struct, for the comparison with C.
pub struct Layout {
    /// Tag in C, `struct` left out.
    pub name: &'static str,
    /// Bytes.
    pub size: usize,
    /// Name, offset and size of each field.
    pub fields: Vec<(&'static str, usize, usize)>,
}

structs! {
    /// One function of a patch.
    Function = "polus_function" {
        name: u64, file: u64, version_name: u64, reason: u64, code: u64, address: u64, kind: u32, flags: u32,
    }
    /// One variable of a patch.
    Variable = "polus_variable" {
        name: u64, file: u64, function: u64, version_name: u64, reason: u64, instance: u64,
        to_new: u64, to_old: u64, address: u64, old_size: u64, new_size: u64, kind: u32, flags: u32,
    }
    /// An old function uses a migrated variable.
    Use = "polus_use" { function: u32, variable: u32, end: u32, }
    /// Something that stays in the process.
    Import = "polus_import" {
        symbol: u64, name: u64, file: u64, function: u64, address: u64, size: u64, kind: u32, flags: u32,
    }
    /// A field of a shared type, in bits.
    Field = "polus_field" { name: u64, offset: u64, size: u64, }
    /// A type that new code and process share.
    TypeLayout = "polus_layout" { r#type: u64, size: u64, fields: u64, field_count: u32, reserved: u32, }
    /// The root of a patch's tables.
    Patch = "polus_patch" {
        abi: u32, struct_size: u32, from_version: u32, to_version: u32,
        id: u64, from: u64, to: u64, program: u64, build_id: u64, text_digest: u64,
        functions: u64, variables: u64, uses: u64, imports: u64, layouts: u64,
        function_count: u32, variable_count: u32, use_count: u32, import_count: u32,
        layout_count: u32, callback_count: u32, callbacks: u64, veto: u64,
        companions: u64, companion_count: u32, extension_type_count: u32, extension_types: u64,
    }
    /// The records of named objects.
    Companion = "polus_companion" { object: u64, count: u64, records: u64, stride: u64, r#type: u64, }
    /// A type whose objects have extension records.
    ExtensionType = "polus_extension_type" { name: u64, object_size: u64, size: u64, start: u64, }
    /// Head of an extension record.
    Extension = "polus_extension" { object: u64, r#type: u64, next: u64, state: u64, }
    /// Hand-written code that runs at a certain moment.
    Callback = "polus_callback" { code: u64, kind: u32, subject: u32, }
    /// One version of a function, in the registry.
    Entry = "polus_entry" {
        identity: u64, code: u64, name: u64, original: [u8; 8], flags: u32, reserved: u32,
    }
    /// Code that belongs to an entry.
    Extent = "polus_extent" { start: u64, end: u64, entry: u32, reserved: u32, }
    /// Code of a function uses a migrated variable, or relies on what the record breaks.
    Reference = "polus_reference" {
        identity: u64, instance: u64, end: u64, side: u32, reserved: u32,
    }
    /// A variable that crosses.
    Cell = "polus_cell" {
        name: u64, old_instance: u64, new_instance: u64, to_new: u64, to_old: u64,
        old_size: u64, new_size: u64, old_before: u64, new_before: u64, writes: u64,
        variable: u32, flags: u32, initial: u64, thread: u64,
        tid: u32, reserved: u32,
    }
    /// A loaded patch.
    Record = "polus_record" {
        next: u64, size: u64, state: u32, version: u32, digest: [u8; 32], base: u64, patch: u64, name: u64,
        entries: u64, extents: u64, references: u64, cells: u64, leavings: u64, copies: u64,
        entry_count: u32, extent_count: u32, reference_count: u32, cell_count: u32,
        leaving_count: u32, copy_count: u32,
    }
    /// A published active function.
    Active = "polus_active" { function: u64, since_ms: u64, thread: u32, reserved: u32, }
    /// A call made on behalf of the injector.
    Call = "polus_call" { function: u64, arguments: [u64; 3], result: u64, errno_location: u64, }
    /// A system call made on behalf of the injector.
    System = "polus_system" { number: u64, arguments: [u64; 6], result: u64, }
    /// Head of the registry; `active_count` slots of [`Active`] follow.
    RegistryHead = "polus_registry" {
        magic: [u8; 16], abi: u32, size: u32, newest: u64, version: u32, goal: u32, state: u32,
        converted: u32, incoming: u64, changed_ms: u64, active_count: u32, tracking: u32,
        stack: u64,
    }
    /// Those inside a function whose callbacks a door runs.
    Leaving = "polus_leaving" {
        thread_left: u64, function_left: u64, errno_location: u64, threads: u32, function: u32,
    }
    /// The record of a door.
    Door = "polus_door" { slot: u64, back: u64, leaving: u64, thread: u32, state: u32, }
}

/// An element of a table of pointers.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pointer {
    /// Where it leads.
    pub address: u64,
}
// SAFETY: one integer.
unsafe impl Plain for Pointer {}

/// `enum` constants of the headers.
pub mod kind {
    #![allow(missing_docs)]
    pub const REPLACED: u32 = 1;
    pub const ADDED: u32 = 2;
    pub const REMOVED: u32 = 3;
    pub const NO_ENTRY: u32 = 1;
    pub const NEVER_RETURNS: u32 = 2;
    pub const RELIES: u32 = 4;
    pub const MIGRATED: u32 = 1;
    pub const NEW: u32 = 2;
    pub const ADOPTED: u32 = 3;
    pub const FUNCTION: u32 = 1;
    pub const VARIABLE: u32 = 2;
    pub const THREAD_VARIABLE: u32 = 3;
    pub const RUNTIME: u32 = 4;
    pub const TO_NEW: u32 = 1;
    pub const TO_OLD: u32 = 2;
    pub const ALL_CELLS: u32 = 0;
    pub const ADOPTED_CELLS: u32 = 1;
    pub const IDLE: u32 = 0;
    pub const CONVERTING: u32 = 1;
    pub const REDIRECTING: u32 = 2;
    pub const LOADED: u32 = 1;
    pub const ACTIVE: u32 = 2;
    pub const ROLLED_BACK: u32 = 3;
    pub const ORIGIN: u32 = 1;
    pub const BRANCH_TO_ENTRY: u32 = 2;
    pub const KEEPS_ENTRY: u32 = 4;
    pub const OLD: u32 = 1;
    pub const NEW_CODE: u32 = 2;
    pub const TRACKED: u32 = 1;
    pub const LOST: u32 = 2;
    pub const DIFFERED: u32 = 4;
    pub const ASIDE: u32 = 8;
    pub const PER_THREAD_CELL: u32 = 16;
    pub const HANDED_ABOUT: u32 = 32;
    pub const HOLDS_LOCK: u32 = 1;
    pub const PER_THREAD: u32 = 2;
    pub const TRAVELS: u32 = 4;
    pub const PRE_UPDATE: u32 = 1;
    pub const THREAD_LEFT: u32 = 2;
    pub const FUNCTION_LEFT: u32 = 3;
    pub const DATA_UNUSED: u32 = 4;
    pub const POST_UPDATE: u32 = 5;
    pub const ENROLLED: u32 = 0;
    pub const ENROLLED_NO_MEMORY: u32 = 1;
    pub const ENROLLED_NO_OBJECT: u32 = 2;
    pub const ENROLLED_OTHERS: u32 = 3;
}

/// Numbers of `polus/doors.h`.
pub mod door {
    #![allow(missing_docs)]
    pub const COUNT: usize = 1024;
    pub const SIZE: u64 = 32;
    pub const MARKS: u64 = 1;
    pub const CALLS: u64 = 17;
    pub const FREE: u32 = 0;
    pub const PLANTED: u32 = 1;
    pub const LEFT: u32 = 2;
    pub const LOST: u32 = 3;
}
