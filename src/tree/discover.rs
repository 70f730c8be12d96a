//! Which attributes of a checkout are packages.
//!
//! Descends into a set that says `recurseForDerivations = true`, as `nix-env -qaP` does, into one that the checkout
//! lists packages of ([`listed`]), and from the top also into one that says `false` (`dontRecurseIntoAttrs`: it is left
//! out there to save time, not because it has no packages), unless it is a whole package set again, a mere second name
//! of another set, or has more than 5,000 attributes.
//! Alternative versions of a set that are not marked at all are looked at only when they are asked for by name.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

use super::checkout::{Checkout, Layout};
use super::library;
use super::listed;
use super::loose::{self, AloneFile};
use super::outside::{self, Conditions};
use super::progress::Progress;
use super::selection::Selection;
use crate::nix::{Attr, Error, ErrorKind, Eval, Loss, Opaque, R, Shape, Thunk, Value, lookup};

/// One attribute that was looked at.
pub(crate) enum Found<'a> {
    /// A derivation, or an unknown builder's result.
    Package(&'a Thunk<'a>, Value<'a>),
    /// Something else, or something that throws.
    Skipped(String),
    /// A package that was found under another name: which.
    Repeated(String),
    /// Something that could not be evaluated.
    Failed(String),
}

/// Sets inside of sets are followed this far.
pub(super) const MAX_DEPTH: usize = 6;

/// Sets of a file that is read alone are followed this far, whatever marks them: `publisher.extension` is two.
const MAX_ALONE: usize = 3;

/// A set that is marked not to be descended into is, up to this size.
const MAX_UNMARKED: usize = 5_000;

/// So many attributes of a set that is not marked are looked at to tell whether there are packages in it.
const MAX_PROBED: usize = 16;

/// Why a set of packages is left that the checkout says nothing of.
const NOT_MARKED: &str = "a set of packages that is not marked to be descended into; `--attr 'NAME.*'` does";

/// So many attributes are looked at in one run: sets that hold each other have no end. A nixpkgs has 150,000.
const MOST_ATTRIBUTES: usize = 1_000_000;

/// So many neighbouring attributes of the top level belong to one shard.
const BLOCK: usize = 8;

/// Purpose of a walk.
pub(crate) struct Walk<'s> {
    pub(crate) checkout: &'s Checkout,
    pub(crate) selection: &'s Selection,
    /// The files that are read alone; `None` where the tree itself says what its packages are.
    pub(crate) alone: Option<&'s [AloneFile]>,
    /// Set to end the walk early.
    pub(crate) stop: &'s AtomicBool,
    /// Number of this shard and of all shards.
    pub(crate) shard: (usize, usize),
    /// Progress of the walk.
    pub(crate) progress: Progress,
}

/// Receives the attributes.
pub(crate) type Each<'e, 'a> = &'e mut dyn FnMut(&str, Found<'a>);

