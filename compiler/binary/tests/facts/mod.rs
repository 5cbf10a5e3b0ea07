//! All that an executable tells about the programs of `formats.rs`, one line each.

use polus_binary::{Binary, DebugInfo, FunctionKey, UnitId};

const VARIABLES: [(&str, Option<&str>, Option<&str>); 14] = [
    ("sink", None, None),
    ("first", None, None),
    ("clients", Some("src/a.c"), None),
    ("counter", Some("src/a.c"), None),
    ("counter", Some("src/b.c"), None),
    ("counter", Some("src/a.c"), Some("next")),
    ("calls", Some("src/a.c"), Some("leaf")),
    ("calls", Some("src/b.c"), Some("leaf")),
    ("calls", None, Some("leaf")),
    ("per_thread", None, None),
    ("own_thread", Some("src/a.c"), None),
    ("own_thread", None, None),
    ("differs", None, None),
    ("nothing", None, None),
];
const TYPES: [&str; 9] = [
    "struct client",
    "union value",
    "enum state",
    "point",
    "struct differs",
    "size_t",
    "int",
    "unsigned int",
    "struct nothing",
];

pub fn facts(binary: &Binary) -> Vec<String> {
    let info = binary.debug_info().unwrap();
    let mut all = Vec::new();
    all.extend(info.units().map(|unit| format!("unit {} lto {}", file(&unit.path), unit.lto)));
    for function in info.functions() {
        all.push(format!(
            "function {} {:?} noreturn {}",
            key(info, &function.key),
            function.presence(),
            function.noreturn
        ));
        for code in &function.instances {
            let unit = file(&info.unit(code.unit).path);
            let rest =
                (code.entry, &code.ranges, &code.symbols, &code.cold_symbols, &code.clone, code.described);
            all.push(format!("code of {} in {unit}: {rest:x?}", function.key.name));
        }
        for copy in info.inlined_into(&function.key) {
            let chain: Vec<_> = copy.chain.iter().map(|function| key(info, function)).collect();
            all.push(format!("inlined {} at {:x} {:?}", chain.join(" < "), copy.entry, copy.symbol));
        }
        for clone in binary.clones_of(&function.key).unwrap() {
            all.push(format!("clone of {}: {clone:x?}", key(info, &function.key)));
        }
    }
    all.extend(kept(binary, info));
    for (name, of_file, function) in VARIABLES {
        // Addresses of several candidates are told in the order of the debug information.
        let found = binary.variable(name, of_file, function).unwrap();
        all.push(format!("variable {name} {of_file:?} {function:?}: {}", portable(format!("{found:x?}"))));
    }
    for name in TYPES {
        let mut layouts: Vec<_> = info.layouts(name, None).into_iter().map(|(_, layout)| layout).collect();
        layouts.sort_by_key(|layout| layout.size);
        all.push(format!("layouts of {name}: {layouts:?}"));
    }
    all.sort();
    all
}

/// What callers keep in registers across calls depends on the types of the functions they call.
fn kept(binary: &Binary, info: &DebugInfo) -> Vec<String> {
    let pieces = || info.functions().iter().flat_map(|function| &function.instances);
    let pairs = pieces().flat_map(|caller| pieces().map(move |callee| (caller, callee)));
    let kept = pairs.map(|(caller, callee)| {
        let kept = binary.kept_across_calls(&caller.ranges, callee.entry).unwrap();
        format!("{:x} keeps across calls of {:x}: {kept:?}", caller.entry, callee.entry)
    });
    kept.filter(|line| !line.ends_with("[]")).collect()
}

fn key(info: &DebugInfo, key: &FunctionKey) -> String {
    let unit = |unit: UnitId| file(&info.unit(unit).path);
    format!("{}:{}", key.unit.map(unit).unwrap_or_default(), key.name)
}

fn file(path: &str) -> String {
    path.rsplit('/').next().unwrap_or_default().to_string()
}

/// Without the temporary folder.
fn portable(text: String) -> String {
    text.split('/').filter(|part| !part.starts_with(".tmp") && *part != "tmp").collect::<Vec<_>>().join("/")
}
