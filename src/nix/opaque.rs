//! Values of which only some attributes are known, and the results of `overrideAttrs` on them.

use super::eval::Eval;
use super::symbol::Sym;
use super::syntax::ast::Loc;
use super::value::{Attr, Loss, Opaque, Prim, R, Shape, State, Thunk, Value, Why, lookup};

/// The `type` of every package.
const DERIVATION: &str = "derivation";

/// Arguments that only the builder of Haskell's packages takes (`pkgs/development/haskell-modules/generic-builder.nix`).
const OF_HASKELL: [&str; 9] = [
    "isLibrary",
    "isExecutable",
    "buildDepends",
    "libraryHaskellDepends",
    "executableHaskellDepends",
    "testHaskellDepends",
    "librarySystemDepends",
    "executableSystemDepends",
    "hydraPlatforms",
];

impl<'a> Eval<'a> {
    /// The attribute `name` of something opaque.
    pub fn select_opaque(&self, opaque: &'a Opaque<'a>, name: Sym) -> R<'a, Value<'a>> {
        if let Some(value) = self.known_attr(opaque, name)? {
            return Ok(value);
        }
        if name == self.known.lib
            && let Some(lib) = self.lib.get()
        {
            return self.force(lib);
        }
        if (name == self.known.call_package || name == self.known.call_packages)
            && let Some(function) = self.call_package.get()
        {
            return self.force(function);
        }
        if self.is_override(name) {
            return Ok(self.override_build(opaque, self.done(Value::Opaque(opaque))));
        }
        Ok(self.opaque_because(opaque.why))
    }

    /// Result of calling an opaque value with `argument`: a build that remembers it, where no more is known.
    pub(super) fn call_opaque(&self, opaque: &'a Opaque<'a>, argument: &'a Thunk<'a>) -> R<'a, Value<'a>> {
        self.has_called_unknown.set(true);
        match self.functor_of(opaque)? {
            Some(functor) => self.call2(functor, self.done(Value::Opaque(opaque)), argument),
            None if self.may_be_known_function(opaque) => {
                let Shape::Cases(condition, sides) = opaque.shape else { return self.unknown_because(opaque.why) };
                Ok(self.each_case(opaque.why, condition, sides, move |eval, side| eval.call(side, argument)))
            }
            None => match opaque.shape {
                Shape::Build(earlier) => Ok(self.opaque_as(opaque.why, Shape::Build(self.telling(earlier, argument)))),
                _ => Ok(self.opaque_as(opaque.why, Shape::Build(argument))),
            },
        }
    }

    /// The one of two arguments of an unknown builder that says what is built: a script comes behind the attributes.
    fn telling(&self, earlier: &'a Thunk<'a>, later: &'a Thunk<'a>) -> &'a Thunk<'a> {
        let telling = self.native(move |eval| match eval.force(later)? {
            Value::Str(_) | Value::Tainted(_) | Value::Path(_) => eval.force(earlier),
            later => Ok(later),
        });
        telling.origin.set(later.origin.get());
        telling
    }

    /// True for a function on an unknown condition that is known on one side of it.
    fn may_be_known_function(&self, opaque: &'a Opaque<'a>) -> bool {
        let Shape::Cases(_, sides) = opaque.shape else { return false };
        sides.iter().any(|side| match self.aside(|| self.force(side)) {
            Ok(Value::Opaque(side)) => self.may_be_known_function(side),
            side => side.is_ok(),
        })
    }

    /// The `__functor` that something unknown was given.
    pub(super) fn functor_of(&self, opaque: &'a Opaque<'a>) -> R<'a, Option<Value<'a>>> {
        match added(opaque, self.known.functor) {
            Ok(attr) => self.force(attr.value).map(Some),
            Err(_) => Ok(None),
        }
    }