impl Walk<'_> {
    /// Calls `each` with every attribute from `resume` on, in the order of names. Returns where to go on with a new
    /// evaluator, or `None` at the end.
    pub(crate) fn discover<'a>(&self, eval: &Eval<'a>, resume: &[String], each: Each<'_, 'a>) -> Option<Vec<String>> {
        let set = match self.alone {
            None => package_set(self.checkout, eval).map(|set| {
                let (set, names) = listed::mark(self.checkout, eval, set);
                self.progress.shared.get_or_init(|| names.into_iter().map(str::to_owned).collect());
                set
            }),
            Some(files) => {
                library::install(self.checkout, eval);
                loose::alone(self.checkout, eval, files)
            }
        };
        match set {
            Ok(set) => self.set(eval, set, &mut Vec::new(), resume, each).break_value(),
            Err(error) if self.shard.0 == 0 => {
                each("", Found::Failed(words(error)));
                None
            }
            Err(_) => None,
        }
    }

    fn set<'a>(
        &self,
        eval: &Eval<'a>,
        set: &'a [Attr<'a>],
        place: &mut Vec<String>,
        resume: &[String],
        each: Each<'_, 'a>,
    ) -> ControlFlow<Vec<String>> {
        for (index, (name, attr)) in eval.sorted_names(set).into_iter().enumerate() {
            if self.stop.load(Ordering::Relaxed) {
                break;
            }
            let before = resume.first().is_some_and(|from| *name < **from);
            if before || !self.is_ours(place, name, index) {
                continue;
            }
            let inside = resume.first().is_some_and(|from| *name == **from);
            place.push(name.to_string());
            if !inside && self.progress.is_full(eval) {
                return ControlFlow::Break(place.clone());
            }
            let rest = if inside { &resume[1..] } else { &[] };
            let path = dotted(place);
            if self.selection.may_hold(&path) {
                self.attribute(eval, (set, attr), &path, place, rest, each)?;
            }
            place.pop();
        }
        ControlFlow::Continue(())
    }

    /// True where this shard looks at the attribute `name` of the set at `place`, the `index`th of it.
    fn is_ours(&self, place: &[String], name: &str, index: usize) -> bool {
        let (number, count) = self.shard;
        match place {
            [] => self.is_shared(name) || (index / BLOCK) % count == number,
            [set] => !self.is_shared(set) || (index / BLOCK) % count == number,
            _ => true,
        }
    }

    fn is_shared(&self, name: &str) -> bool {
        self.progress.shared.get().is_some_and(|shared| shared.iter().any(|one| one == name))
    }

    fn attribute<'a>(
        &self,
        eval: &Eval<'a>,
        (outer, attr): (&'a [Attr<'a>], &'a Attr<'a>),
        path: &str,
        place: &mut Vec<String>,
        resume: &[String],
        each: Each<'_, 'a>,
    ) -> ControlFlow<Vec<String>> {
        eval.refuel();
        match self.progress.total.replace(self.progress.total.get() + 1) {
            MOST_ATTRIBUTES => {
                each(path, Found::Failed(format!("more than {MOST_ATTRIBUTES} attributes; what follows is left out")));
                return ControlFlow::Continue(());
            }
            more if more > MOST_ATTRIBUTES => return ControlFlow::Continue(()),
            _ => {}
        }
        let found = match eval.force(attr.value) {
            Err(error) => failed(error),
            Ok(value @ Value::Opaque(opaque)) => match self.unknown(eval, opaque, place.len()) {
                Unknown::Package => Found::Package(attr.value, value),
                Unknown::Set { added, lost } => {
                    if let Some(why) = lost {
                        self.tell(path, Found::Failed(why.to_owned()), each);
                    }
                    return self.set(eval, added, place, resume, each);
                }
                Unknown::Else(found) => found,
            },
            Ok(value @ Value::Attrs(attrs)) => match eval.is_derivation(attrs) {
                Ok(true) => Found::Package(attr.value, value),
                Ok(false) if self.alone.is_some() && describes_package(eval, attrs) => {
                    Found::Package(attr.value, value)
                }
                Ok(false) => match self.inside(eval, outer, attr, attrs, path, place.len()) {
                    Inside::Enter => return self.set(eval, attrs, place, resume, each),
                    Inside::NoPackages => return ControlFlow::Continue(()),
                    Inside::Skip(why) => Found::Skipped(why),
                },
                Err(error) => failed(error),
            },
            // A function, a text, a number: not a package and no loss.
            Ok(_) => return ControlFlow::Continue(()),
        };
        match outside::is_passed_on(eval, attr) {
            true => self.tell_passed_on(place, each),
            false => self.tell(path, found, each),
        }
        ControlFlow::Continue(())
    }

    fn tell<'a>(&self, path: &str, found: Found<'a>, each: Each<'_, 'a>) {
        // A set that all shards look at is told by one of them.
        if self.selection.holds(path) && (self.shard.0 == 0 || !self.is_shared(path)) {
            each(path, found);
        }
    }

    /// One row for all that a set of the tree has from the nixpkgs behind it; at the top, one for each.
    fn tell_passed_on<'a>(&self, place: &[String], each: Each<'_, 'a>) {
        let path = dotted(&place[..(place.len() - 1).max(1)]);
        if place.len() == 1 || self.progress.passed_on.borrow_mut().insert(path.clone()) {
            self.tell(&path, Found::Skipped(outside::passed_on()), each);
        }
    }

    /// True where the walk goes through the package set of a nixpkgs.
    fn is_nixpkgs(&self) -> bool {
        self.checkout.layout == Layout::PackageSet && self.alone.is_none()
    }

    /// Description of an unknown value, `depth` sets further in.
    fn unknown<'a>(&self, eval: &Eval<'a>, opaque: &'a Opaque<'a>, depth: usize) -> Unknown<'a> {
        let conditions = Conditions::default();
        if built(eval, opaque, &conditions) || !self.is_nixpkgs() && states_license(eval, opaque) {
            return Unknown::Package;
        }
        let no_loss = opaque.why.loss != Loss::Missed;
        let followed = Conditions::default();
        if !self.is_nixpkgs() && no_loss && depth < MAX_DEPTH {
            // Additions of the tree to a scope from outside of it.
            if let Some(added) = outside::extension(eval, opaque, &followed) {
                return Unknown::Set { added, lost: followed.lost() };
            }
        }
        Unknown::Else(match conditions.lost().or(followed.lost()) {
            Some(why) => Found::Failed(why.to_owned()),
            None if opaque.why.loss == Loss::Repeated => Found::Repeated(opaque.why.text.to_owned()),
            None if no_loss => Found::Skipped(opaque.why.text.to_owned()),
            None => Found::Failed(opaque.why.text.to_owned()),
        })
    }

    fn inside<'a>(
        &self,
        eval: &Eval<'a>,
        outer: &'a [Attr<'a>],
        attr: &Attr<'a>,
        set: &'a [Attr<'a>],
        path: &str,
        depth: usize,
    ) -> Inside {
        if depth >= MAX_DEPTH {
            return Inside::Skip("a set inside of too many sets".to_owned());
        }
        if self.selection.asks_below(path) {
            return Inside::Enter;
        }
        if depth == 1 && !self.is_nixpkgs() && set.len() <= MAX_UNMARKED {
            return Inside::Enter;
        }
        if self.alone.is_some() && depth <= MAX_ALONE && set.len() <= MAX_UNMARKED {
            return Inside::Enter;
        }
        match lookup(set, eval.known.recurse).map(|attr| eval.force(attr.value)) {
            Some(Ok(Value::True)) => Inside::Enter,
            Some(Ok(Value::False)) if depth == 1 => match seen_elsewhere(eval, outer, attr, set) {
                Some(why) => Inside::Skip(why),
                None if set.len() > MAX_UNMARKED => {
                    let count = set.len();
                    Inside::Skip(format!("a set of {count} attributes that is marked not to be descended into"))
                }
                None => Inside::Enter,
            },
            Some(Err(error)) => Inside::Skip(words(error)),
            _ if depth == 1 && has_packages(eval, set) => {
                // A scope of a few packages may have a `stdenv` of its own.
                let is_large = set.len() * 2 > outer.len();
                let elsewhere = seen_elsewhere(eval, outer, attr, if is_large { set } else { &[] });
                Inside::Skip(elsewhere.unwrap_or_else(|| NOT_MARKED.to_owned()))
            }
            _ => Inside::NoPackages,
        }
    }
}

