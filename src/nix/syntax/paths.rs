//! Path literals.

/// `path` below `dir`, without `.`, `..` and empty parts.
pub fn absolute(dir: &str, path: &str) -> String {
    let mut out: Vec<&str> = if path.starts_with('/') { Vec::new() } else { parts(dir).collect() };
    for part in parts(path) {
        match part {
            "." => {}
            ".." => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    format!("/{}", out.join("/"))
}

fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty())
}
