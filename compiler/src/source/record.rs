//! The records of a capture folder: one file for each compile and each link, and the
//! preprocessed texts by their content.
//!
//! A record's name comes from what it makes and how, so that parallel builds need no
//! lock, and building again replaces what it supersedes.

use super::command::Language;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// One source compiled. Paths are absolute.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Compile {
    /// Folder of the topmost make or ninja.
    pub top: PathBuf,
    /// Folder in which the capture lay: its tree's, if it is not captured elsewhere.
    pub beside: PathBuf,
    /// Where the compiler ran.
    pub directory: PathBuf,
    /// The compiler, as it was called.
    pub compiler: String,
    /// Its arguments, response files opened.
    pub arguments: Vec<String>,
    /// The source file.
    pub source: PathBuf,
    /// Its language; only C has a text.
    pub language: Language,
    /// The object, or the program where the same command links.
    pub output: PathBuf,
    /// Digest of the object; none where the same command links.
    pub object: Option<String>,
    /// The preprocessed text, or why there is none.
    pub text: Text,
    /// Nanoseconds since 1970.
    pub time: u64,
}

/// What became of a source's preprocessed text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Text {
    /// Its digest: its name among the texts.
    Stored(String),
    /// Why it could not be had.
    Missing(String),
}

/// One linker run. Paths are absolute.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Link {
    /// Folder of the topmost make or ninja.
    pub top: PathBuf,
    /// Folder in which the capture lay: its tree's, if it is not captured elsewhere.
    pub beside: PathBuf,
    /// Where the linker ran.
    pub directory: PathBuf,
    /// What was made.
    pub output: PathBuf,
    /// Its digest.
    pub hash: String,
    /// Its build-id in hexadecimal.
    pub build_id: Option<String>,
    /// Its kind.
    pub kind: Kind,
    /// What went in, in order.
    pub inputs: Vec<Input>,
    /// Nanoseconds since 1970.
    pub time: u64,
}

/// What a link makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// An executable.
    Program,
    /// A shared library or plug-in.
    Shared,
    /// One object out of several (`-r`).
    Relocatable,
}

/// What goes into a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Input {
    /// A source that the same command compiled: the name of its record.
    Source(String),
    /// An object file.
    Object {
        /// Where it lay.
        path: PathBuf,
        /// Its digest.
        hash: String,
    },
    /// An archive.
    Archive {
        /// Where it lay.
        path: PathBuf,
        /// Those of its members that the linker took, in the order in which it did.
        members: Vec<Member>,
    },
}

/// An object in an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Its name there.
    pub name: String,
    /// Its digest.
    pub hash: String,
}

/// The digest of `bytes` in hexadecimal.
pub fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes)[..16])
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A capture folder.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

const COMPILES: &str = "compiles";
const LINKS: &str = "links";
const TEXTS: &str = "texts";

impl Store {
    /// The store in `folder`, which need not exist.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The store in `folder`, or in its `polus-capture`, if there is one.
    pub fn find(folder: &Path) -> Option<Self> {
        let candidates = [folder.to_path_buf(), folder.join("polus-capture")];
        candidates.into_iter().find(|folder| folder.join(COMPILES).is_dir()).map(Self::new)
    }

    /// Where it lies.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder that holds it.
    pub fn beside(&self) -> PathBuf {
        let folder = self.folder.canonicalize().unwrap_or(self.folder.clone());
        folder.parent().unwrap_or(Path::new("/")).to_path_buf()
    }

    /// Stores a text and gives its digest; one that is there already is not written again.
    pub fn put_text(&self, text: &[u8]) -> io::Result<String> {
        let hash = digest(text);
        let path = self.folder.join(TEXTS).join(format!("{hash}.i"));
        if !path.exists() {
            write(&path, text)?;
        }
        Ok(hash)
    }

    /// The text with this digest.
    pub fn text(&self, hash: &str) -> io::Result<Vec<u8>> {
        std::fs::read(self.folder.join(TEXTS).join(format!("{hash}.i")))
    }

    /// Stores a compile and gives its name.
    pub fn put_compile(&self, compile: &Compile) -> io::Result<String> {
        let name = name(&[&compile.output, &compile.source], &compile.arguments);
        self.put(COMPILES, &name, compile)?;
        Ok(name)
    }

    /// Stores a link; the newest of an output replaces the older ones.
    pub fn put_link(&self, link: &Link) -> io::Result<()> {
        self.put(LINKS, &name(&[&link.output], &[]), link)
    }

    /// All compiles with their names, the newest first.
    pub fn compiles(&self) -> io::Result<Vec<(String, Compile)>> {
        let mut all = self.all::<Compile>(COMPILES)?;
        all.sort_by(|(left, a), (right, b)| (b.time, right).cmp(&(a.time, left)));
        Ok(all)
    }

    /// All links, by their outputs.
    pub fn links(&self) -> io::Result<Vec<Link>> {
        let mut links: Vec<Link> = self.all(LINKS)?.into_iter().map(|(_, link)| link).collect();
        links.sort_by(|a, b| a.output.cmp(&b.output));
        Ok(links)
    }

    fn put(&self, kind: &str, name: &str, record: &impl Serialize) -> io::Result<()> {
        let text = serde_json::to_vec_pretty(record)?;
        write(&self.folder.join(kind).join(format!("{name}.json")), &text)
    }

    fn all<T: DeserializeOwned>(&self, kind: &str) -> io::Result<Vec<(String, T)>> {
        let folder = self.folder.join(kind);
        if !folder.is_dir() {
            return Ok(vec![]);
        }
        std::fs::read_dir(folder)?
            .map(|entry| entry.map(|entry| entry.path()))
            .filter(|path| {
                path.as_ref().map_or(true, |path| path.extension().is_some_and(|end| end == "json"))
            })
            .map(|path| read(&path?))
            .collect()
    }
}

fn read<T: DeserializeOwned>(path: &Path) -> io::Result<(String, T)> {
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let record = serde_json::from_slice(&std::fs::read(path)?).map_err(|error| {
        io::Error::new(io::ErrorKind::InvalidData, format!("{}: {error}", path.display()))
    })?;
    Ok((name, record))
}

fn name(paths: &[&PathBuf], arguments: &[String]) -> String {
    let mut key = Vec::new();
    paths.iter().for_each(|path| key.extend_from_slice(path.as_os_str().as_encoded_bytes()));
    for argument in arguments {
        key.push(0);
        key.extend_from_slice(argument.as_bytes());
    }
    digest(&key)
}

/// Writes the whole file or nothing.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new().prefix(".").tempfile_in(folder)?;
    file.write_all(bytes)?;
    // Others than the builder may construct the patch.
    #[cfg(unix)]
    std::fs::set_permissions(file.path(), std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
    file.persist(path)?;
    Ok(())
}
