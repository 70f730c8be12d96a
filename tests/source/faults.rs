//! Every way in which a server can fail, and what becomes of the package and of the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use clarity::source::{Network, SourceError, Sources};
use clarity::tree::SourceRef;

use super::server::{Reply, Server};
use super::{acquire, flat, names, options, sha256, sources};

fn body() -> Vec<u8> {
    (0..200_000_u32).flat_map(|number| number.to_le_bytes()).collect()
}

/// The outcome of asking `server` for `/pkg-1.0.bin`, whose right bytes are `body()`.
fn outcome(server: &Server) -> Result<Vec<String>, SourceError> {
    let folder = tempfile::tempdir().expect("a folder");
    let sources = sources(options(folder.path()));
    let source = flat(&server.url("/pkg-1.0.bin"), &sha256(&body()));
    acquire(&sources, &source).map(|tree| names(&tree))
}

fn says(outcome: Result<Vec<String>, SourceError>, words: &str) {
    let error = outcome.expect_err("must fail");
    assert!(!error.is_skipped(), "{error}");
    let line = error.to_string();
    assert!(line.contains(words) && !line.contains('\n'), "{line}");
}

fn arrives(server: &Server) {
    assert_eq!(outcome(server).expect("arrives"), ["pkg-1.0.bin"]);
}

#[test]
fn a_second_run_is_offline_and_gives_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::new(|_| Reply::ok(&body()));
    let source = flat(&server.url("/pkg-1.0.bin"), &sha256(&body()));
    let mut options = options(folder.path());
    let first = acquire(&sources(options.clone()), &source).expect("fetched");
    options.network = Network::Offline;
    let second = acquire(&sources(options), &source).expect("in the cache");
    assert_eq!(super::files(&first).expect("readable"), super::files(&second).expect("readable"));
    assert_eq!((first.identity, server.asked().len()), (second.identity, 1));
}

#[test]
fn a_cut_download_goes_on_where_it_stopped() {
    let server = Server::new(|asked| {
        let reply = Reply::range(&body(), asked);
        Reply { cut: Some(300_000), ..reply }
    });
    arrives(&server);
    let from: Vec<_> = server.asked().iter().map(super::server::Asked::from).collect();
    assert_eq!(from, [0, 300_000, 600_000]);
}

#[test]
fn a_cut_download_starts_again_where_ranges_are_not_served() {
    let server = Server::new(|asked| match asked.before {
        0 => Reply { cut: Some(300_000), ..Reply::ok(&body()) },
        _ => Reply::ok(&body()),
    });
    arrives(&server);
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn a_stalled_download_is_resumed() {
    let server = Server::new(|asked| match asked.before {
        0 => Reply { stall: Some((100_000, Duration::from_secs(3))), ..Reply::ok(&body()) },
        _ => Reply::range(&body(), asked),
    });
    let start = Instant::now();
    arrives(&server);
    assert!(start.elapsed() < Duration::from_secs(3), "it did not wait for the stalled one");
    assert_eq!(server.asked()[1].from(), 100_000);
}

#[test]
fn what_a_killed_run_left_is_used() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::new(|asked| Reply::range(&body(), asked));
    let source = flat(&server.url("/pkg-1.0.bin"), &sha256(&body()));
    let partial = |bytes: &[u8]| {
        let hex = clarity::source::FixedHash::parse(source.hash.as_deref(), None).expect("a hash").hex();
        let options = options(folder.path());
        std::fs::write(options.store.root().join(format!("partial/sources-flat-sha256-{hex}")), bytes)
            .expect("written");
        options
    };
    acquire(&sources(partial(&body()[..500_000])), &source).expect("resumed");
    assert_eq!(server.asked()[0].from(), 500_000);
    // A part of something else: the hash says so, and it starts again.
    std::fs::remove_dir_all(folder.path().join("cache")).expect("removed");
    acquire(&sources(partial(&[7; 5000])), &source).expect("fetched again");
    // All of it was there already.
    std::fs::remove_dir_all(folder.path().join("cache")).expect("removed");
    acquire(&sources(partial(&body())), &source).expect("complete");
}

#[test]
fn a_length_that_is_never_reached_is_a_network_error() {
    let server = Server::new(|_| Reply { stated: Some(body().len() + 10), ..Reply::ok(&body()) });
    says(outcome(&server), "try again");
}

#[test]
fn a_wrong_hash_is_an_error_and_nothing_is_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::new(|_| Reply::ok(b"something else"));
    let source = flat(&server.url("/pkg-1.0.bin"), &sha256(&body()));
    let options = options(folder.path());
    let error = acquire(&sources(options.clone()), &source).expect_err("must fail").to_string();
    let (want, got) = (sha256(&body()), sha256(b"something else"));
    assert!(error.contains(&format!("hash mismatch, declared {want}, got {got}")), "{error}");
    let info = options.store.info();
    assert_eq!((info.shelves.len(), info.partial), (0, 0));
}

