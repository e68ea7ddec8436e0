//! Pure text: Chinese dates, working days, normalising, similarity, decoding of GBK and GB18030.
//! Owns the encoding libraries. Opens nothing, knows nothing of pages.
