//! The folder of evidence: where records go, and how they are found again.
//!
//! Each opening for writing begins a file of its own (`2022-01-18/jyj/2022-01-18-jyj-00001.warc.gz`, `…-00002.warc.gz`),
//! so a visit that was killed leaves at most one broken record, at the very end of its last file, and nothing is ever
//! written behind it. Whoever takes such a visit over cuts the broken record off. Files of ended runs may go on into a
//! store (`shelve`), and are read there.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufReader, Seek, SeekFrom, Write},
    path::{Component, Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::{Depot, DepotError, mend, shelve, warc};
use crate::model::Capture;

/// Longest record that is read back; far above what a visit stores.
pub(super) const LONGEST_RECORD: u64 = 256 * 1024 * 1024;

/// The captures of one folder. Cheap to clone; clones write to the same file.
#[derive(Clone, Debug)]
pub struct Archive {
    pub(super) root: PathBuf,
    /// Folder below `root` that writing goes to.
    run: PathBuf,
    /// What the first record of each file says of the visit.
    about: Vec<(&'static str, String)>,
    /// What every request of the visit said; without it, requests are not written.
    asking: Option<Arc<str>>,
    output: Arc<Mutex<Option<Output>>>,
    /// Where the files of ended runs go; none: they stay.
    pub(super) depot: Option<Depot>,
}

#[derive(Debug)]
struct Output {
    file: File,
    /// Path below the root.
    name: String,
    length: u64,
}

/// What went wrong with the evidence.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error("evidence {path}: {source}; check that the folder exists, is writable and has room")]
    Io { path: PathBuf, source: io::Error },
    #[error("evidence of capture {0} was never written")]
    NotWritten(String),
    #[error("evidence location {0:?} is not of the form FILE:OFFSET below the evidence folder")]
    BadLocation(String),
    #[error("evidence {location}: {reason}; the file is damaged or was changed")]
    Damaged { location: String, reason: String },
    #[error(transparent)]
    Depot(#[from] DepotError),
}

impl Archive {
    /// The evidence folder; made where it does not exist. No file is begun before the first capture is written.
    ///
    /// # Errors
    /// Where the folder cannot be made.
    pub fn open(root: &Path) -> Result<Self, ArchiveError> {
        fs::create_dir_all(root).map_err(|source| ArchiveError::Io { path: root.to_owned(), source })?;
        Ok(Self {
            root: root.to_owned(),
            run: PathBuf::new(),
            about: Vec::new(),
            asking: None,
            output: Arc::default(),
            depot: None,
        })
    }

    /// The same folder, writing below `<root>/<run>/` (run ids such as `2022-01-18/jyj` have two parts).
    ///
    /// # Errors
    /// Where the run id would lead out of the folder.
    pub fn for_run(&self, run: &str) -> Result<Self, ArchiveError> {
        let run = inside(run).ok_or_else(|| ArchiveError::BadLocation(run.to_owned()))?;
        Ok(Self { run, about: Vec::new(), asking: None, output: Arc::default(), ..self.clone() })
    }

    /// The same, with fields of the record that begins each file (ISO 28500, 6.2: `robots`, `http-header-user-agent` …).
    pub fn about(self, about: Vec<(&'static str, String)>) -> Self {
        Self { about, ..self }
    }

    /// The same, with what every request says: each answer is then written together with its request.
    pub fn asking_with(self, headers: &[(String, String)]) -> Self {
        Self { asking: Some(warc::lines(headers).into()), ..self }
    }

    /// Writes the response, or what a browser made of one, and notes in the capture where it lies. Once this returns, the end of this program by any
    /// means loses nothing of it; call [`Archive::sync`] at the end of a visit against the end of the machine.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn write(&self, capture: &mut Capture, body: &[u8]) -> Result<(), ArchiveError> {
        if let Some(rendered) = &capture.rendered {
            // The way to the answer is written with the answer.
            let location = self.append(&warc::conversion(capture, rendered, body), capture.at)?;
            capture.location = Some(location);
            return Ok(());
        }
        self.write_hops(capture)?;
        let mut records = warc::response(capture, body);
        self.add_request(&mut records, capture);
        capture.location = Some(self.append(&records, capture.at)?);
        Ok(())
    }

    /// Writes an answer: its body, or for a revisit only that the body is the one of an earlier capture.
    /// `not_modified` is the answer that the portal sent instead of the body, if it did.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn keep(&self, capture: &mut Capture, body: &[u8], not_modified: Option<&Capture>) -> Result<(), ArchiveError> {
        if capture.revisit.is_none() {
            return self.write(capture, body);
        }
        self.write_hops(capture)?;
        let Some(revisit) = capture.revisit.clone() else { return Ok(()) };
        let mut records = warc::revisit(capture, &revisit, not_modified.unwrap_or(capture));
        self.add_request(&mut records, capture);
        let location = self.append(&records, capture.at)?;
        if let Some(revisit) = &mut capture.revisit {
            revisit.location = Some(location);
        }
        Ok(())
    }

    /// Writes the redirects on the way to an answer.
    fn write_hops(&self, capture: &mut Capture) -> Result<(), ArchiveError> {
        for place in 0..capture.hops.len() {
            if let Some(mut records) = warc::hop(capture, place) {
                if let Some(asking) = &self.asking {
                    records.extend(warc::request_of_hop(capture, place, asking));
                }
                self.append(&records, capture.at)?;
            }
            capture.hops[place].body.clear();
            capture.hops[place].conditions = Vec::new();
        }
        Ok(())
    }

    /// The request stands behind its answer, whose place is the one that is remembered.
    fn add_request(&self, records: &mut Vec<u8>, capture: &mut Capture) {
        if let Some(asking) = &self.asking {
            records.extend(warc::request(capture, asking));
        }
        capture.conditions = Vec::new();
    }

    /// Appends a record; gives its place.
    fn append(&self, record: &[u8], at: Timestamp) -> Result<String, ArchiveError> {
        let mut output = self.output.lock().unwrap_or_else(PoisonError::into_inner);
        let mut open = match output.take() {
            Some(open) => open,
            None => self.begin(at)?,
        };
        let fault = |source| ArchiveError::Io { path: self.root.join(&open.name), source };
        open.file.write_all(record).map_err(fault)?;
        let location = format!("{}:{}", open.name, open.length);
        open.length += record.len() as u64;
        *output = Some(open);
        Ok(location)
    }

    /// Makes what was written last even through a power cut.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn sync(&self) -> Result<(), ArchiveError> {
        match self.output.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            Some(open) => {
                open.file.sync_all().map_err(|source| ArchiveError::Io { path: self.root.join(&open.name), source })
            }
            None => Ok(()),
        }
    }

    /// The body of a capture, proven to be the one that was received.
    ///
    /// # Errors
    /// Where the record is missing, damaged, or not the one the digest was taken of.
    pub fn read(&self, capture: &Capture) -> Result<Vec<u8>, ArchiveError> {
        let location = capture.location.as_deref().ok_or_else(|| ArchiveError::NotWritten(capture.id.clone()))?;
        let bad = || ArchiveError::BadLocation(location.to_owned());
        let (name, offset) = location.rsplit_once(':').ok_or_else(bad)?;
        let offset: u64 = offset.parse().map_err(|_| bad())?;
        let path = self.root.join(inside(name).ok_or_else(bad)?);
        let fault = |source| ArchiveError::Io { path: path.clone(), source };
        let damaged = |reason: String| ArchiveError::Damaged { location: location.to_owned(), reason };
        let body = match (File::open(&path), &self.depot) {
            (Err(error), Some(depot)) if error.kind() == io::ErrorKind::NotFound => {
                shelve::body_in_depot(depot, name, offset)?
            }
            (file, _) => {
                let mut file = file.map_err(fault)?;
                file.seek(SeekFrom::Start(offset)).map_err(fault)?;
                warc::body(BufReader::new(file), LONGEST_RECORD)
            }
        };
        let body = body.map_err(|error| damaged(error.to_string()))?;
        let digest = warc::hex(&Sha256::digest(&body));
        if digest == capture.sha256 {
            Ok(body)
        } else {
            Err(damaged(format!("the digest of the body is {digest}, the capture says {}", capture.sha256)))
        }
    }

    fn begin(&self, at: Timestamp) -> Result<Output, ArchiveError> {
        let folder = self.root.join(&self.run);
        fs::create_dir_all(&folder).map_err(|source| ArchiveError::Io { path: folder.clone(), source })?;
        let mut number = 1;
        let (mut file, name) = loop {
            let name = self.file_name(number);
            let path = self.root.join(&name);
            match OpenOptions::new().append(true).create_new(true).open(&path) {
                Ok(file) => break (file, name),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    number += 1;
                    let cut = mend::cut_torn_end(&path).map_err(|source| ArchiveError::Io { path, source })?;
                    if cut > 0 {
                        tracing::warn!(file = name, bytes = cut, "the broken end of a killed visit was cut off");
                    }
                }
                Err(source) => return Err(ArchiveError::Io { path, source }),
            }
        };
        let head = warc::info(last_part(&name), at, &self.about);
        file.write_all(&head).map_err(|source| ArchiveError::Io { path: self.root.join(&name), source })?;
        Ok(Output { file, name, length: head.len() as u64 })
    }

    /// The file of that number below the root.
    pub(super) fn file_name(&self, number: u32) -> String {
        let mut parts: Vec<String> =
            self.run.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
        // Replay tools put the files of all nights into one folder: the name alone must tell them apart.
        let stem = if parts.is_empty() { "pages".to_owned() } else { parts.join("-") };
        parts.push(format!("{stem}-{number:05}.warc.gz"));
        parts.join("/")
    }
}

/// The name of a file within its folder.
pub(super) fn last_part(name: &str) -> &str {
    name.rsplit_once('/').map_or(name, |(_, file)| file)
}

/// The relative path, unless it would lead out of the folder it is meant to lie in.
pub(super) fn inside(path: &str) -> Option<PathBuf> {
    let path = PathBuf::from(path);
    let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    (plain && !path.as_os_str().is_empty()).then_some(path)
}