#[test]
fn the_next_mirror_is_asked_whatever_is_wrong_with_the_first() {
    for bad in
        [Reply::ok(b"else"), Reply::status(404), Reply::status(500), Reply { cut: Some(0), ..Reply::ok(&body()) }]
    {
        let folder = tempfile::tempdir().expect("a folder");
        let first = Server::new(move |_| bad.clone());
        let second = Server::new(|_| Reply::ok(&body()));
        let mut options = options(folder.path());
        options.rewriting.mirrors = [("m".to_owned(), vec![first.url("/a/"), second.url("/b")])].into();
        let source = flat("mirror://m/pkg-1.0.bin", &sha256(&body()));
        acquire(&sources(options), &source).expect("the second has it");
        assert_eq!(second.asked()[0].path, "/b/pkg-1.0.bin");
    }
}

#[test]
fn what_is_not_there_is_asked_once() {
    for status in [401, 403, 404, 410] {
        let server = Server::new(move |_| Reply::status(status));
        says(outcome(&server), &format!("HTTP {status}"));
        assert_eq!(server.asked().len(), 1);
    }
}

#[test]
fn a_server_in_trouble_is_asked_again() {
    for status in [408, 429, 500, 502, 503] {
        let server = Server::new(move |asked| match asked.before {
            0 | 1 => Reply::status(status),
            _ => Reply::ok(&body()),
        });
        arrives(&server);
        assert_eq!(server.asked().len(), 3);
    }
    let server = Server::new(|_| Reply::status(500));
    says(outcome(&server), "HTTP 500");
    assert_eq!(server.asked().len(), 4);
}

#[test]
fn retry_after_is_honoured() {
    let server = Server::new(|asked| match asked.before {
        0 => Reply::status(429).header("Retry-After", "1"),
        _ => Reply::ok(&body()),
    });
    let start = Instant::now();
    arrives(&server);
    assert!(start.elapsed() >= Duration::from_secs(1));
    // Longer than anyone waits: at once an error.
    let server = Server::new(|_| Reply::status(503).header("Retry-After", "86400"));
    let start = Instant::now();
    says(outcome(&server), "HTTP 503");
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn redirects_are_followed_up_to_a_limit() {
    let server = Server::new(|asked| match asked.path.as_str() {
        "/pkg-1.0.bin" => Reply::status(302).header("Location", "/other?x=1"),
        _ => Reply::ok(&body()),
    });
    arrives(&server);
    let server = Server::new(|asked| Reply::status(301).header("Location", &asked.path));
    says(outcome(&server), "redirects more than 10 times");
    let server = Server::new(|_| Reply::status(302).header("Location", "file:///etc/passwd"));
    says(outcome(&server), "only http and https");
}

#[test]
fn no_credentials_are_sent() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::new(|_| Reply::ok(&body()));
    let url = server.url("/pkg-1.0.bin").replace("http://", "http://user:secret@");
    let error_free = acquire(&sources(options(folder.path())), &flat(&url, &sha256(&body())));
    error_free.expect("fetched");
    let asked = &server.asked()[0];
    assert!(!asked.headers.contains_key("authorization") && !asked.headers.contains_key("cookie"));
    let url = server.url("/pkg-2.bin").replace("http://", "http://user:secret@");
    let error = acquire(&sources(options(folder.path())), &flat(&url, &sha256(b"x"))).expect_err("wrong hash");
    assert!(!error.to_string().contains("secret"), "{error}");
}

#[test]
fn a_dead_host_is_given_up_and_named_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let dead = Server::new(|_| Reply { cut: Some(0), ..Reply::ok(&body()) });
    let alive = Server::new(|_| Reply::ok(&body()));
    let sources = sources(options(folder.path()));
    let mut said = std::collections::BTreeSet::new();
    for number in 0..10 {
        let error = acquire(&sources, &flat(&dead.url(&format!("/{number}")), &sha256(&[number]))).expect_err("dead");
        said.insert(error.to_string());
        assert_eq!(matches!(error, SourceError::HostGivenUp { .. }), number >= 3, "{error}");
    }
    assert_eq!(dead.asked().len(), 3 * 4);
    assert_eq!(said.len(), 3 + 1, "{said:?}");
    acquire(&sources, &flat(&alive.url("/x"), &sha256(&body()))).expect("others are unharmed");
}

#[test]
fn one_host_is_not_asked_more_than_allowed_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let server =
        Server::new(|asked| Reply { stall: Some((2, Duration::from_millis(60))), ..Reply::ok(asked.path.as_bytes()) });
    let mut options = options(folder.path());
    options.net.per_host = 2;
    let sources = sources(options);
    std::thread::scope(|scope| {
        for number in 0..8 {
            let (sources, path) = (&sources, format!("/file-{number}"));
            let source = flat(&server.url(&path), &sha256(path.as_bytes()));
            scope.spawn(move || acquire(sources, &source).expect("fetched"));
        }
    });
    assert_eq!(server.most_at_once(), 2);
}

