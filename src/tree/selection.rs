//! Which attribute paths are asked for.

/// The attribute paths that are asked for: all, or those that match one of some patterns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Patterns, in which `*` stands for any text and `?` for any letter; empty for all.
    patterns: Vec<String>,
}

impl Selection {
    /// Everything that a walk finds by itself.
    pub fn all() -> Self {
        Selection::default()
    }

    /// The paths that match one of `patterns`; sets are descended into as far as a pattern leads.
    pub fn matching(patterns: impl IntoIterator<Item = String>) -> Self {
        Selection { patterns: patterns.into_iter().collect() }
    }

    /// True where `path` is asked for.
    pub fn holds(&self, path: &str) -> bool {
        self.patterns.is_empty() || self.patterns.iter().any(|pattern| matches(pattern.as_bytes(), path.as_bytes()))
    }

    /// True where `path`, or something below it, may be asked for.
    pub(crate) fn may_hold(&self, path: &str) -> bool {
        self.holds(path) || self.patterns.iter().any(|pattern| leads_below(pattern, path))
    }

    /// True where a pattern names something below `path` in so many words.
    pub(crate) fn asks_below(&self, path: &str) -> bool {
        self.patterns.iter().any(|pattern| {
            let fixed = pattern.split(['*', '?']).next().unwrap_or("");
            fixed.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'))
        })
    }
}

/// True where some continuation of `path.` matches.
fn leads_below(pattern: &str, path: &str) -> bool {
    let mut parts = pattern.split('.');
    let mut head = String::new();
    path.split('.').all(|_| match parts.next() {
        Some(part) => {
            if !head.is_empty() {
                head.push('.');
            }
            head.push_str(part);
            true
        }
        None => false,
    }) && parts.next().is_some()
        && matches(head.as_bytes(), path.as_bytes())
        || pattern.split_once('*').is_some_and(|(fixed, _)| path.starts_with(fixed) || fixed.starts_with(path))
}

fn matches(pattern: &[u8], text: &[u8]) -> bool {
    // The last star and where its text began: on a mismatch the star takes one letter more.
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(letter) if *letter == b'?' || *letter == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, taken)) => {
                    star = Some((at, taken + 1));
                    p = at + 1;
                    t = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|letter| *letter == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(patterns: &[&str]) -> Selection {
        Selection::matching(patterns.iter().map(|pattern| (*pattern).to_owned()))
    }

    #[test]
    fn a_star_takes_any_text() {
        assert!(asked(&["python3*Packages.req*"]).holds("python38Packages.requests"));
        assert!(!asked(&["python3*Packages.req*"]).holds("python27Packages.requests"));
        assert!(asked(&["h?llo"]).holds("hello"));
        assert!(asked(&[]).holds("anything"));
    }

    #[test]
    fn a_set_is_entered_only_where_a_pattern_leads() {
        assert!(asked(&["rPackages.ggplot2"]).may_hold("rPackages"));
        assert!(asked(&["rPackages.ggplot2"]).asks_below("rPackages"));
        assert!(!asked(&["rPackages.ggplot2"]).may_hold("perlPackages"));
        assert!(asked(&["*.requests"]).may_hold("python3Packages"));
        assert!(!asked(&["*.requests"]).asks_below("python3Packages"));
    }
}