    /// Value under an unknown condition, with `change` applied to either branch.
    pub(super) fn each_case(
        &self,
        why: Why<'a>,
        condition: Loc,
        sides: [&'a Thunk<'a>; 2],
        change: impl Fn(&Eval<'a>, Value<'a>) -> R<'a, Value<'a>> + Copy + 'a,
    ) -> Value<'a> {
        let changed = sides.map(|side| {
            let changed = self.native(move |eval| change(eval, eval.force(side)?));
            changed.origin.set(side.origin.get());
            changed
        });
        self.opaque_as(why, Shape::Cases(condition, changed))
    }

    /// The attribute `name` of something opaque, where it is known all the same.
    pub fn known_attr(&self, opaque: &'a Opaque<'a>, name: Sym) -> R<'a, Option<Value<'a>>> {
        let opaque = match added(opaque, name) {
            Ok(attr) => return self.force(attr.value).map(Some),
            Err(base) => base,
        };
        match opaque.shape {
            Shape::Plain | Shape::Members(_) | Shape::Over(..) => Ok(None),
            Shape::Cases(..) => self.attr_of_cases(opaque, name).map(Some),
            Shape::Build(argument) => self.attr_of_build(opaque, argument, name),
        }
    }

    /// The attribute `name` of a value under an unknown condition. Kept: where conditions lie in each other, each step
    /// would be taken once for every way that leads to it.
    fn attr_of_cases(&self, opaque: &'a Opaque<'a>, name: Sym) -> R<'a, Value<'a>> {
        let Shape::Cases(condition, sides) = opaque.shape else { return Ok(self.opaque_because(opaque.why)) };
        let key = (std::ptr::from_ref(opaque).addr(), name);
        if let Some((value, last)) = self.of_cases.borrow().get(&key).copied() {
            self.last.set(last);
            return Ok(value);
        }
        let parts = sides.map(|side| self.thunk(State::Select(side, name), side.origin.get()));
        let value = match self.aside(|| parts.map(|part| self.force(part))) {
            // A value of both sides does not depend on the condition.
            [Ok(first), Ok(second)] if is_same(first, second) => self.where_written(sides[0], name, first)?,
            _ => self.opaque_as(opaque.why, Shape::Cases(condition, parts)),
        };
        self.of_cases.borrow_mut().insert(key, (value, self.last.get()));
        Ok(value)
    }

    /// `value`, the attribute `name` of a set, as computed last where it is written.
    fn where_written(&self, set: &'a Thunk<'a>, name: Sym, value: Value<'a>) -> R<'a, Value<'a>> {
        match self.force(set)? {
            Value::Attrs(attrs) => match lookup(attrs, name) {
                Some(attr) => self.force(attr.value),
                None => Ok(value),
            },
            _ => Ok(value),
        }
    }

    /// An unknown builder's result takes its attributes from the argument: `meta`, the names, the source, what is
    /// done to it and what is brought along.
    fn attr_of_build(&self, opaque: &'a Opaque<'a>, argument: &'a Thunk<'a>, name: Sym) -> R<'a, Option<Value<'a>>> {
        let known = &self.known;
        if self.is_override(name) {
            return Ok(Some(self.override_build(opaque, argument)));
        }
        let names = [known.meta, known.name, known.pname, known.version, known.src, known.srcs, known.passthru];
        let parts = [known.source_root, known.mod_root, known.build_subdir];
        let changes = [known.patches, known.post_unpack, known.pre_patch, known.post_patch];
        let crates = [known.cargo_hash, known.cargo_sha256, known.cargo_lock];
        let modules = [known.vendor_hash, known.vendor_sha256, known.npm_deps_hash];
        let installs = [known.install_phase, known.pre_install, known.post_install, known.pre_fixup, known.post_fixup];
        let is_kind = name == known.kind;
        if !is_kind && ![&names[..], &parts, &changes, &installs, &crates, &modules].concat().contains(&name) {
            return Ok(None);
        }
        match self.given(opaque, argument)? {
            // A value that is given a name like a package's is one.
            Value::Attrs(attrs) if is_kind => {
                let named = lookup(attrs, known.pname).or_else(|| lookup(attrs, known.name));
                let named = named.map(|attr| self.force(attr.value)).transpose()?;
                Ok(matches!(named, Some(Value::Str(_))).then_some(Value::Str(&DERIVATION)))
            }
            Value::Attrs(attrs) => match lookup(attrs, name) {
                Some(attr) => self.force(attr.value).map(Some),
                None if name == known.meta => Ok(self.meta_of_haskell(attrs)),
                None => Ok(None),
            },
            // `unknown // { meta = .. }`: of what was added, all is known.
            Value::Opaque(given) => added(given, name).ok().map(|attr| self.force(attr.value)).transpose(),
            _ => Ok(None),
        }
    }

    /// The set that an unknown builder was given.
    fn given(&self, opaque: &'a Opaque<'a>, argument: &'a Thunk<'a>) -> R<'a, Value<'a>> {
        match self.force(argument)? {
            // `finalAttrs: { .. }`: the function sees the result of the very build it describes.
            // One that names what it wants of that result may ask for itself: counted like any other nesting.
            // Called once: each reference of the result to itself would call it again, and those references nest.
            function @ Value::Lambda(_) => {
                let place = std::ptr::from_ref(opaque).addr();
                if let Some(known) = self.given.borrow().get(&place) {
                    return Ok(*known);
                }
                let given = self.deeper(|| self.call(function, self.done(Value::Opaque(opaque))))?;
                self.given.borrow_mut().insert(place, given);
                Ok(given)
            }
            given => Ok(given),
        }
    }

    /// The `meta` that the builder of Haskell's packages, as `cabal2nix` calls it, makes of `given`; another builder may
    /// mean anything by an argument `license`.
    fn meta_of_haskell(&self, given: &'a [Attr<'a>]) -> Option<Value<'a>> {
        let has = |name: &&str| lookup(given, self.sym(name)).is_some();
        let license = lookup(given, self.known.license).filter(|_| OF_HASKELL.iter().any(has))?;
        Some(Value::Attrs(self.wide(self.bump.alloc_slice_copy(&[*license]))))
    }

    /// The attributes that `//` added to something opaque: it has them for sure.
    pub fn surely(&self, opaque: &'a Opaque<'a>) -> &'a [Attr<'a>] {
        match opaque.shape {
            Shape::Over(base, attrs) => self.merge(self.surely(base), attrs),
            _ => &[],
        }
    }

    /// True for something opaque that is a set, whatever else it is.
    pub(super) fn is_surely_set(&self, opaque: &'a Opaque<'a>) -> bool {
        match opaque.shape {
            Shape::Over(..) => true,
            Shape::Build(_) => matches!(self.known_attr(opaque, self.known.kind), Ok(Some(Value::Str(_)))),
            _ => false,
        }
    }

    /// A set of which only `attrs` are known.
    pub(super) fn set_with(&self, why: Why<'a>, attrs: &'a [Attr<'a>]) -> Value<'a> {
        let base = self.bump.alloc(Opaque { why, shape: Shape::Plain });
        Value::Opaque(self.bump.alloc(Opaque { why, shape: Shape::Over(base, attrs) }))
    }

    /// The attribute `name` of something opaque when it is asked for, where something is known of it.
    pub(super) fn known_later(&self, opaque: &'a Opaque<'a>, name: Sym) -> R<'a, Option<&'a Thunk<'a>>> {
        match added(opaque, name) {
            Ok(attr) => Ok(Some(attr.value)),
            Err(_) => Ok(self.known_attr(opaque, name)?.map(|value| self.done(value))),
        }
    }

    /// The argument of the unknown function that built something, whatever was added to the result.
    pub fn built_of(&self, opaque: &Opaque<'a>) -> Option<&'a Thunk<'a>> {
        match opaque.shape {
            Shape::Build(argument) => Some(argument),
            Shape::Over(base, _) => self.built_of(base),
            _ => None,
        }
    }

    /// The attributes that the builder of something opaque was given.
    pub fn build_attrs(&self, opaque: &'a Opaque<'a>) -> R<'a, Option<&'a [Attr<'a>]>> {
        let mut opaque = opaque;
        while let Shape::Over(base, _) = opaque.shape {
            opaque = base;
        }
        match opaque.shape {
            Shape::Build(argument) => match self.given(opaque, argument)? {
                Value::Attrs(attrs) => Ok(Some(attrs)),
                _ => Ok(None),
            },
            _ => Ok(None),
        }
    }

    fn is_override(&self, name: Sym) -> bool {
        name == self.known.override_attrs || name == self.known.override_python_attrs
    }

    /// `overrideAttrs` of an unknown build: the argument is changed, the builder stays.
    fn override_build(&self, opaque: &'a Opaque<'a>, argument: &'a Thunk<'a>) -> Value<'a> {
        let args = self.bump.alloc_slice_copy(&[self.done(Value::Opaque(opaque)), argument]);
        Value::Prim(self.bump.alloc(Prim { name: "overrideAttrs", arity: 3, code: rebuild, args }))
    }
}

