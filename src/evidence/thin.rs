//! Thinning: writes a file again without the records that nobody needs any more.
//!
//! The new file gets a name of its own and stands beside the old one, which is removed only when whoever keeps the
//! locations has noted the new ones: a kill at any moment leaves at worst a file that nothing refers to.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write},
    path::Path,
};

use flate2::bufread::GzDecoder;
use jiff::Timestamp;

use super::{
    Archive, ArchiveError,
    archive::inside,
    warc::{self, Heading},
};

/// What thinning made of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Thinned {
    /// Bytes of the file before and after.
    pub before: u64,
    pub after: u64,
    /// Where the needed records lie now, by where they lay (`file:offset`).
    pub moved: BTreeMap<String, String>,
}

struct Member {
    begin: u64,
    end: u64,
    heading: Heading,
}

impl Archive {
    /// The files of a run, as they stand in locations.
    ///
    /// # Errors
    /// Where the folder cannot be read; a run without a folder has no files.
    pub fn files_of(&self, run: &str) -> Result<Vec<String>, ArchiveError> {
        let folder = self.root.join(inside(run).ok_or_else(|| ArchiveError::BadLocation(run.to_owned()))?);
        let fault = |source| ArchiveError::Io { path: folder.clone(), source };
        let items = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            items => items.map_err(fault)?,
        };
        let mut files = Vec::new();
        for item in items {
            let item = item.map_err(fault)?;
            if item.file_type().map_err(fault)?.is_file() {
                files.push(format!("{run}/{}", item.file_name().to_string_lossy()));
            }
        }
        files.sort();
        Ok(files)
    }

    /// Bytes of a file.
    ///
    /// # Errors
    /// Where there is none.
    pub fn size_of(&self, file: &str) -> Result<u64, ArchiveError> {
        let path = self.path_of(file)?;
        let data = fs::metadata(&path).map_err(|source| ArchiveError::Io { path, source })?;
        Ok(data.len())
    }

    /// Writes the needed records of a file, by their offsets, and what belongs to them (redirects, the words of a 304)
    /// to a new one of the same run. None where nothing can be spared.
    ///
    /// # Errors
    /// Where the disk refuses, or a needed record cannot be found.
    pub fn thin(&self, file: &str, needed: &BTreeSet<u64>, now: Timestamp) -> Result<Option<Thinned>, ArchiveError> {
        let path = self.path_of(file)?;
        let fault = |source| ArchiveError::Io { path: path.clone(), source };
        let mut input = BufReader::new(File::open(&path).map_err(fault)?);
        let members = members(&mut input).map_err(fault)?;
        if let Some(lost) = needed.iter().find(|offset| !members.iter().any(|member| member.begin == **offset)) {
            return Err(ArchiveError::Damaged {
                location: format!("{file}:{lost}"),
                reason: "no record begins here".to_owned(),
            });
        }
        let ids: BTreeSet<&str> =
            members.iter().filter(|member| needed.contains(&member.begin)).map(|member| &*member.heading.id).collect();
        let is_kept = |member: &Member| {
            let beside = member.heading.beside.as_deref().is_some_and(|other| ids.contains(other));
            needed.contains(&member.begin) || beside
        };
        if members.iter().all(|member| member.heading.about.is_some() || is_kept(member)) {
            return Ok(None);
        }
        let run = file.rsplit_once('/').map_or("", |(run, _)| run);
        let writer = if run.is_empty() { self.clone() } else { self.for_run(run)? };
        let about = members.iter().find_map(|member| member.heading.about.clone()).unwrap_or_default();
        let mut output = writer.begin(now, &about)?;
        let new_path = self.root.join(&output.name);
        let new_fault = |source| ArchiveError::Io { path: new_path.clone(), source };
        let mut thinned = Thinned { before: input.get_ref().metadata().map_err(fault)?.len(), ..Thinned::default() };
        for member in members.iter().filter(|member| is_kept(member)) {
            input.seek(SeekFrom::Start(member.begin)).map_err(fault)?;
            let length = member.end - member.begin;
            io::copy(&mut (&mut input).take(length), &mut output.file).map_err(new_fault)?;
            if needed.contains(&member.begin) {
                let to = format!("{}:{}", output.name, output.length);
                thinned.moved.insert(format!("{file}:{}", member.begin), to);
            }
            output.length += length;
        }
        output.file.flush().and_then(|()| output.file.sync_all()).map_err(new_fault)?;
        thinned.after = output.length;
        Ok(Some(thinned))
    }

    /// Removes a file, and its folder where that is empty then.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn remove(&self, file: &str) -> Result<(), ArchiveError> {
        let path = self.path_of(file)?;
        fs::remove_file(&path).map_err(|source| ArchiveError::Io { path: path.clone(), source })?;
        // Refused where other files are left, which is as it should be.
        let _ = path.parent().map(fs::remove_dir);
        Ok(())
    }

    fn path_of(&self, file: &str) -> Result<std::path::PathBuf, ArchiveError> {
        let inner = inside(file).ok_or_else(|| ArchiveError::BadLocation(file.to_owned()))?;
        Ok(self.root.join::<&Path>(&inner))
    }
}

/// All whole records of a file; what a kill cut off at its end is left out.
fn members(input: &mut BufReader<File>) -> io::Result<Vec<Member>> {
    let mut members = Vec::new();
    let mut begin = 0;
    while !input.fill_buf()?.is_empty() {
        let mut record = BufReader::new(GzDecoder::new(&mut *input));
        let whole = warc::heading(&mut record).and_then(|heading| {
            io::copy(&mut record, &mut io::sink())?;
            Ok(heading)
        });
        drop(record);
        let Ok(heading) = whole else { break };
        let end = input.stream_position()?;
        members.push(Member { begin, end, heading });
        begin = end;
    }
    Ok(members)
}
