//! Files that are gzip themselves, such as `sitemap.xml.gz`: unpacked up to a limit, so that a bomb costs no more than that.

use std::io::Read;

use flate2::read::MultiGzDecoder;

/// The content of a file, unpacked where it is gzip; cut at the limit, and where it is damaged.
pub fn unpacked(body: Vec<u8>, limit: u64) -> Vec<u8> {
    if !body.starts_with(&[0x1f, 0x8b]) {
        return body;
    }
    let mut content = Vec::new();
    // What could be read before the damage is as good as any.
    let _ = MultiGzDecoder::new(body.as_slice()).take(limit).read_to_end(&mut content);
    content
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn gzip_is_unpacked_up_to_the_limit_and_the_rest_is_left_as_it_is() {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(&[b'x'; 100_000]).unwrap();
        let packed = packed.finish().unwrap();
        assert_eq!(unpacked(packed.clone(), 1_000_000).len(), 100_000);
        assert_eq!(unpacked(packed.clone(), 500), [b'x'; 500]);
        assert!(unpacked(packed[..packed.len() / 2].to_vec(), 1_000_000).len() < 100_000);
        assert_eq!(unpacked(b"<urlset>".to_vec(), 3), b"<urlset>");
    }
}
