//! Where finished files of evidence are kept for good: another folder (of a file server, say) or an S3-compatible
//! bucket. The only user of the object store library.
//!
//! The library is asynchronous and the archive is not: a thread of its own does the asking, and callers wait for it.

use std::{
    collections::BTreeMap,
    fmt,
    fs::File,
    future::Future,
    io::{self, Read, Write},
    path::{Path, PathBuf},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use futures_util::TryStreamExt;
use object_store::{
    GetOptions, GetRange, ObjectMeta, ObjectStore, ObjectStoreExt, PutPayload, local::LocalFileSystem,
    path::Path as Key,
};
use tokio::sync::mpsc;

/// Files above this go in parts of this size, so that none is held in memory whole.
const PART: usize = 8 * 1024 * 1024;
/// After a failure nobody asks for so long: a store that is away must not hold up every page of a night.
const REST: Duration = Duration::from_secs(60);

/// Where files are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    Folder(PathBuf),
    Bucket(Bucket),
}

/// A bucket, and the key to it.
#[derive(Clone, PartialEq, Eq)]
pub struct Bucket {
    pub name: String,
    /// Put before the names of all files; may be empty.
    pub prefix: String,
    /// Address of the service; none: Amazon's own of the region.
    pub endpoint: Option<String>,
    pub region: Option<String>,
    /// True where the service wants the bucket in the host name (`bucket.oss-cn-beijing.aliyuncs.com`).
    pub in_host: bool,
    pub key: String,
    pub secret: String,
    pub token: Option<String>,
}

impl fmt::Debug for Bucket {
    /// Without the key: this may end up in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, prefix, endpoint, .. } = self;
        f.debug_struct("Bucket").field("name", name).field("prefix", prefix).field("endpoint", endpoint).finish()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Folder(folder) => write!(f, "{}", folder.display()),
            Place::Bucket(Bucket { name, prefix, .. }) if prefix.is_empty() => write!(f, "s3://{name}"),
            Place::Bucket(Bucket { name, prefix, .. }) => write!(f, "s3://{name}/{prefix}"),
        }
    }
}

/// What went wrong with the store of evidence.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DepotError {
    #[error("the evidence store {store} cannot be opened: {reason}; check `[evidence] store` in the configuration")]
    Settings { store: String, reason: String },
    #[error(
        "the evidence store {store} does not answer or refuses: {reason}; check the network, the bucket and its key"
    )]
    Unusable { store: String, reason: String },
    #[error("the evidence store {store} has no {file}")]
    Missing { store: String, file: String },
    #[error("{file} in the evidence store {store} ends at byte {bytes}; it is damaged or was changed")]
    Short { store: String, file: String, bytes: u64 },
    #[error("another file {file} with other bytes is in the evidence store {store}; neither was touched")]
    Conflict { store: String, file: String },
    #[error("evidence {path}: {reason}; check that the folder exists, is writable and has room")]
    Local { path: PathBuf, reason: String },
}

/// A store of finished files. Cheap to clone.
#[derive(Clone)]
pub struct Depot(Arc<Inner>);

struct Inner {
    store: Arc<dyn ObjectStore>,
    /// For people.
    name: String,
    prefix: Key,
    work: mpsc::UnboundedSender<Work>,
    /// Until when nobody asks, and why.
    rest: Mutex<Option<(Instant, String)>>,
}

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

impl fmt::Debug for Depot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Depot").field(&self.0.name).finish()
    }
}

/// How a file in the store compares with one here.
#[derive(Debug, PartialEq, Eq)]
enum Likeness {
    Same,
    /// The store has only the beginning of it.
    Beginning,
    Other,
}

