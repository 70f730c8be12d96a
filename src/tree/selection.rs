//! Which attribute paths are asked for.

use globset::{Glob, GlobSet, GlobSetBuilder};

/// The attribute paths that are asked for.
#[derive(Clone, Debug, Default)]
pub enum Selection {
    /// Everything that a walk finds by itself.
    #[default]
    All,
    /// Those that match a glob. Sets are entered as far as a glob leads.
    Some(Patterns),
}

/// Globs, and the text each begins with.
#[derive(Clone, Debug)]
pub struct Patterns {
    written: Vec<String>,
    globs: GlobSet,
    fixed: Vec<Fixed>,
}

/// The part of a glob before its first special letter.
#[derive(Clone, Debug)]
struct Fixed {
    text: String,
    /// True where the glob is that text and nothing more.
    whole: bool,
}

impl Selection {
    /// The attributes that one of `patterns` matches; all where there are none.
    pub fn new(patterns: &[String]) -> Result<Selection, globset::Error> {
        if patterns.is_empty() {
            return Ok(Selection::All);
        }
        let mut globs = GlobSetBuilder::new();
        for pattern in patterns {
            globs.add(Glob::new(pattern)?);
        }
        let fixed = patterns.iter().map(|pattern| {
            let end = pattern.find(['*', '?', '[', '{', '\\']).unwrap_or(pattern.len());
            Fixed { text: pattern[..end].to_owned(), whole: end == pattern.len() }
        });
        Ok(Selection::Some(Patterns { written: patterns.to_vec(), globs: globs.build()?, fixed: fixed.collect() }))
    }

    /// Exactly these attribute paths: nothing where there are none.
    pub fn only(paths: impl IntoIterator<Item = String>) -> Selection {
        let written: Vec<String> = paths.into_iter().collect();
        let mut globs = GlobSetBuilder::new();
        for path in &written {
            globs.add(Glob::new(&globset::escape(path)).expect("an escaped text is a glob"));
        }
        let fixed = written.iter().map(|path| Fixed { text: path.clone(), whole: true }).collect();
        let globs = globs.build().expect("globs that are escaped texts make a set");
        Selection::Some(Patterns { written, globs, fixed })
    }

    /// True where `path` is asked for.
    pub fn holds(&self, path: &str) -> bool {
        match self {
            Selection::All => true,
            Selection::Some(patterns) => patterns.globs.is_match(path),
        }
    }

    /// The patterns that match none of `paths`, as they were written.
    pub fn unmatched<'p>(&self, paths: impl Iterator<Item = &'p str>) -> Vec<String> {
        let Selection::Some(patterns) = self else { return Vec::new() };
        let mut hit = vec![false; patterns.written.len()];
        paths.for_each(|path| patterns.globs.matches(path).into_iter().for_each(|index| hit[index] = true));
        patterns.written.iter().zip(hit).filter(|(_, hit)| !hit).map(|(pattern, _)| pattern.clone()).collect()
    }

    /// True where `path`, or something below it, may be asked for: only then it is evaluated.
    pub(crate) fn may_hold(&self, path: &str) -> bool {
        let Selection::Some(patterns) = self else { return true };
        self.asks_below(path)
            || patterns.fixed.iter().any(|fixed| match fixed.whole {
                true => fixed.text == path,
                false => path.starts_with(&fixed.text) || fixed.text.starts_with(path),
            })
    }

    /// True where a glob names something below `path` in so many words.
    pub(crate) fn asks_below(&self, path: &str) -> bool {
        let Selection::Some(patterns) = self else { return false };
        patterns.fixed.iter().any(|fixed| fixed.text.strip_prefix(path).is_some_and(|rest| rest.starts_with('.')))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(patterns: &[&str]) -> Selection {
        Selection::new(&patterns.iter().map(|pattern| (*pattern).to_owned()).collect::<Vec<_>>()).expect("globs")
    }

    #[test]
    fn a_star_takes_any_text() {
        assert!(asked(&["python3*Packages.req*"]).holds("python38Packages.requests"));
        assert!(!asked(&["python3*Packages.req*"]).holds("python27Packages.requests"));
        assert!(asked(&["h?llo"]).holds("hello"));
        assert!(asked(&[]).holds("anything"));
    }

    #[test]
    fn exact_paths_are_no_globs_and_no_path_is_no_package() {
        let only = |paths: &[&str]| Selection::only(paths.iter().map(|path| (*path).to_owned()));
        assert!(only(&["a*"]).holds("a*") && !only(&["a*"]).holds("ab"));
        assert!(!only(&[]).holds("a") && !only(&[]).may_hold("a"));
        assert!(only(&["set.a"]).may_hold("set") && only(&["set.a"]).asks_below("set"));
    }

    #[test]
    fn a_set_is_entered_only_where_a_glob_leads() {
        assert!(asked(&["rPackages.ggplot2"]).may_hold("rPackages"));
        assert!(asked(&["rPackages.ggplot2"]).asks_below("rPackages"));
        assert!(!asked(&["rPackages.ggplot2"]).may_hold("perlPackages"));
        assert!(asked(&["*.requests"]).may_hold("python3Packages"));
        assert!(!asked(&["*.requests"]).asks_below("python3Packages"));
    }
}