/// Why the packages of `set` are those of another attribute, if they are.
fn seen_elsewhere<'a>(eval: &Eval<'a>, outer: &'a [Attr<'a>], attr: &Attr<'a>, set: &'a [Attr<'a>]) -> Option<String> {
    if lookup(set, eval.known.stdenv).is_some() {
        return Some("a whole package set again".to_owned());
    }
    second_name(eval, outer, attr).map(|name| format!("the same set as {name}"))
}

/// True where something unknown was built by a call that states what a package states, whatever `conditions` are.
pub(super) fn built<'a>(eval: &Eval<'a>, opaque: &'a Opaque<'a>, conditions: &Conditions<'a>) -> bool {
    let is_built = |side: &&'a Thunk<'a>| match eval.force(side) {
        Ok(Value::Attrs(attrs)) => matches!(eval.is_derivation(attrs), Ok(true)),
        Ok(Value::Opaque(opaque)) => built(eval, opaque, conditions),
        _ => false,
    };
    let known = &eval.known;
    let states = |name| matches!(eval.known_attr(opaque, name), Ok(Some(Value::Str(_))));
    match opaque.shape {
        Shape::Cases(_, sides) => conditions.follow() && sides.iter().all(is_built),
        Shape::Over(base, _) if built(eval, base, conditions) => true,
        _ => states(known.name) || states(known.pname) || states(known.kind),
    }
}

/// True where something unknown was built by a call that states a license: in a tree without a package set, that is what
/// the call is about, even where the name is computed.
fn states_license<'a>(eval: &Eval<'a>, opaque: &'a Opaque<'a>) -> bool {
    match eval.known_attr(opaque, eval.known.meta) {
        Ok(Some(Value::Attrs(meta))) => lookup(meta, eval.known.license).is_some(),
        // `common.meta // { license = mit; }`, where `common` is not known.
        Ok(Some(Value::Opaque(meta))) => lookup(eval.surely(meta), eval.known.license).is_some(),
        _ => false,
    }
}