impl Depot {
    /// Opens the store; a folder is made where it does not exist. Nothing is asked of a bucket yet.
    ///
    /// # Errors
    /// Where the place cannot be understood, or this program was built without buckets.
    pub fn open(place: &Place) -> Result<Self, DepotError> {
        let name = place.to_string();
        let fault = |reason: String| DepotError::Settings { store: name.clone(), reason };
        let (store, prefix): (Arc<dyn ObjectStore>, &str) = match place {
            Place::Folder(folder) => {
                std::fs::create_dir_all(folder).map_err(|error| fault(error.to_string()))?;
                let folder = LocalFileSystem::new_with_prefix(folder).map_err(|error| fault(error.to_string()))?;
                (Arc::new(folder.with_fsync(true)), "")
            }
            Place::Bucket(bucket) => (open_bucket(bucket).map_err(fault)?, &bucket.prefix),
        };
        let prefix = Key::parse(prefix).map_err(|error| fault(error.to_string()))?;
        let work = begin_thread().map_err(|error| fault(error.to_string()))?;
        Ok(Self(Arc::new(Inner { store, prefix, work, rest: Mutex::default(), name })))
    }

    /// Puts a file there under that name. What is there already is left as it is, unless it is a mere beginning.
    pub(super) fn put(&self, file: &str, local: &Path, known: Option<u64>) -> Result<(), DepotError> {
        if known.is_some() {
            match self.compare(file, local)? {
                Likeness::Same => return Ok(()),
                Likeness::Other => return Err(DepotError::Conflict { store: self.name(), file: file.to_owned() }),
                Likeness::Beginning => {}
            }
        }
        let fault = |error: io::Error| DepotError::Local { path: local.to_owned(), reason: error.to_string() };
        let mut input = File::open(local).map_err(fault)?;
        let length = input.metadata().map_err(fault)?.len();
        let mut part = next_part(&mut input).map_err(fault)?;
        if part.len() as u64 == length {
            let payload = PutPayload::from(part);
            self.ask(file, |store, key| async move { store.put(&key, payload).await })?;
        } else {
            let mut upload = self.ask(file, |store, key| async move { store.put_multipart(&key).await })?;
            while !part.is_empty() {
                let payload = PutPayload::from(part);
                let sent;
                (upload, sent) = self.wait(file, async move {
                    let sent = upload.put_part(payload).await;
                    Ok((upload, sent))
                })?;
                if let Err(error) = sent {
                    // What was sent so far is given up; where that fails too, the bucket's own rule clears it away.
                    drop(self.wait(file, async move { upload.abort().await }));
                    return Err(self.failed(file, error));
                }
                part = next_part(&mut input).map_err(fault)?;
            }
            self.wait(file, async move { upload.complete().await })?;
        }
        match self.size_of(file)? {
            stored if stored == length => Ok(()),
            bytes => Err(DepotError::Short { store: self.name(), file: file.to_owned(), bytes }),
        }
    }

    /// That many bytes from an offset on; fewer where the file ends before.
    pub(super) fn read(&self, file: &str, offset: u64, length: u64) -> Result<Vec<u8>, DepotError> {
        self.rested()?;
        let range = GetRange::Bounded(offset..offset.saturating_add(length));
        let options = GetOptions::new().with_range(Some(range));
        let read = self.wait_for(self.get(file, options));
        match read {
            Ok(bytes) => Ok(bytes),
            Err(error) if !matches!(error, object_store::Error::NotFound { .. }) => {
                // Whether the file is too short or the store is away, only the file's size tells.
                let bytes = self.size_of(file)?;
                match bytes <= offset {
                    true => Err(DepotError::Short { store: self.name(), file: file.to_owned(), bytes }),
                    false => Err(self.failed(file, error)),
                }
            }
            Err(error) => Err(self.failed(file, error)),
        }
    }

    /// Bytes of a file.
    pub(super) fn size_of(&self, file: &str) -> Result<u64, DepotError> {
        Ok(self.ask(file, |store, key| async move { store.head(&key).await })?.size)
    }

