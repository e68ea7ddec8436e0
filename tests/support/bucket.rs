//! A loopback server that speaks as much of S3 as a store of evidence needs: put, ranges, list, delete, parts. It checks
//! that every request is signed for the bytes it brings.

use std::{
    collections::BTreeMap,
    fmt::Write,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Query, State},
    http::{HeaderMap, HeaderName, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use mingcha::evidence::{Bucket, Depot, Place};
use sha2::{Digest, Sha256};

pub const KEY: &str = "AKIDOFTHEOFFICE";
pub const SECRET: &str = "secret-of-the-office";

/// What is in the bucket, and how it behaves.
#[derive(Default)]
pub struct Shelf {
    pub objects: BTreeMap<String, Vec<u8>>,
    /// Parts of uploads that are not complete yet.
    pub parts: BTreeMap<u32, Vec<u8>>,
    /// Method and path of all requests.
    pub seen: Vec<String>,
    /// Answers 403 to everything.
    pub refuses: bool,
    /// Answers 403 to every part after the first.
    pub breaks_off: bool,
}

pub struct BucketServer {
    pub shelf: Arc<Mutex<Shelf>>,
    address: SocketAddr,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for BucketServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl BucketServer {
    pub async fn start() -> Self {
        let shelf = Arc::new(Mutex::new(Shelf::default()));
        let router = Router::new().fallback(answer).layer(DefaultBodyLimit::disable()).with_state(Arc::clone(&shelf));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { shelf, address, task }
    }

    /// Opens it anew, as a program does that begins.
    pub fn open(&self) -> Depot {
        Depot::open(&Place::Bucket(self.place())).unwrap()
    }

    pub fn place(&self) -> Bucket {
        Bucket {
            name: "office".to_owned(),
            prefix: "city/evidence".to_owned(),
            endpoint: Some(format!("http://{}", self.address)),
            region: Some("cn-north-1".to_owned()),
            in_host: false,
            key: KEY.to_owned(),
            secret: SECRET.to_owned(),
            token: None,
        }
    }
}

async fn answer(
    State(shelf): State<Arc<Mutex<Shelf>>>,
    method: Method,
    uri: Uri,
    Query(query): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut shelf = shelf.lock().unwrap();
    shelf.seen.push(format!("{method} {}", uri.path()));
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let signed = header("authorization").starts_with(&format!("AWS4-HMAC-SHA256 Credential={KEY}/"));
    let digest: String = Sha256::digest(&body).iter().map(|byte| format!("{byte:02x}")).collect();
    if shelf.refuses || !signed || header("x-amz-content-sha256") != digest {
        return (StatusCode::FORBIDDEN, "<Error><Code>AccessDenied</Code></Error>").into_response();
    }
    let Some(key) = uri.path().strip_prefix("/office").map(|key| key.trim_start_matches('/').to_owned()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let etag = [(header::ETAG, format!("\"{}\"", &digest[..32]))];
    let xml = [(header::CONTENT_TYPE, "application/xml".to_owned())];
    let number = query.get("partNumber").and_then(|number| number.parse::<u32>().ok());
    match (method.as_str(), number) {
        ("GET", _) if key.is_empty() => {
            (xml, list(&shelf, query.get("prefix").map_or("", String::as_str))).into_response()
        }
        ("GET" | "HEAD", _) => object(&shelf, &key, header("range")),
        ("PUT", Some(number)) if shelf.breaks_off && number > 1 => StatusCode::FORBIDDEN.into_response(),
        ("PUT", Some(number)) => {
            shelf.parts.insert(number, body.to_vec());
            etag.into_response()
        }
        ("PUT", None) => {
            shelf.objects.insert(key, body.to_vec());
            etag.into_response()
        }
        ("POST", _) if query.contains_key("uploads") => {
            let text = "<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>";
            (xml, text).into_response()
        }
        ("POST", _) => {
            let whole = std::mem::take(&mut shelf.parts).into_values().flatten().collect();
            shelf.objects.insert(key, whole);
            let text = "<CompleteMultipartUploadResult><ETag>\"1\"</ETag></CompleteMultipartUploadResult>";
            (xml, text).into_response()
        }
        ("DELETE", _) if query.contains_key("uploadId") => {
            shelf.parts.clear();
            StatusCode::NO_CONTENT.into_response()
        }
        ("DELETE", _) => {
            shelf.objects.remove(&key);
            StatusCode::NO_CONTENT.into_response()
        }
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    }
}

fn object(shelf: &Shelf, key: &str, range: &str) -> Response {
    let Some(bytes) = shelf.objects.get(key) else {
        return (StatusCode::NOT_FOUND, "<Error><Code>NoSuchKey</Code></Error>").into_response();
    };
    let usual: [(HeaderName, String); 2] = [
        (header::ETAG, format!("\"{}\"", bytes.len())),
        (header::LAST_MODIFIED, "Wed, 16 Nov 2022 02:00:00 GMT".to_owned()),
    ];
    let Some((first, last)) = range.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return (usual, bytes.clone()).into_response();
    };
    let (first, last): (usize, usize) = (first.parse().unwrap(), last.parse().unwrap());
    if first >= bytes.len() {
        return StatusCode::RANGE_NOT_SATISFIABLE.into_response();
    }
    let last = last.min(bytes.len() - 1);
    let place = [(header::CONTENT_RANGE, format!("bytes {first}-{last}/{}", bytes.len()))];
    (StatusCode::PARTIAL_CONTENT, usual, place, bytes[first..=last].to_vec()).into_response()
}

fn list(shelf: &Shelf, prefix: &str) -> String {
    let mut items = String::new();
    for (key, bytes) in shelf.objects.iter().filter(|(key, _)| key.starts_with(prefix)) {
        let _ = write!(
            items,
            "<Contents><Key>{key}</Key><LastModified>2022-11-16T02:00:00.000Z</LastModified><ETag>\"1\"</ETag>\
             <Size>{}</Size><StorageClass>STANDARD</StorageClass></Contents>",
            bytes.len()
        );
    }
    format!("<ListBucketResult><IsTruncated>false</IsTruncated>{items}</ListBucketResult>")
}