#[test]
fn packages_with_one_source_fetch_it_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::new(|_| Reply { stall: Some((9, Duration::from_millis(100))), ..Reply::ok(&body()) });
    let sources = sources(options(folder.path()));
    let source = flat(&server.url("/pkg-1.0.bin"), &sha256(&body()));
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| acquire(&sources, &source).expect("fetched"));
        }
    });
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn a_cancelled_run_does_not_wait() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::new(|_| Reply::status(503).header("Retry-After", "50"));
    let cancel = Arc::new(AtomicBool::new(false));
    let sources = Sources::new(options(folder.path()), Arc::clone(&cancel));
    let source = flat(&server.url("/x"), &sha256(b"x"));
    let start = Instant::now();
    std::thread::scope(|scope| {
        let run = scope.spawn(|| acquire(&sources, &source));
        std::thread::sleep(Duration::from_millis(200));
        cancel.store(true, Ordering::SeqCst);
        let error = run.join().expect("no panic").expect_err("cancelled");
        assert!(matches!(error, SourceError::Cancelled(_)), "{error}");
    });
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_certificate_that_nobody_trusts_is_refused() {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.expect("versions").with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key);
    let config = Arc::new(config.expect("fits"));
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("the loopback is there");
    let port = listener.local_addr().expect("bound").port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut connection = rustls::ServerConnection::new(Arc::clone(&config)).expect("a connection");
            let mut tls = rustls::Stream::new(&mut connection, &mut stream);
            let _ = std::io::Write::write_all(&mut tls, b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
        }
    });
    let folder = tempfile::tempdir().expect("a folder");
    let source = flat(&format!("https://localhost:{port}/x"), &sha256(b"x"));
    let error = acquire(&sources(options(folder.path())), &source).expect_err("untrusted").to_string();
    assert!(error.contains("TLS"), "{error}");
}

#[test]
fn a_python_file_is_found_by_its_hash_when_its_legacy_url_is_gone() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::new(|asked| match asked.path.as_str() {
        "/simple/my-pkg/" => {
            let hex = clarity::source::FixedHash::parse(Some(&sha256(&body())), None).expect("a hash").hex();
            let file = format!(r#"{{"url": "../../files/x.bin", "hashes": {{"sha256": "{hex}"}}}}"#);
            let other = r#"{"url": "/wrong", "hashes": {"sha256": "00"}}"#;
            Reply::ok(format!(r#"{{"files": [{other}, {file}]}}"#).as_bytes())
        }
        "/files/x.bin" => Reply::ok(&body()),
        _ => Reply::status(404),
    });
    let mut options = options(folder.path());
    options.rewriting.mirrors = [("pypi".to_owned(), vec![server.url("/packages/source/")])].into();
    options.pypi_index = Some(server.url("/simple"));
    let source = flat("mirror://pypi/M/My_Pkg/My_Pkg-1.0.tar.gz", &sha256(&body()));
    acquire(&sources(options), &source).expect("found by its hash");
    let paths: Vec<_> = server.asked().into_iter().map(|asked| asked.path).collect();
    assert_eq!(paths, ["/packages/source/M/My_Pkg/My_Pkg-1.0.tar.gz", "/simple/my-pkg/", "/files/x.bin"]);
}

#[test]
fn what_is_not_verifiable_or_not_asked_for_is_skipped() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::new(|_| Reply::ok(&body()));
    let url = server.url("/pkg-1.0.bin");
    let good = flat(&url, &sha256(&body()));
    let with = |change: &dyn Fn(&mut SourceRef), network: Network, words: &str| {
        let mut source = good.clone();
        change(&mut source);
        let mut options = options(folder.path());
        options.network = network;
        let error = acquire(&sources(options), &source).expect_err("must not be fetched");
        assert!(error.is_skipped() && error.to_string().contains(words), "{error}");
    };
    with(&|_| (), Network::NotAsked, "--fetch");
    with(&|_| (), Network::Offline, "offline");
    with(&|source| source.hash = None, Network::Fetch, "no hash");
    with(&|source| source.hash = Some(String::new()), Network::Fetch, "placeholder");
    with(&|source| source.hash = Some("0".repeat(64)), Network::Fetch, "placeholder");
    with(&|source| source.hash = Some("nonsense".to_owned()), Network::Fetch, "not a hash");
    with(&|source| source.fetcher = "requireFile".to_owned(), Network::Fetch, "by hand");
    with(&|source| source.fetcher = "fetchsvn".to_owned(), Network::Fetch, "does not run");
    with(&|source| source.flags.push("postFetch".to_owned()), Network::Fetch, "executes nothing");
    with(&|source| source.urls = vec!["mirror://unknown/x".to_owned()], Network::Fetch, "[fetch]");
    assert!(server.asked().is_empty());
}
