//! Mending a file whose writer was killed: at most its last record is broken, and is cut off, so that the standard tools
//! read the file to its end. Whole records are never touched.

use std::{
    fs::OpenOptions,
    io::{self, BufRead, BufReader, Seek},
    path::Path,
};

use flate2::bufread::GzDecoder;

/// Cuts off what follows the last whole record; gives the number of bytes cut.
pub(super) fn cut_torn_end(path: &Path) -> io::Result<u64> {
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    let length = file.metadata()?.len();
    let mut records = BufReader::new(file);
    let mut whole = 0;
    while !records.fill_buf()?.is_empty() {
        match io::copy(&mut GzDecoder::new(&mut records), &mut io::sink()) {
            Ok(_) => whole = records.stream_position()?,
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData
                ) =>
            {
                break;
            }
            Err(error) => return Err(error),
        }
    }
    if whole < length {
        records.get_ref().set_len(whole)?;
    }
    Ok(length - whole)
}
