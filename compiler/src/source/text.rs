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

/// The deepest folder that holds all of `files`.
pub fn common_folder<'a>(files: impl IntoIterator<Item = &'a Path>) -> PathBuf {
    let mut files = files.into_iter();
    let first = files.next().and_then(Path::parent).map(Path::to_path_buf).unwrap_or_default();
    files.fold(first, |common, file| {
        common.ancestors().find(|folder| file.starts_with(folder)).map(Path::to_path_buf).unwrap_or_default()
    })
}

/// `file` below `root`, `/`-separated; the whole path where it lies outside.
pub fn below(root: &Path, file: &Path) -> String {
    file.strip_prefix(root).unwrap_or(file).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_outside_utf8_keep_their_value() {
        assert_eq!(decode(b"\"caf\xe9 \xc3\xa9\"\n".to_vec()), "\"caf\\351 é\"\n");
    }

    #[test]
    fn folders_in_common() {
        let files = ["/a/src/x.c", "/a/src/sub/y.c", "/a/deps/z.c"].map(Path::new);
        assert_eq!(common_folder(files), Path::new("/a"));
        assert_eq!(common_folder(files[..1].iter().copied()), Path::new("/a/src"));
        assert_eq!(absolute(Path::new("/a/b"), "../c/./d.c"), Path::new("/a/c/d.c"));
    }

    #[test]
    fn the_first_marker_names_the_source() {
        assert_eq!(first_file("# 0 \"a/b.c\"\n# 0 \"<built-in>\"\n"), Some("a/b.c"));
        assert_eq!(first_file("int x;\n"), None);
    }
}
