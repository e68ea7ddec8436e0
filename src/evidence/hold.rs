//! One visit at a time: whoever visits a portal holds a file of its name, whichever process it is. The system lets go of
//! it when the process ends, however it ends.

use std::{
    fs::{self, File, TryLockError},
    path::PathBuf,
};

use super::{Archive, ArchiveError, archive::inside};

/// Held as long as it lives.
#[derive(Debug)]
pub struct Hold {
    _file: File,
}

impl Archive {
    /// The portal, for one visit; none where it is being visited. The files lie beside the evidence folder.
    ///
    /// # Errors
    /// Where the id would lead out of the folder, or the disk refuses.
    pub fn hold(&self, portal: &str) -> Result<Option<Hold>, ArchiveError> {
        let name = inside(portal).ok_or_else(|| ArchiveError::BadLocation(portal.to_owned()))?;
        let mut folder = self.root.clone().into_os_string();
        folder.push(".visits");
        let mut path = PathBuf::from(folder).join(name).into_os_string();
        path.push(".lock");
        let path = PathBuf::from(path);
        let fault = |source| ArchiveError::Io { path: path.clone(), source };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(fault)?;
        }
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(fault)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Hold { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(fault(error)),
        }
    }
}