    /// Files below a run's folder, or all, with their bytes.
    pub(super) fn files(&self, run: Option<&str>) -> Result<BTreeMap<String, u64>, DepotError> {
        let folder = run.map_or_else(|| self.0.prefix.clone(), |run| self.key(run));
        let store = Arc::clone(&self.0.store);
        let found: Vec<ObjectMeta> =
            self.wait(run.unwrap_or_default(), async move { store.list(Some(&folder)).try_collect().await })?;
        let name = |meta: &ObjectMeta| {
            let below: Vec<_> = meta.location.prefix_match(&self.0.prefix)?.collect();
            Some(below.iter().map(AsRef::as_ref).collect::<Vec<_>>().join("/"))
        };
        Ok(found.iter().filter_map(|meta| Some((name(meta)?, meta.size))).collect())
    }

    /// Brings a file back as `to`.
    pub(super) fn fetch(&self, file: &str, to: &Path) -> Result<(), DepotError> {
        let fault = |error: io::Error| DepotError::Local { path: to.to_owned(), reason: error.to_string() };
        let length = self.size_of(file)?;
        let mut output = File::create(to).map_err(fault)?;
        let mut offset = 0;
        while offset < length {
            let part = self.read(file, offset, PART as u64)?;
            output.write_all(&part).map_err(fault)?;
            offset += part.len() as u64;
        }
        output.sync_all().map_err(fault)
    }

    /// Removes a file; none is as good as removed.
    pub(super) fn remove(&self, file: &str) -> Result<(), DepotError> {
        match self.ask(file, |store, key| async move { store.delete(&key).await }) {
            Err(DepotError::Missing { .. }) => Ok(()),
            other => other,
        }
    }

    fn compare(&self, file: &str, local: &Path) -> Result<Likeness, DepotError> {
        let fault = |error: io::Error| DepotError::Local { path: local.to_owned(), reason: error.to_string() };
        let stored = self.size_of(file)?;
        let mut input = File::open(local).map_err(fault)?;
        let length = input.metadata().map_err(fault)?.len();
        let mut offset = 0;
        while offset < stored.min(length) {
            let ours = next_part(&mut input).map_err(fault)?;
            let theirs = self.read(file, offset, ours.len() as u64)?;
            if theirs.is_empty() || !ours.starts_with(&theirs) {
                return Ok(Likeness::Other);
            }
            offset += ours.len() as u64;
        }
        Ok(match stored.cmp(&length) {
            std::cmp::Ordering::Equal => Likeness::Same,
            std::cmp::Ordering::Less => Likeness::Beginning,
            std::cmp::Ordering::Greater => Likeness::Other,
        })
    }

    fn name(&self) -> String {
        self.0.name.clone()
    }

    /// The name of a file as the store knows it.
    fn key(&self, file: &str) -> Key {
        file.split('/').fold(self.0.prefix.clone(), Key::join)
    }

    fn get(
        &self,
        file: &str,
        options: GetOptions,
    ) -> impl Future<Output = object_store::Result<Vec<u8>>> + Send + use<> {
        let (store, key) = (Arc::clone(&self.0.store), self.key(file));
        async move { Ok(store.get_opts(&key, options).await?.bytes().await?.to_vec()) }
    }

