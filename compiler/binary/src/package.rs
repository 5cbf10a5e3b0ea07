//! Which Debian package installed a file: its debug file is in the package's `-dbgsym`.

use std::path::{Path, PathBuf};

/// Where dpkg lists each package's files.
const LISTS: &str = "/var/lib/dpkg/info";

/// The package that carries the debug file of an executable, if dpkg installed that one.
pub(crate) fn of_debug_file(executable: &Path) -> Option<String> {
    search(Path::new(LISTS), executable).map(|package| format!("{package}-dbgsym"))
}

fn search(lists: &Path, executable: &Path) -> Option<String> {
    if !executable.is_absolute() {
        return None;
    }
    let path = executable.to_str()?;
    // A list may name the place before /bin and /sbin were merged into /usr.
    let names = [path, path.strip_prefix("/usr").unwrap_or(path)];
    let mut all: Vec<PathBuf> = std::fs::read_dir(lists).ok()?.flatten().map(|entry| entry.path()).collect();
    all.sort();
    all.retain(|list| list.extension().is_some_and(|end| end == "list"));
    let holds = |list: &&PathBuf| {
        std::fs::read_to_string(list).is_ok_and(|text| text.lines().any(|line| names.contains(&line)))
    };
    let found = all.iter().find(holds)?;
    let package = found.file_stem()?.to_str()?;
    Some(package.split(':').next().unwrap_or(package).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_package_is_the_one_whose_list_names_the_file() {
        let lists = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(lists.path().join(name), text).unwrap();
        write("server-tools.list", "/.\n/usr\n/usr/sbin/serverd-tool\n");
        write("server:amd64.list", "/.\n/usr\n/usr/sbin/serverd\n/bin/old\n");
        write("server.md5sums", "/usr/sbin/other\n");
        let found = |path: &str| search(lists.path(), Path::new(path));
        assert_eq!(found("/usr/sbin/serverd").as_deref(), Some("server"));
        assert_eq!(found("/usr/bin/old").as_deref(), Some("server"));
        assert_eq!(found("/usr/sbin/other"), None);
        assert_eq!(found("serverd"), None);
    }
}
