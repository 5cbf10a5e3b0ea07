//! A compiler's command line, taken apart as gcc and clang read it.

use super::flags::{finds_headers, for_preprocessor, shaping, width, without_dependencies};
use std::path::{Path, PathBuf};

/// What a command makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// No object and no program: `-E`, `-S`, `-M`, `-fsyntax-only`, `--version`.
    Other,
    /// One object for each source (`-c`).
    Compile,
    /// A program, a shared library or a partial link, perhaps from sources directly.
    Link,
}

/// The language of a source file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Language {
    /// C, also preprocessed.
    C,
    /// C++, Objective-C, Fortran and whatever else the compiler takes.
    Other,
    /// Assembler, with or without preprocessing.
    Assembler,
}

/// A source file among the arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// As written; `-` is standard input.
    pub path: String,
    /// By `-x`, or by its name.
    pub language: Language,
    /// Where it stands in the arguments.
    pub index: usize,
}

/// A command line taken apart; `arguments` are those after the compiler's name.
#[derive(Clone, Debug)]
pub struct Command {
    /// With response files replaced by what they hold.
    pub arguments: Vec<String>,
    /// What it makes.
    pub mode: Mode,
    /// Its sources, in order.
    pub sources: Vec<Source>,
    /// `-o`, as written.
    pub output: Option<String>,
}

impl Command {
    /// Takes `arguments` apart; response files are read relative to `directory`.
    pub fn parse(compiler: &str, arguments: &[String], directory: &Path) -> Self {
        let arguments = expand(arguments, directory, 0);
        let mut command = Self { mode: mode(&arguments), arguments, sources: vec![], output: None };
        let mut language = None;
        let mut index = 0;
        while index < command.arguments.len() {
            let argument = command.arguments[index].clone();
            let value = command.arguments.get(index + 1).cloned();
            match argument.as_str() {
                "-o" | "--output" => command.output = value,
                "-x" => language = value.as_deref().and_then(named_language),
                _ if argument.starts_with("--output=") => command.output = Some(argument[9..].to_string()),
                _ if argument.starts_with("-o") => command.output = Some(argument[2..].to_string()),
                _ if argument.starts_with("-x") => language = named_language(&argument[2..]),
                _ => command.note_source(index, language, compiler),
            }
            index += width(&argument);
        }
        if command.sources.is_empty() && command.mode == Mode::Compile {
            command.mode = Mode::Other;
        }
        command
    }

    fn note_source(&mut self, index: usize, given: Option<Given>, compiler: &str) {
        let path = self.arguments[index].clone();
        if path.starts_with('-') && path != "-" {
            return;
        }
        let language = match given {
            Some(Given::Source(language)) => Some(language),
            Some(Given::Header) => None,
            None => language_of(&path, compiler),
        };
        if let Some(language) = language {
            self.sources.push(Source { path, language, index });
        }
    }

    /// The object that `source` becomes with `-c`, as the compiler names it.
    pub fn object(&self, source: &Source) -> String {
        match &self.output {
            Some(output) => output.clone(),
            None => {
                let stem = Path::new(&source.path).file_stem().unwrap_or_default();
                format!("{}.o", stem.to_string_lossy())
            }
        }
    }

    /// The arguments that preprocess `source` to standard output, with nothing else
    /// written and no warnings.
    pub fn preprocess(&self, source: &Source) -> Vec<String> {
        let mut kept = vec![];
        let mut index = 0;
        while index < self.arguments.len() {
            let argument = &self.arguments[index];
            let end = (index + width(argument)).min(self.arguments.len());
            if index == source.index {
                kept.push(argument.clone());
            } else if argument.starts_with("-Wp,") {
                kept.extend(without_dependencies(argument));
            } else if for_preprocessor(argument) {
                kept.extend_from_slice(&self.arguments[index..end]);
            }
            index = end;
        }
        kept.extend(["-E".to_string(), "-w".to_string()]);
        kept
    }

    /// The flags that say where headers are and which macros are defined.
    pub fn includes(&self) -> Vec<String> {
        let mut kept = vec![];
        let mut index = 0;
        while index < self.arguments.len() {
            let end = (index + width(&self.arguments[index])).min(self.arguments.len());
            if finds_headers(&self.arguments[index]) {
                kept.extend_from_slice(&self.arguments[index..end]);
            }
            index = end;
        }
        kept
    }

    /// The flags that shape the code of its units.
    pub fn shaping(&self) -> Vec<String> {
        shaping(&self.arguments)
    }
}

/// Parts a command line into the compiler and its arguments, without programs that only
/// start it: `ccache gcc -c a.c`, `polus-cc gcc -c a.c`.
pub fn split(words: &[String]) -> Option<(String, Vec<String>)> {
    let starts = |word: &String| {
        let name = Path::new(word).file_name().unwrap_or_default();
        ["ccache", "distcc", "sccache", "icecc", "polus-cc"].iter().any(|wrapper| name == *wrapper)
    };
    let first = words.iter().position(|word| !starts(word))?;
    Some((words[first].clone(), words[first + 1..].to_vec()))
}

