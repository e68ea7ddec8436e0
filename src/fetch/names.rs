//! How host names become addresses: the system's way, or one that is scripted.

use std::{fmt, io, net::IpAddr, sync::Arc};

type Script = dyn Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync;

/// Where addresses of host names come from. The default asks the system.
#[derive(Clone, Default)]
pub struct Names {
    script: Option<Arc<Script>>,
}

impl Names {
    /// Answers from the given function instead of the system; asked anew for every connection, as DNS is.
    pub fn scripted(script: impl Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync + 'static) -> Self {
        Self { script: Some(Arc::new(script)) }
    }

    pub(super) async fn addresses_of(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        match &self.script {
            Some(script) => script(host),
            None => Ok(tokio::net::lookup_host((host, 0)).await?.map(|found| found.ip()).collect()),
        }
    }
}

impl Names {
    /// Whether the answer is that there is no such name, rather than that nobody could say.
    pub(super) async fn do_not_know(&self, host: &str) -> bool {
        match self.addresses_of(host).await {
            Ok(_) => false,
            // The system's answer has no kind of its own, and words of its own on Linux, musl, macOS and Windows.
            Err(error) => {
                let says = error.to_string();
                error.kind() == io::ErrorKind::NotFound || NO_SUCH_NAME.iter().any(|words| says.contains(words))
            }
        }
    }
}

const NO_SUCH_NAME: [&str; 4] =
    ["Name or service not known", "Name does not resolve", "nodename nor servname provided", "No such host is known"];

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.script.is_some() { "Names(scripted)" } else { "Names(system)" })
    }
}
