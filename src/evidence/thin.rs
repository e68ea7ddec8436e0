//! Thinning: writes a file again without the records that nobody needs any more.
//!
//! The new file gets a name of its own and stands beside the old one, which is removed only when whoever keeps the
//! locations has noted the new ones: a kill at any moment leaves at worst a file that nothing refers to.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write},
};

use flate2::bufread::GzDecoder;
use jiff::Timestamp;

use super::{
    Archive, ArchiveError,
    archive::last_part,
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
    /// Writes the needed records of a file, by their offsets, and what belongs to them (redirects, the words of a 304)
    /// to a new one of the same run. None where nothing can be spared.
    ///
    /// # Errors
    /// Where the disk refuses, or a needed record cannot be found.
    pub fn thin(&self, file: &str, needed: &BTreeSet<u64>, now: Timestamp) -> Result<Option<Thinned>, ArchiveError> {
        let old = self.at_hand(file)?;
        let path = old.path.clone();
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
        let writer = self.for_run(run)?;
        let about = members.iter().find_map(|member| member.heading.about.clone()).unwrap_or_default();
        let taken = writer.files_of(run)?;
        let name = (1..).map(|number| writer.file_name(number)).find(|name| !taken.contains_key(name));
        let name = name.ok_or_else(|| ArchiveError::BadLocation(file.to_owned()))?;
        // Complete before it gets its name: whoever puts files into a store must not meet half of one.
        let new_path = self.path_of(&name)?;
        let part = new_path.with_extension("part");
        let new_fault = |source| ArchiveError::Io { path: part.clone(), source };
        let mut output = File::create(&part).map_err(new_fault)?;
        let head = warc::info(last_part(&name), now, &about);
        output.write_all(&head).map_err(new_fault)?;
        let mut offset = head.len() as u64;
        let mut thinned = Thinned { before: input.get_ref().metadata().map_err(fault)?.len(), ..Thinned::default() };
        for member in members.iter().filter(|member| is_kept(member)) {
            input.seek(SeekFrom::Start(member.begin)).map_err(fault)?;
            let length = member.end - member.begin;
            io::copy(&mut (&mut input).take(length), &mut output).map_err(new_fault)?;
            if needed.contains(&member.begin) {
                let to = format!("{name}:{offset}");
                thinned.moved.insert(format!("{file}:{}", member.begin), to);
            }
            offset += length;
        }
        output.sync_all().and_then(|()| fs::rename(&part, &new_path)).map_err(new_fault)?;
        thinned.after = offset;
        Ok(Some(thinned))
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
