//! Which options concern the preprocessor, which the generated code.

/// Options whose value is the next argument, where it is not joined.
const WITH_VALUE: &[&str] = &[
    "-o",
    "-x",
    "-I",
    "-D",
    "-U",
    "-L",
    "-l",
    "-include",
    "-imacros",
    "-isystem",
    "-idirafter",
    "-iprefix",
    "-iwithprefix",
    "-iwithprefixbefore",
    "-iquote",
    "-isysroot",
    "-imultilib",
    "-MF",
    "-MT",
    "-MQ",
    "-MJ",
    "-Xpreprocessor",
    "-Xassembler",
    "-Xlinker",
    "-Xclang",
    "-arch",
    "-T",
    "-u",
    "-z",
    "-e",
    "-A",
    "-G",
    "-aux-info",
    "--param",
    "-B",
    "-wrapper",
    "-dumpbase",
    "-dumpbase-ext",
    "-dumpdir",
    "-target",
    "-mllvm",
    "-framework",
    "--output",
    "--include",
    "--sysroot",
];

/// How many arguments an option takes up, itself included.
pub fn width(argument: &str) -> usize {
    if WITH_VALUE.contains(&argument) { 2 } else { 1 }
}

/// Keeps what shapes the generated code: optimisation, `-f`, `-m`, the language
/// standard. Preprocessor flags, names of files, warnings, debug information, and flags
/// that carry the build's folder or the form of the output are dropped.
pub fn shaping(arguments: &[String]) -> Vec<String> {
    const FORM: &[&str] = &[
        "-ffile-prefix-map",
        "-fdebug-prefix-map",
        "-fmacro-prefix-map",
        "-fprofile-prefix-map",
        "-fcanon-prefix-map",
        "-flto",
        "-ffat-lto-objects",
        "-fno-lto",
        "-fuse-linker-plugin",
        "-fdiagnostics",
        "-fno-diagnostics",
        "-fcolor-diagnostics",
        "-fmessage-length",
        "-fmax-errors",
        "-fsyntax-only",
        "-fdump",
        "-fuse-ld",
        "-fplugin",
        "-frandom-seed",
        "-fverbose-asm",
        "-fworking-directory",
        "-fpch",
        "-fdirectives-only",
        "-fpreprocessed",
        "-finput-charset",
    ];
    let shapes = |flag: &str| {
        let kind = ["-O", "-f", "-m", "-std=", "--std="].iter().any(|prefix| flag.starts_with(prefix));
        (kind && flag != "-mllvm" && flag != "-framework" && !FORM.iter().any(|form| flag.starts_with(form)))
            || matches!(flag, "-ansi" | "-pthread")
    };
    let mut kept = vec![];
    let mut index = 0;
    while index < arguments.len() {
        match arguments[index].as_str() {
            "--param" => kept.extend_from_slice(&arguments[index..(index + 2).min(arguments.len())]),
            flag if shapes(flag) || flag.starts_with("--param=") => kept.push(flag.to_string()),
            _ => (),
        }
        index += width(&arguments[index]);
    }
    kept
}

/// Whether the preprocessor is to get an argument: no other inputs, nothing that the
/// compiler writes besides, nothing of the linker's.
pub fn for_preprocessor(argument: &str) -> bool {
    const DROPPED: &[&str] = &[
        "-c",
        "-C",
        "-CC",
        "-P",
        "-o",
        "--output",
        "-MF",
        "-MT",
        "-MQ",
        "-MJ",
        "-MD",
        "-MMD",
        "-MP",
        "-MG",
        "-MV",
        "-aux-info",
        "-dumpbase",
        "-dumpbase-ext",
        "-dumpdir",
        "-L",
        "-l",
        "-T",
        "-u",
        "-z",
        "-e",
        "-Xlinker",
        "-Xassembler",
        "-shared",
        "-r",
        "-s",
        "-rdynamic",
        "-pie",
        "-static",
        "-static-pie",
    ];
    const DROPPED_PREFIXES: &[&str] =
        &["-MF", "-MT", "-MQ", "-MJ", "-save-temps", "-Wl,", "-Wa,", "-o", "--output=", "-l", "-L"];
    argument.starts_with('-')
        && argument != "-"
        && !DROPPED.contains(&argument)
        && !DROPPED_PREFIXES.iter().any(|prefix| argument.starts_with(prefix))
}

/// Whether an argument, perhaps with the next one, says where headers are or defines a macro.
pub fn finds_headers(argument: &str) -> bool {
    const FOUND: &[&str] =
        &["-I", "-D", "-U", "-include", "-imacros", "-isystem", "-idirafter", "-iquote", "-isysroot"];
    FOUND.iter().any(|option| argument.starts_with(option))
        || argument.starts_with("--sysroot")
        || matches!(argument, "-nostdinc" | "-undef")
}

/// Whether such an argument names a file or a folder, and where in it the name begins.
pub fn path_in(argument: &str) -> Option<usize> {
    const NAMING: &[&str] = &["-I", "-include", "-imacros", "-isystem", "-idirafter", "-iquote", "-isysroot"];
    NAMING.iter().filter(|option| argument.starts_with(**option)).map(|option| option.len()).max()
}

/// `-Wp,…` less what writes dependency files.
pub fn without_dependencies(argument: &str) -> Option<String> {
    let mut words = argument.split(',').skip(1);
    let mut kept = vec![];
    while let Some(word) = words.next() {
        match word {
            "-MD" | "-MMD" | "-MF" | "-MT" | "-MQ" => drop(words.next()),
            _ if word.starts_with("-M") => (),
            _ => kept.push(word),
        }
    }
    (!kept.is_empty()).then(|| format!("-Wp,{}", kept.join(",")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_that_shape_code() {
        let line = "-Wall -g3 -O2 -std=gnu11 -fPIE -fdiagnostics-color -ffile-prefix-map=/a=. -mavx -I-f -pthread a.c";
        assert_eq!(shaping(&shlex::split(line).unwrap()).join(" "), "-O2 -std=gnu11 -fPIE -mavx -pthread");
    }
}
