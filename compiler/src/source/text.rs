//! Preprocessed bytes as text.

use std::path::{Component, Path, PathBuf};

/// The bytes as UTF-8. A byte that is none becomes its octal escape, which means the
/// same in the string and character literals where alone such bytes can stand.
pub fn decode(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| {
        let mut text = String::with_capacity(error.as_bytes().len() + 64);
        for chunk in error.as_bytes().utf8_chunks() {
            text.push_str(chunk.valid());
            chunk.invalid().iter().for_each(|byte| text.push_str(&format!("\\{byte:03o}")));
        }
        text
    })
}

/// The file that the first line marker names.
pub fn first_file(text: &str) -> Option<&str> {
    let rest = text.lines().find_map(|line| line.strip_prefix("# ").or(line.strip_prefix("#line ")))?;
    let (_, quoted) = rest.split_once('"')?;
    let (name, _) = quoted.split_once('"')?;
    (!name.is_empty() && !name.starts_with('<')).then_some(name)
}

/// `path` seen from `directory`, without `.` and `..`; the file need not exist.
pub fn absolute(directory: &Path, path: impl AsRef<Path>) -> PathBuf {
    let mut clean = PathBuf::new();
    for component in directory.join(path).components() {
        match component {
            Component::CurDir => (),
            Component::ParentDir => drop(clean.pop()),
            other => clean.push(other),
        }
    }
    clean
}

/// The folder of a project's sources, such that two versions of it, wherever they lie,
/// have the same paths below it. `top` is where the build was started, which may be a
/// build folder or far above; `directories` are where compilers ran.
pub fn project_folder(top: &Path, sources: &[PathBuf], directories: &[PathBuf]) -> PathBuf {
    let folder = |file: &PathBuf| file.parent().unwrap_or(file).to_path_buf();
    let mut outside = sources.iter().filter(|file| !file.starts_with(top)).map(folder).peekable();
    if outside.peek().is_some() {
        return common(outside);
    }
    let holding = |folder: &&PathBuf| sources.iter().any(|source| source.starts_with(folder));
    common(sources.iter().map(folder).chain(directories.iter().filter(holding).cloned()))
}

/// The deepest folder that holds all of `folders`.
fn common(folders: impl Iterator<Item = PathBuf>) -> PathBuf {
    let both = |one: PathBuf, other: PathBuf| {
        one.ancestors().find(|folder| other.starts_with(folder)).map(Path::to_path_buf).unwrap_or_default()
    };
    folders.reduce(both).unwrap_or_default()
}

/// A source's path in its project: below `root`, below `top` if it was made by the build,
/// else the whole path; `/`-separated.
pub fn unit_path(root: &Path, top: &Path, source: &Path) -> String {
    below(if source.starts_with(root) { root } else { top }, source)
}

/// `file` below `root`, `/`-separated; the whole path where it lies outside.
fn below(root: &Path, file: &Path) -> String {
    file.strip_prefix(root).unwrap_or(file).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_outside_utf8_keep_their_value() {
        assert_eq!(decode(b"\"caf\xe9 \xc3\xa9\"\n".to_vec()), "\"caf\\351 é\"\n");
    }

    fn folder(top: &str, sources: &[&str], directories: &[&str]) -> String {
        let paths = |list: &[&str]| list.iter().map(PathBuf::from).collect::<Vec<_>>();
        project_folder(Path::new(top), &paths(sources), &paths(directories)).display().to_string()
    }

    #[test]
    fn the_projects_folder() {
        let sources = ["/v1/src/a.c", "/v1/src/b.c"];
        assert_eq!(folder("/v1", &sources, &["/v1", "/v1/doc"]), "/v1", "built in its own folder");
        assert_eq!(folder("/", &sources, &["/v1"]), "/v1", "built from far above");
        assert_eq!(folder("/build", &sources, &["/build"]), "/v1/src", "built elsewhere");
        let generated = ["/v1/a.c", "/v1/lib/b.c", "/build/config.c"];
        assert_eq!(folder("/build", &generated, &["/build"]), "/v1", "with a source made on the way");
        let path = unit_path(Path::new("/v1"), Path::new("/build"), Path::new("/build/config.c"));
        assert_eq!(path, "config.c");
    }

    #[test]
    fn paths_are_cleaned() {
        assert_eq!(absolute(Path::new("/a/b"), "../c/./d.c"), Path::new("/a/c/d.c"));
    }

    #[test]
    fn the_first_marker_names_the_source() {
        assert_eq!(first_file("# 0 \"a/b.c\"\n# 0 \"<built-in>\"\n"), Some("a/b.c"));
        assert_eq!(first_file("int x;\n"), None);
    }
}
