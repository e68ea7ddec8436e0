//! One file a publishing system: recognises it, finds list items, dates, paging and the article body.
