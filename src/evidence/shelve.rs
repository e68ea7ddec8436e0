//! From the local folder into the store, and back. A night writes into the folder only, so that it needs no network of
//! its own and a kill costs nothing; what has ended goes into the store, and is read from there once it is gone here.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    Archive, ArchiveError, Depot,
    archive::{LONGEST_RECORD, inside},
    mend, warc,
};

/// So much is asked for at first: nearly every record is shorter.
const FIRST_RANGE: u64 = 64 * 1024;
/// What evidence is called; files on their way have another ending.
const ENDING: &str = ".warc.gz";

/// What went into the store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shelved {
    pub files: usize,
    pub bytes: u64,
}

/// A file that can be read here; a copy that was brought for that is removed in the end.
pub(super) struct AtHand {
    pub(super) path: PathBuf,
    is_copy: bool,
}

impl Drop for AtHand {
    fn drop(&mut self) {
        if self.is_copy {
            // What is left behind is removed with the other files that nothing refers to.
            let _ = fs::remove_file(&self.path);
        }
    }
}

impl Archive {
    /// The same archive with a store for what has ended.
    pub fn with_depot(mut self, depot: Depot) -> Self {
        self.depot = Some(depot);
        self
    }

    pub fn depot(&self) -> Option<&Depot> {
        self.depot.as_ref()
    }

    /// Puts the files of an ended run into the store, and removes them here once they are there. Does nothing where
    /// there is no store.
    ///
    /// # Errors
    /// Where the store or the disk refuses. What is not in the store yet is still here.
    pub fn shelve(&self, run: &str) -> Result<Shelved, ArchiveError> {
        let mut shelved = Shelved::default();
        let Some(depot) = &self.depot else { return Ok(shelved) };
        let files: Vec<_> = self.files_here(run)?.into_iter().filter(|(file, _)| file.ends_with(ENDING)).collect();
        if files.is_empty() {
            return Ok(shelved);
        }
        let stored = depot.files(Some(run))?;
        for (file, _) in files {
            let path = self.path_of(&file)?;
            let fault = |source| ArchiveError::Io { path: path.clone(), source };
            match mend::cut_torn_end(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                mended => drop(mended.map_err(fault)?),
            }
            let bytes = fs::metadata(&path).map_err(fault)?.len();
            if bytes > 0 {
                depot.put(&file, &path, stored.get(&file).copied())?;
                shelved.files += 1;
                shelved.bytes += bytes;
            }
            self.remove_here(&file)?;
        }
        Ok(shelved)
    }

    /// Runs with files in the local folder.
    ///
    /// # Errors
    /// Where the folder cannot be read.
    pub fn spooled(&self) -> Result<BTreeSet<String>, ArchiveError> {
        let mut runs = BTreeSet::new();
        for night in folders(&self.root)? {
            for portal in folders(&self.root.join(&night))? {
                let run = format!("{night}/{portal}");
                if self.files_here(&run)?.keys().any(|file| file.ends_with(ENDING)) {
                    runs.insert(run);
                }
            }
        }
        Ok(runs)
    }

    /// Every file of every run, here and in the store, with its bytes.
    ///
    /// # Errors
    /// Where the folder or the store cannot be read.
    pub fn inventory(&self) -> Result<BTreeMap<String, u64>, ArchiveError> {
        let mut files = self.depot.as_ref().map(|depot| depot.files(None)).transpose()?.unwrap_or_default();
        for night in folders(&self.root)? {
            for portal in folders(&self.root.join(&night))? {
                files.extend(self.files_here(&format!("{night}/{portal}"))?);
            }
        }
        Ok(files)
    }

    /// The files of a run, here and in the store, as they stand in locations.
    pub(super) fn files_of(&self, run: &str) -> Result<BTreeMap<String, u64>, ArchiveError> {
        let mut files = self.depot.as_ref().map(|depot| depot.files(Some(run))).transpose()?.unwrap_or_default();
        files.extend(self.files_here(run)?);
        Ok(files)
    }

