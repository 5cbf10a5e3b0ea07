//! Which instructions a unit's flags let the compiler use, as `#pragma GCC target` names them.

/// What the pragma knows besides `arch=…`; other `-m` options do not change what a function may use.
const FEATURES: &[&str] = &[
    "3dnow",
    "3dnowa",
    "abm",
    "adx",
    "aes",
    "bmi",
    "bmi2",
    "crc32",
    "cx16",
    "f16c",
    "fma",
    "fma4",
    "fsgsbase",
    "fxsr",
    "general-regs-only",
    "gfni",
    "lwp",
    "lzcnt",
    "mmx",
    "movbe",
    "movdir64b",
    "movdiri",
    "pclmul",
    "popcnt",
    "prfchw",
    "rdpid",
    "rdrnd",
    "rdseed",
    "rtm",
    "sahf",
    "serialize",
    "sha",
    "sse",
    "sse2",
    "sse3",
    "sse4",
    "sse4.1",
    "sse4.2",
    "sse4a",
    "ssse3",
    "tbm",
    "vaes",
    "vpclmulqdq",
    "waitpkg",
    "xop",
    "xsave",
    "xsavec",
    "xsaveopt",
    "xsaves",
];

/// The arguments of the pragma, in the order of the flags; the architecture that every compiler takes
/// by itself is left out, and so is `native`, which the pragma does not know.
pub fn features(flags: &[String]) -> Vec<String> {
    let mut found: Vec<String> = vec![];
    for flag in flags {
        let Some(name) = flag.strip_prefix("-m") else { continue };
        let plain = name.strip_prefix("no-").unwrap_or(name);
        let known = FEATURES.contains(&plain) || plain.starts_with("avx") || plain.starts_with("amx-");
        let arch = name.starts_with("arch=") && !matches!(name, "arch=x86-64" | "arch=native");
        if known || arch {
            found.retain(|other| other != name);
            found.push(name.to_string());
        }
    }
    // An architecture is where the features start from, wherever it stands.
    found.sort_by_key(|name| !name.starts_with("arch="));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_pragma_knows() {
        let line =
            "-O2 -mtune=generic -march=x86-64 -mavx2 -mcmodel=small -mno-red-zone -mno-sse4a -m64 -msse4.2";
        let flags: Vec<String> = line.split(' ').map(str::to_string).collect();
        assert_eq!(features(&flags), ["avx2", "no-sse4a", "sse4.2"]);
        let flags = ["-mavx", "-march=haswell", "-march=native"].map(str::to_string);
        assert_eq!(features(&flags), ["arch=haswell", "avx"]);
    }
}
