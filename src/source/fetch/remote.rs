//! Where a repository is fetched from: its address is looked up and checked here, and git connects to that one.

use std::net::SocketAddr;
use std::process::Command;

use crate::source::net::{Net, NetError, Permit, PrivateHosts};
use crate::source::urls;

/// A repository that may be asked.
#[derive(Clone, Debug)]
pub(super) struct Remote {
    /// The url after redirects, without credentials; git follows none itself.
    pub url: String,
    /// `host:port:address`, as `http.curloptResolve` has it: git must not look the name up again.
    pinned: Option<String>,
}

/// First request of git: a server that has moved says so there.
const FIRST: &str = "/info/refs?service=git-upload-pack";

impl Remote {
    /// The repository at `url`; an error where its address may not be asked.
    pub(super) fn find(url: &str, net: &Net, held: Option<&Permit>) -> Result<Remote, NetError> {
        let plain = urls::without_credentials(url);
        match plain.split_once("://").map(|(scheme, _)| scheme) {
            // A repository of this machine is as private as a server in its network.
            Some("file") if net.options().private != PrivateHosts::All => Err(refused(
                &plain,
                "repositories of this machine are fetched only with `allow_private = true` under [fetch]",
            )),
            Some("file") => Ok(Remote { url: plain, pinned: None }),
            Some("git") => Remote::of_daemon(&plain, net),
            Some("http" | "https") => Remote::of_server(&plain, net, held),
            _ => Err(refused(&plain, "only repositories at https, http, git and file are fetched")),
        }
    }

    fn of_server(url: &str, net: &Net, held: Option<&Permit>) -> Result<Remote, NetError> {
        let base = url.trim_end_matches('/');
        let url = match net.destination(&format!("{base}{FIRST}"), held) {
            Ok(last) => last.strip_suffix(FIRST).unwrap_or(base).to_owned(),
            Err(error) => return Err(error),
        };
        let port = if url.starts_with("https://") { 443 } else { 80 };
        let (host, addresses) = resolve(&url, port, net)?;
        let (name, port) = split_port(&host, port);
        let list: Vec<String> = addresses.iter().map(|address| address.ip().to_string()).collect();
        Ok(Remote { pinned: Some(format!("{name}:{port}:{}", list.join(","))), url })
    }

    /// A daemon of git is asked by its address: nothing else keeps git from looking the name up.
    fn of_daemon(url: &str, net: &Net) -> Result<Remote, NetError> {
        let (host, addresses) = resolve(url, 9418, net)?;
        let path = url.split_once("://").map_or("", |(_, rest)| &rest[host.len().min(rest.len())..]);
        let address = addresses.first().ok_or_else(|| refused(url, "has no address"))?;
        Ok(Remote { url: format!("git://{address}{path}"), pinned: None })
    }

    /// Tells git where it may go: to this repository, and not by a redirect to another.
    pub(super) fn tell(&self, command: &mut Command) {
        command.args(["-c", "http.followRedirects=false"]);
        if let Some(pinned) = &self.pinned {
            command.arg("-c").arg(format!("http.curloptResolve={pinned}"));
        }
        // A remote repository must not make git read local ones through its submodules.
        let is_local = self.is_local();
        command.env("GIT_ALLOW_PROTOCOL", if is_local { "https:http:git:file" } else { "https:http:git" });
    }

    /// The right to ask its host, as one request among the others.
    pub(super) fn enter(&self, net: &Net) -> Result<Option<Permit>, NetError> {
        urls::host(&self.url).map(|host| net.enter(&host)).transpose()
    }

    /// True for a repository on this machine.
    pub(super) fn is_local(&self) -> bool {
        self.url.starts_with("file://")
    }
}

/// The host of `url` and the addresses that it may be asked at.
fn resolve(url: &str, port: u16, net: &Net) -> Result<(String, Vec<SocketAddr>), NetError> {
    let host = urls::host(url).ok_or_else(|| refused(url, "has no host"))?;
    match net.options().private.resolve(&host, port) {
        Ok(addresses) => Ok((host, addresses)),
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => Err(refused(url, &error.to_string())),
        Err(error) => Err(NetError::Failed { url: url.to_owned(), why: error.to_string() }),
    }
}

fn split_port(host: &str, default: u16) -> (&str, u16) {
    let split = host.rsplit_once(':').and_then(|(name, port)| Some((name, port.parse().ok()?)));
    split.unwrap_or((host, default))
}

fn refused(url: &str, why: &str) -> NetError {
    NetError::Refused { url: url.to_owned(), why: why.to_owned() }
}
