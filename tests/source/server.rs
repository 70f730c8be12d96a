//! A server on the loopback that misbehaves on demand.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What was asked.
#[derive(Clone, Debug)]
pub struct Asked {
    pub path: String,
    pub headers: BTreeMap<String, String>,
    /// How many requests for this path came before.
    pub before: usize,
}

impl Asked {
    /// The first byte that is wanted.
    pub fn from(&self) -> usize {
        let range = self.headers.get("range").and_then(|range| range.strip_prefix("bytes="));
        range.and_then(|range| range.trim_end_matches('-').parse().ok()).unwrap_or(0)
    }
}

/// What is answered.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// The length that is stated; that of the body unless it lies.
    pub stated: Option<usize>,
    /// Bytes after which the connection is cut.
    pub cut: Option<usize>,
    /// Bytes after which nothing comes any more, for this long.
    pub stall: Option<(usize, Duration)>,
    /// The pause after each byte.
    pub drip: Option<Duration>,
}

impl Reply {
    pub fn ok(body: &[u8]) -> Reply {
        Reply { status: 200, body: body.to_vec(), ..Reply::default() }
    }

    pub fn status(status: u16) -> Reply {
        Reply { status, body: b"no".to_vec(), ..Reply::default() }
    }

    pub fn header(mut self, name: &str, value: &str) -> Reply {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// `body` from where it is wanted.
    pub fn range(body: &[u8], asked: &Asked) -> Reply {
        match asked.from() {
            0 => Reply::ok(body),
            from if from >= body.len() => {
                Reply::status(416).header("Content-Range", &format!("bytes */{}", body.len()))
            }
            from => Reply { status: 206, ..Reply::ok(&body[from..]) }
                .header("Content-Range", &format!("bytes {from}-{}/{}", body.len() - 1, body.len())),
        }
    }
}

/// A running server. It lives as long as the test process.
pub struct Server {
    pub base: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    most_at_once: Arc<AtomicUsize>,
}

impl Server {
    pub fn new(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("the loopback is there");
        let base = format!("http://{}", listener.local_addr().expect("bound"));
        let server = Server { base, asked: Arc::default(), most_at_once: Arc::default() };
        let (asked, most) = (Arc::clone(&server.asked), Arc::clone(&server.most_at_once));
        let (answer, running) = (Arc::new(answer), Arc::new(AtomicUsize::new(0)));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, running) = (Arc::clone(&answer), Arc::clone(&running));
                let (asked, most) = (Arc::clone(&asked), Arc::clone(&most));
                std::thread::spawn(move || {
                    let Some(request) = read_request(&stream, &asked) else { return };
                    most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    let reply = answer(&request);
                    let _ = send(stream, &reply, || {
                        running.fetch_sub(1, Ordering::SeqCst);
                    });
                });
            }
        });
        server
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("no panic").clone()
    }

    pub fn most_at_once(&self) -> usize {
        self.most_at_once.load(Ordering::SeqCst)
    }
}

fn read_request(stream: &TcpStream, asked: &Mutex<Vec<Asked>>) -> Option<Asked> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next()?.ok()?;
    let path = first.split(' ').nth(1)?.to_owned();
    let mut headers = BTreeMap::new();
    for line in lines {
        let line = line.ok()?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let mut all = asked.lock().expect("no panic");
    let before = all.iter().filter(|have| have.path == path).count();
    let request = Asked { path, headers, before };
    all.push(request.clone());
    Some(request)
}

fn send(mut stream: TcpStream, reply: &Reply, sent: impl FnOnce()) -> std::io::Result<()> {
    let stated = reply.stated.unwrap_or(reply.body.len());
    let mut head = format!("HTTP/1.1 {} X\r\nContent-Length: {stated}\r\nConnection: close\r\n", reply.status);
    for (name, value) in &reply.headers {
        head += &format!("{name}: {value}\r\n");
    }
    stream.write_all(format!("{head}\r\n").as_bytes())?;
    let end = reply.cut.unwrap_or(reply.body.len()).min(reply.body.len());
    let (at, pause) = reply.stall.unwrap_or((0, Duration::ZERO));
    stream.write_all(&reply.body[..at.min(end)])?;
    std::thread::sleep(pause);
    // Before the client can know that this request is over.
    sent();
    match reply.drip {
        None => stream.write_all(&reply.body[at.min(end)..end])?,
        Some(pause) => {
            for byte in &reply.body[at.min(end)..end] {
                stream.write_all(&[*byte])?;
                std::thread::sleep(pause);
            }
        }
    }
    stream.shutdown(std::net::Shutdown::Write)?;
    // Until the client is gone: closing with unread bytes would reset the connection under it.
    let _ = stream.set_read_timeout(Some(Duration::from_secs(2)));
    let _ = stream.read(&mut [0; 1024]);
    Ok(())
}