    /// The files in the local folder of a run, with their bytes; none where there is no folder.
    fn files_here(&self, run: &str) -> Result<BTreeMap<String, u64>, ArchiveError> {
        let folder = self.root.join(inside(run).ok_or_else(|| ArchiveError::BadLocation(run.to_owned()))?);
        let fault = |source| ArchiveError::Io { path: folder.clone(), source };
        let mut files = BTreeMap::new();
        for item in items(&folder)? {
            let data = match item.metadata() {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                data => data.map_err(fault)?,
            };
            if data.is_file() {
                files.insert(format!("{run}/{}", item.file_name().to_string_lossy()), data.len());
            }
        }
        Ok(files)
    }

    /// The file itself, or a copy of the one in the store.
    pub(super) fn at_hand(&self, file: &str) -> Result<AtHand, ArchiveError> {
        let path = self.path_of(file)?;
        let Some(depot) = self.depot.as_ref().filter(|_| !path.exists()) else {
            return Ok(AtHand { path, is_copy: false });
        };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|source| ArchiveError::Io { path: folder.to_owned(), source })?;
        }
        let copy = AtHand { path: path.with_extension("copy"), is_copy: true };
        depot.fetch(file, &copy.path)?;
        Ok(copy)
    }

    /// Removes a file, here and in the store, and its folder where that is empty then.
    ///
    /// # Errors
    /// Where the disk or the store refuses.
    pub fn remove(&self, file: &str) -> Result<(), ArchiveError> {
        let Some(depot) = &self.depot else { return self.remove_here(file) };
        self.remove_here(file)?;
        Ok(depot.remove(file)?)
    }

    fn remove_here(&self, file: &str) -> Result<(), ArchiveError> {
        let path = self.path_of(file)?;
        match fs::remove_file(&path) {
            // With a store, somebody else may have moved it there meanwhile.
            Err(error) if error.kind() == io::ErrorKind::NotFound && self.depot.is_some() => {}
            removed => removed.map_err(|source| ArchiveError::Io { path: path.clone(), source })?,
        }
        // Refused where other files are left, which is as it should be.
        let _ = path.parent().map(fs::remove_dir);
        Ok(())
    }

    pub(super) fn path_of(&self, file: &str) -> Result<PathBuf, ArchiveError> {
        let inner = inside(file).ok_or_else(|| ArchiveError::BadLocation(file.to_owned()))?;
        Ok(self.root.join::<&Path>(&inner))
    }
}

/// The body of the response record at an offset of a file in the store.
pub(super) fn body_in_depot(depot: &Depot, file: &str, offset: u64) -> Result<io::Result<Vec<u8>>, ArchiveError> {
    let mut record = Vec::new();
    let mut wanted = FIRST_RANGE;
    loop {
        let missing = wanted - record.len() as u64;
        let more = depot.read(file, offset + record.len() as u64, missing)?;
        let ended = (more.len() as u64) < missing;
        record.extend(more);
        match warc::body(record.as_slice(), LONGEST_RECORD) {
            Err(_) if !ended && wanted < LONGEST_RECORD => wanted *= 8,
            body => return Ok(body),
        }
    }
}

/// Names of the folders within a folder; none where there is none.
fn folders(folder: &Path) -> Result<Vec<String>, ArchiveError> {
    let items = items(folder)?.into_iter();
    let folders = items.filter(|item| item.file_type().is_ok_and(|kind| kind.is_dir()));
    Ok(folders.map(|item| item.file_name().to_string_lossy().into_owned()).collect())
}

fn items(folder: &Path) -> Result<Vec<fs::DirEntry>, ArchiveError> {
    let fault = |source| ArchiveError::Io { path: folder.to_owned(), source };
    match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        items => items.and_then(Iterator::collect).map_err(fault),
    }
}
