//! Headers of an answer: written by a server, so read as they come and believed in nothing.

use std::time::{Duration, SystemTime};

/// Those that count here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers {
    /// Where the server says that the file is.
    pub location: Option<String>,
    /// Bytes of this body, where stated.
    pub len: Option<u64>,
    /// Offset of the first byte of this body in the file.
    pub range_start: Option<u64>,
    /// Bytes of the whole file.
    pub range_total: Option<u64>,
    /// The pause that the server asks for.
    pub retry_after: Option<Duration>,
}

impl Headers {
    /// The headers that `get` has by their names, which are in lower case, in an answer with this status.
    pub fn read<'h>(status: u16, get: impl Fn(&str) -> Option<&'h str>) -> Headers {
        let is_redirect = matches!(status, 301 | 302 | 303 | 307 | 308);
        let (range_start, range_total) = get("content-range").map_or((None, None), content_range);
        Headers {
            location: get("location").filter(|_| is_redirect).map(str::to_owned),
            len: get("content-length").and_then(|len| len.trim().parse().ok()),
            range_start,
            range_total,
            retry_after: get("retry-after").and_then(retry_after),
        }
    }
}

/// `bytes 5-9/10`, `bytes */10`: the start and the total.
fn content_range(text: &str) -> (Option<u64>, Option<u64>) {
    let Some((range, total)) = text.trim().strip_prefix("bytes").and_then(|rest| rest.trim().split_once('/')) else {
        return (None, None);
    };
    let start = range.split('-').next().and_then(|start| start.trim().parse().ok());
    (start, total.trim().parse().ok())
}

/// Seconds, or a date.
fn retry_after(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let then = httpdate::parse_http_date(text.trim()).ok()?;
    Some(then.duration_since(SystemTime::now()).unwrap_or_default())
}