    /// Asks the store something about a file.
    fn ask<T: Send + 'static, F>(
        &self,
        file: &str,
        question: impl FnOnce(Arc<dyn ObjectStore>, Key) -> F,
    ) -> Result<T, DepotError>
    where
        F: Future<Output = object_store::Result<T>> + Send + 'static,
    {
        self.wait(file, question(Arc::clone(&self.0.store), self.key(file)))
    }

    fn wait<T: Send + 'static>(
        &self,
        file: &str,
        work: impl Future<Output = object_store::Result<T>> + Send + 'static,
    ) -> Result<T, DepotError> {
        self.rested()?;
        self.wait_for(work).map_err(|error| self.failed(file, error))
    }

    /// Fails at once, and says why again, where asking failed a short while ago.
    fn rested(&self) -> Result<(), DepotError> {
        match &*self.0.rest.lock().unwrap_or_else(PoisonError::into_inner) {
            Some((until, reason)) if *until > Instant::now() => {
                Err(DepotError::Unusable { store: self.name(), reason: reason.clone() })
            }
            _ => Ok(()),
        }
    }

    /// Has the thread do it, and waits.
    fn wait_for<T: Send + 'static>(
        &self,
        work: impl Future<Output = object_store::Result<T>> + Send + 'static,
    ) -> object_store::Result<T> {
        let (tell, told) = std::sync::mpsc::channel();
        let work = async move { drop(tell.send(work.await)) };
        let gone = || object_store::Error::Generic { store: "evidence", source: "its thread has ended".into() };
        self.0.work.send(Box::pin(work)).map_err(|_| gone())?;
        told.recv().map_err(|_| gone())?
    }

    /// Names a failure; whatever is not about the file itself makes everybody rest.
    fn failed(&self, file: &str, error: object_store::Error) -> DepotError {
        if let object_store::Error::NotFound { .. } = error {
            return DepotError::Missing { store: self.name(), file: file.to_owned() };
        }
        let reason = error.to_string();
        *self.0.rest.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now() + REST, reason.clone()));
        DepotError::Unusable { store: self.name(), reason }
    }
}

fn next_part(input: &mut File) -> io::Result<Vec<u8>> {
    let mut part = Vec::new();
    input.take(PART as u64).read_to_end(&mut part)?;
    Ok(part)
}

/// A thread that does what it is sent until nobody can send any more.
fn begin_thread() -> io::Result<mpsc::UnboundedSender<Work>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (send, mut receive) = mpsc::unbounded_channel::<Work>();
    std::thread::Builder::new().name("evidence-store".to_owned()).spawn(move || {
        runtime.block_on(async {
            while let Some(work) = receive.recv().await {
                tokio::spawn(work);
            }
        });
    })?;
    Ok(send)
}

#[cfg(not(feature = "s3"))]
fn open_bucket(_: &Bucket) -> Result<Arc<dyn ObjectStore>, String> {
    Err("this program was built without buckets (cargo feature `s3`); name a folder".to_owned())
}

#[cfg(feature = "s3")]
fn open_bucket(bucket: &Bucket) -> Result<Arc<dyn ObjectStore>, String> {
    use object_store::{BackoffConfig, ClientOptions, RetryConfig, aws::AmazonS3Builder};

    // An error says only that the program installed one already.
    drop(rustls::crypto::ring::default_provider().install_default());
    let options = ClientOptions::new()
        .with_connect_timeout(Duration::from_secs(10))
        .with_timeout(Duration::from_secs(120))
        // An office may keep its bucket on a machine of its own, without TLS.
        .with_allow_http(bucket.endpoint.as_ref().is_some_and(|endpoint| endpoint.starts_with("http://")));
    let retry = RetryConfig {
        backoff: BackoffConfig { init_backoff: Duration::from_millis(200), ..BackoffConfig::default() },
        max_retries: 3,
        retry_timeout: Duration::from_secs(60),
    };
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&bucket.name)
        .with_access_key_id(&bucket.key)
        .with_secret_access_key(&bucket.secret)
        .with_region(bucket.region.as_deref().unwrap_or("us-east-1"))
        .with_virtual_hosted_style_request(bucket.in_host)
        // Not every service that calls itself compatible has it.
        .with_disable_bulk_delete(true)
        .with_client_options(options)
        .with_retry(retry);
    if let Some(token) = &bucket.token {
        builder = builder.with_token(token);
    }
    if let Some(endpoint) = &bucket.endpoint {
        builder = builder.with_endpoint(match endpoint.split_once("://") {
            Some((scheme, host)) if bucket.in_host => format!("{scheme}://{}.{host}", bucket.name),
            _ => endpoint.clone(),
        });
    }
    Ok(Arc::new(builder.build().map_err(|error| error.to_string())?))
}