/// Replaces each `@file` by the arguments it holds; one that cannot be read stays, as
/// the compiler has it.
fn expand(arguments: &[String], directory: &Path, depth: usize) -> Vec<String> {
    // The compilers' own guard against files that name each other.
    const DEEPEST: usize = 200;
    arguments
        .iter()
        .flat_map(|argument| match response(argument, directory) {
            Some(held) if depth < DEEPEST => expand(&held, directory, depth + 1),
            _ => vec![argument.clone()],
        })
        .collect()
}

fn response(argument: &str, directory: &Path) -> Option<Vec<String>> {
    let text = std::fs::read_to_string(directory.join(argument.strip_prefix('@')?)).ok()?;
    shlex::split(&text)
}

fn mode(arguments: &[String]) -> Mode {
    let mut mode = Mode::Link;
    let mut index = 0;
    while index < arguments.len() {
        match arguments[index].as_str() {
            "-E" | "-S" | "-M" | "-MM" | "-fsyntax-only" | "-###" | "-cc1" | "--version" | "--help"
            | "-dumpmachine" | "-dumpversion" | "-dumpspecs" => return Mode::Other,
            other if other.starts_with("-print-") || other.starts_with("--print-") => return Mode::Other,
            "-c" => mode = Mode::Compile,
            _ => (),
        }
        index += width(&arguments[index]);
    }
    mode
}

#[derive(Clone, Copy)]
enum Given {
    Source(Language),
    Header,
}

/// What `-x NAME` says; `-x none` goes back to file names.
fn named_language(name: &str) -> Option<Given> {
    match name {
        "none" => None,
        "c" | "cpp-output" => Some(Given::Source(Language::C)),
        "assembler" | "assembler-with-cpp" => Some(Given::Source(Language::Assembler)),
        header if header.ends_with("-header") => Some(Given::Header),
        _ => Some(Given::Source(Language::Other)),
    }
}

/// By the name's ending; `None` for what goes to the linker, and for headers.
fn language_of(path: &str, compiler: &str) -> Option<Language> {
    let plus = compiler_name(compiler).contains("++");
    match Path::new(path).extension()?.to_str()? {
        "c" | "i" if !plus => Some(Language::C),
        "c" | "i" | "C" | "cc" | "cp" | "cpp" | "cxx" | "c++" | "CPP" | "ii" | "m" | "mm" | "mi" | "mii"
        | "M" | "f" | "F" | "f77" | "f90" | "F90" | "f95" | "for" | "go" | "d" | "adb" | "cu" => {
            Some(Language::Other)
        }
        "s" | "S" | "sx" => Some(Language::Assembler),
        _ => None,
    }
}

fn compiler_name(compiler: &str) -> String {
    PathBuf::from(compiler).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Command {
        Command::parse("gcc", &shlex::split(line).unwrap(), Path::new("/"))
    }

    fn preprocess(line: &str) -> String {
        let command = parse(line);
        command.preprocess(&command.sources[0]).join(" ")
    }

    #[test]
    fn a_compile_names_its_object() {
        let command = parse("-O2 -c src/a.c");
        assert_eq!((command.mode, command.object(&command.sources[0]).as_str()), (Mode::Compile, "a.o"));
        let command = parse("-c -ofoo/a.o src/a.c");
        assert_eq!(command.object(&command.sources[0]), "foo/a.o");
    }

    #[test]
    fn values_of_options_are_no_sources() {
        let command = parse("-c -include config.c -MF a.c -D x.c -x c main.txt -x none b.o");
        let paths: Vec<_> = command.sources.iter().map(|source| source.path.as_str()).collect();
        assert_eq!(paths, ["main.txt"]);
    }

    #[test]
    fn queries_and_listings_make_nothing() {
        for line in
            ["--version", "-E a.c", "-S a.c", "-MM a.c", "-print-search-dirs", "-c a.h", "-x c-header -c a"]
        {
            assert_eq!(parse(line).mode, Mode::Other, "{line}");
        }
    }

    #[test]
    fn preprocessing_writes_nothing_besides() {
        let line =
            "-c -MMD -MF a.d -MTa.o -Wp,-MD,b.d,-DX -I inc -DY=1 -save-temps=obj -O2 a.c b.o -lm -o a.o";
        assert_eq!(preprocess(line), "-Wp,-DX -I inc -DY=1 -O2 a.c -E -w");
    }

    #[test]
    fn each_source_is_preprocessed_alone() {
        let command = parse("a.c b.c -DX -o program");
        assert_eq!(command.preprocess(&command.sources[1]).join(" "), "b.c -DX -E -w");
    }

    #[test]
    fn what_starts_a_compiler_is_no_compiler() {
        let words = ["/usr/bin/ccache", "polus-cc", "gcc", "-m32"].map(String::from);
        assert_eq!(split(&words), Some(("gcc".to_string(), vec!["-m32".to_string()])));
        assert_eq!(split(&words[..2]), None);
    }

    #[test]
    fn response_files_are_opened() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("list"), "-c 'a b.c'\n-o x.o").unwrap();
        let command = Command::parse("gcc", &["@list".to_string(), "@none".to_string()], folder.path());
        assert_eq!(command.arguments, ["-c", "a b.c", "-o", "x.o", "@none"]);
    }
}