/// True for a set with the source, the name and the license of a package that something else builds: a module of a
/// server, a plugin.
fn describes_package<'a>(eval: &Eval<'a>, attrs: &'a [Attr<'a>]) -> bool {
    let known = &eval.known;
    let part = |name| lookup(attrs, name).and_then(|attr| eval.force(attr.value).ok());
    let is_named = [known.pname, known.name].iter().any(|name| matches!(part(*name), Some(Value::Str(_))));
    let meta = part(known.meta);
    is_named
        && lookup(attrs, known.src).is_some()
        && matches!(meta, Some(Value::Attrs(meta)) if lookup(meta, known.license).is_some())
}

/// Description of an unknown value.
enum Unknown<'a> {
    Package,
    /// Known members of a set, and the reason why they are not all.
    Set {
        added: &'a [Attr<'a>],
        lost: Option<&'a str>,
    },
    Else(Found<'a>),
}

/// True where one of the first attributes of `set` is a package.
fn has_packages<'a>(eval: &Eval<'a>, set: &'a [Attr<'a>]) -> bool {
    let is_package = |attr: &Attr<'a>| match eval.force(attr.value) {
        Ok(Value::Attrs(attrs)) => matches!(eval.is_derivation(attrs), Ok(true)),
        _ => false,
    };
    eval.sorted_names(set).into_iter().take(MAX_PROBED).any(|(_, attr)| is_package(attr))
}

/// Treatment of a set that is not a package itself.
enum Inside {
    Enter,
    /// It does not say that there are packages in it.
    NoPackages,
    /// There are, and they are left out.
    Skip(String),
}

/// The attribute of the same set that `attr` is a mere second name of: `emacsPackages = emacs26Packages;`, or any
/// other where it is bound in a file that holds nothing but second names.
fn second_name<'a>(eval: &Eval<'a>, outer: &'a [Attr<'a>], attr: &Attr<'a>) -> Option<&'a str> {
    if eval.files.find(attr.at).is_some_and(|(file, _)| file.path.ends_with("/aliases.nix")) {
        return Some("another, by an alias");
    }
    let text = eval.files.text(attr.value.origin.get())?;
    let name = eval.sym(text);
    (name != attr.name && lookup(outer, name).is_some()).then(|| eval.name(name))
}

/// The package set of a checkout, evaluated as far as its attribute names.
fn package_set<'a>(checkout: &Checkout, eval: &Eval<'a>) -> R<'a, &'a [Attr<'a>]> {
    library::install(checkout, eval);
    if checkout.layout != Layout::PackageSet {
        return loose::packages(checkout, eval);
    }
    let entry = checkout.root().join("default.nix");
    let file = eval.import(eval.str(&entry.to_string_lossy()))?;
    let value = match file {
        Value::Lambda(_) => eval.call(file, arguments(eval))?,
        other => other,
    };
    match value {
        Value::Attrs(attrs) => Ok(attrs),
        Value::Opaque(opaque) => eval.unknown_because(opaque.why),
        other => eval.fault(&format!("the entry is a {}, not a package set", other.type_name())),
    }
}

/// Arguments of the entry: the platform, and a configuration under which no package is refused.
pub(super) fn arguments<'a>(eval: &Eval<'a>) -> &'a Thunk<'a> {
    eval.done(eval.record(&[
        ("system", eval.done(Value::Str(eval.wide(eval.system)))),
        ("config", eval.done(allowed(eval))),
        ("overlays", eval.done(Value::NOTHING)),
    ]))
}

/// A configuration under which no package is refused.
pub(super) fn allowed<'a>(eval: &Eval<'a>) -> Value<'a> {
    let yes = eval.done(Value::True);
    eval.record(&[("allowUnfree", yes), ("allowBroken", yes), ("allowUnsupportedSystem", yes)])
}

/// The path as Nix prints it: a name that is no identifier is quoted.
fn dotted(place: &[String]) -> String {
    place.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(".")
}

/// A name as a step of a path.
pub(super) fn quoted(name: &str) -> String {
    match !name.is_empty() && !name.contains(['.', '"', ' ', '/', '$']) {
        true => name.to_owned(),
        false => format!("\"{name}\""),
    }
}

fn failed<'a>(error: &Error<'a>) -> Found<'a> {
    match error.kind {
        ErrorKind::Throw => Found::Skipped(format!("throws: {}", words(error))),
        _ => Found::Failed(words(error)),
    }
}

/// The first line of what went wrong.
pub(crate) fn words(error: &Error<'_>) -> String {
    error.text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("no reason given").to_owned()
}