/// True where both are one value in memory.
fn is_same<'a>(a: Value<'a>, b: Value<'a>) -> bool {
    match (a, b) {
        (Value::Attrs(a), Value::Attrs(b)) => std::ptr::eq(*a, *b) && !a.is_empty(),
        (Value::Lambda(a), Value::Lambda(b)) => std::ptr::eq(a, b),
        (Value::Opaque(a), Value::Opaque(b)) => std::ptr::eq(a, b),
        (Value::Str(a), Value::Str(b)) => a == b,
        _ => false,
    }
}

/// The attribute `name` that `//` added to something opaque, or else what all of it was added to.
pub(super) fn added<'a>(mut opaque: &'a Opaque<'a>, name: Sym) -> Result<&'a Attr<'a>, &'a Opaque<'a>> {
    while let Shape::Over(base, attrs) = opaque.shape {
        if let Some(attr) = lookup(attrs, name) {
            return Ok(attr);
        }
        opaque = base;
    }
    Err(opaque)
}

/// The build with its argument changed, by a set or by a function of what it was.
fn rebuild<'a>(eval: &Eval<'a>, args: &[&'a Thunk<'a>]) -> R<'a, Value<'a>> {
    let &[build, argument, change] = args else { return eval.fault("overrideAttrs without its arguments") };
    let why = match eval.force(build)? {
        Value::Opaque(opaque) => opaque.why,
        _ => Why { loss: Loss::Missed, text: "an unknown builder" },
    };
    let mut changed = eval.force(change)?;
    if let Value::Lambda(_) = changed {
        let change = changed;
        changed = eval.call(change, argument)?;
        if let Value::Lambda(_) = changed {
            // `finalAttrs: previousAttrs: { .. }`: what becomes of the build is not known while it is changed.
            changed = eval.call2(change, eval.done(eval.opaque_because(why)), argument)?;
        }
    }
    let build = match eval.update(eval.force(argument)?, changed)? {
        // Nothing is known of the build but what is changed.
        known @ Value::Opaque(_) => known,
        merged => eval.opaque_as(why, Shape::Build(eval.done(merged))),
    };
    // Only packages are changed like that.
    eval.update(build, eval.record(&[("type", eval.done(Value::Str(&DERIVATION)))]))
}
