//! One request, through `ureq`: the only file that names it.

use std::io::{self, Read};

use ureq::tls::{RootCerts, TlsConfig};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

use super::address::{NotPublic, PrivateHosts};
use super::headers::Headers;
use super::hosts::Permit;
use super::{NetError, NetOptions, urls};

/// Sends requests; shared by all threads.
pub(super) struct Requests {
    agent: ureq::Agent,
    private: PrivateHosts,
}

/// An answer, its body not read yet.
pub(super) struct Answer {
    pub status: u16,
    pub headers: Headers,
    pub body: Body,
    /// Held until the body is read.
    pub permit: Option<Permit>,
}

impl Answer {
    /// True where the same request may succeed later.
    pub(super) fn is_passing(&self) -> bool {
        matches!(self.status, 408 | 425 | 429 | 500..=599)
    }
}

/// The bytes of an answer.
pub(super) struct Body {
    reader: ureq::BodyReader<'static>,
    pub url: String,
}

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer)
    }
}

impl Requests {
    pub(super) fn new(options: &NetOptions) -> Requests {
        // The machine's own certificates, with $SSL_CERT_FILE; never less than full verification.
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        // The proxy comes from the environment, which is ureq's default.
        let config = ureq::Agent::config_builder()
            .tls_config(tls)
            .user_agent(concat!("clarity/", env!("CARGO_PKG_VERSION"), " (", env!("CARGO_PKG_REPOSITORY"), ")"))
            // As the server stores it: a hash is of those bytes.
            .accept_encoding("identity")
            .http_status_as_error(false)
            // Followed by `Net::ask`, which looks at every hop.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(options.connect))
            .timeout_recv_response(Some(options.stall))
            .timeout_per_read(Some(options.stall))
            .build();
        let private = options.private.clone();
        let resolver = Public { private: private.clone(), all: DefaultResolver::default() };
        Requests { agent: ureq::Agent::with_parts(config, DefaultConnector::default(), resolver), private }
    }

    pub(super) fn get(&self, url: &str, from: u64, accept: &str) -> Result<Answer, NetError> {
        self.check_behind_proxy(url)?;
        let mut request = self.agent.get(url).header("Accept", accept);
        if from > 0 {
            request = request.header("Range", format!("bytes={from}-"));
        }
        let response = request.call().map_err(|error| explain(url, &error))?;
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        let status = response.status().as_u16();
        let headers = Headers::read(status, header);
        let reader = response.into_body().into_with_config().limit(u64::MAX).reader();
        let body = Body { reader, url: url.to_owned() };
        Ok(Answer { status, headers, body, permit: None })
    }
}

impl Requests {
    /// A proxy resolves the name itself: a host that is not public by what is known here is not asked of it.
    fn check_behind_proxy(&self, url: &str) -> Result<(), NetError> {
        if self.agent.config().proxy().is_none() {
            return Ok(());
        }
        let host = urls::host(url).unwrap_or_default();
        match self.private.resolve(&host, 80) {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(explain(url, &error.into())),
            _ => Ok(()),
        }
    }
}

/// Addresses of hosts, without those that may not be asked. What is returned here is what is connected to, so that a
/// name that changes its address between a check and a connection gains nothing.
#[derive(Debug)]
struct Public {
    private: PrivateHosts,
    all: DefaultResolver,
}

impl Resolver for Public {
    fn resolve(
        &self,
        uri: &ureq::http::Uri,
        config: &ureq::config::Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.all.resolve(uri, config, timeout)?;
        // The proxy is the user's own, and often in their network.
        if config.proxy().is_some_and(|proxy| proxy.uri() == uri) {
            return Ok(found);
        }
        let host = uri.authority().map(|authority| authority.as_str()).unwrap_or_default();
        let mut allowed = self.empty();
        self.private.allowed(host, found.iter().copied())?.into_iter().for_each(|address| allowed.push(address));
        Ok(allowed)
    }
}

fn explain(url: &str, error: &ureq::Error) -> NetError {
    let url = url.to_owned();
    match error {
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => {
            NetError::Refused { url, why: "is not a url that can be asked".to_owned() }
        }
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) | ureq::Error::Pem(_) => {
            NetError::Refused { url, why: format!("TLS: {error}") }
        }
        ureq::Error::Io(inner) if inner.get_ref().is_some_and(|inner| inner.is::<NotPublic>()) => {
            NetError::Refused { url, why: inner.to_string() }
        }
        ureq::Error::Io(inner) if is_tls(inner) => NetError::Refused { url, why: format!("TLS: {inner}") },
        ureq::Error::HostNotFound => NetError::Failed { url, why: "the host has no address".to_owned() },
        ureq::Error::Timeout(_) => NetError::Failed { url, why: "no answer in time".to_owned() },
        error => NetError::Failed { url, why: error.to_string() },
    }
}

/// rustls reports a certificate it does not accept as an error of the stream.
fn is_tls(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::InvalidData
}

/// Meaning of a failed read of a body.
pub(super) fn explain_io(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => "no more bytes in time".to_owned(),
        io::ErrorKind::UnexpectedEof => "the connection was cut".to_owned(),
        _ => error.to_string(),
    }
}
