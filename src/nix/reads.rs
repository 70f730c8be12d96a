//! What a value was computed from: the files, folders and bindings that were looked at on the way to it.
//!
//! Nothing is evaluated that nobody asks for, so a value depends on what was looked at for it and on nothing else. It
//! is known of each thunk, so that what was computed for one package counts for all that use it. Sets of reads are
//! numbers here: most thunks share theirs. Recorded only where somebody asks for it ([`Eval::trace`]).

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use rustc_hash::FxBuildHasher;
use serde::{Deserialize, Serialize};

use super::eval::Eval;
use super::files::{File, GIT};
use super::symbol::Sym;
use super::syntax;
use super::syntax::ast::Expr;
use super::value::{State, Thunk};

/// One thing that an evaluation looked at. Paths are below the root of the checkout, where they are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Read {
    /// What is at a path; of a file, the code but for the bindings of large sets.
    Path(String),
    /// The bytes of a file.
    Bytes(String),
    /// The names in a folder.
    Folder(String),
    /// The binding of this name in a large set of a file.
    Binding(String, String),
    /// Whether a set has this name, which stands in no code.
    Name(String),
    /// All names of a large set.
    Names,
    /// Something of which nobody can tell whether it changed.
    Beyond,
}

/// The number of a set of reads. Zero is the empty one.
pub type ReadSet = u32;

/// What was going on before something else began.
#[derive(Clone, Copy)]
pub struct Before {
    current: ReadSet,
    is_node: bool,
}

/// The reads of one evaluator.
#[derive(Default)]
pub struct Reads {
    /// What was read so far for what is being computed.
    current: Cell<ReadSet>,
    /// True where the thunk that is being computed stands for a file or a binding: others refer to it as one thing.
    is_node: Cell<bool>,
    known: RefCell<Known>,
}

type FxMap<K, V> = HashMap<K, V, FxBuildHasher>;

/// A member of a set.
enum Member {
    Read(Read),
    /// Everything in this set.
    Node(ReadSet),
}

struct Known {
    members: Vec<Member>,
    by_read: FxMap<Read, u32>,
    sets: Vec<Rc<[u32]>>,
    by_content: FxMap<Rc<[u32]>, ReadSet>,
    unions: FxMap<(ReadSet, ReadSet), ReadSet>,
    of_thunks: FxMap<usize, Box<[ReadSet]>>,
    /// The bindings of large sets, by where their values begin.
    bindings: FxMap<u32, (Rc<str>, Sym)>,
    by_name: FxMap<Sym, ReadSet>,
    /// Folders, and whether a link leads there.
    linked: FxMap<String, bool>,
}

impl Default for Known {
    fn default() -> Self {
        Known {
            members: Vec::new(),
            by_read: FxMap::default(),
            sets: vec![Rc::from([])],
            by_content: FxMap::default(),
            unions: FxMap::default(),
            of_thunks: FxMap::default(),
            bindings: FxMap::default(),
            by_name: FxMap::default(),
            linked: FxMap::default(),
        }
    }
}

/// So many thunks that may lie beside each other have their sets beside each other.
const REGION: usize = 1 << 17;

/// Where the set of `thunk` is kept.
fn place(thunk: &Thunk<'_>) -> (usize, usize) {
    // Thunks do not overlap: no two have the same number.
    let number = std::ptr::from_ref(thunk).addr() / size_of::<Thunk<'_>>();
    (number / REGION, number % REGION)
}

impl Known {
    fn member(&mut self, read: Read) -> ReadSet {
        let number = match self.by_read.get(&read) {
            Some(number) => *number,
            None => {
                let number = self.push(Member::Read(read.clone()));
                self.by_read.insert(read, number);
                number
            }
        };
        self.set(&[number])
    }

    fn push(&mut self, member: Member) -> u32 {
        self.members.push(member);
        u32::try_from(self.members.len() - 1).unwrap_or(u32::MAX)
    }

    fn set(&mut self, members: &[u32]) -> ReadSet {
        if let Some(set) = self.by_content.get(members) {
            return *set;
        }
        let set = u32::try_from(self.sets.len()).unwrap_or(u32::MAX);
        let members: Rc<[u32]> = members.into();
        self.sets.push(members.clone());
        self.by_content.insert(members, set);
        set
    }

    fn union(&mut self, a: ReadSet, b: ReadSet) -> ReadSet {
        if a == b || b == 0 {
            return a;
        }
        if a == 0 {
            return b;
        }
        let key = (a.min(b), a.max(b));
        if let Some(known) = self.unions.get(&key) {
            return *known;
        }
        let all = merged(&self.sets[a as usize], &self.sets[b as usize]);
        let union = self.set(&all);
        self.unions.insert(key, union);
        union
    }
}

/// What is in one of two sorted lists.
fn merged(mut a: &[u32], mut b: &[u32]) -> Vec<u32> {
    let mut all = Vec::with_capacity(a.len() + b.len());
    while let ([first_a, rest_a @ ..], [first_b, rest_b @ ..]) = (a, b) {
        all.push(*first_a.min(first_b));
        if first_a <= first_b {
            a = rest_a;
        }
        if first_b <= first_a {
            b = rest_b;
        }
    }
    all.extend_from_slice(a);
    all.extend_from_slice(b);
    all
}

impl Reads {
    /// Notes that what is being computed looked at `read`.
    fn add(&self, read: Read) {
        let mut known = self.known.borrow_mut();
        let set = known.member(read);
        self.join(&mut known, set);
    }

    /// Notes that what is being computed looked at `set`.
    fn join(&self, known: &mut Known, set: ReadSet) {
        self.current.set(known.union(self.current.get(), set));
    }

    /// Begins something whose reads are told apart.
    pub fn begin(&self) -> Before {
        Before { current: self.current.replace(0), is_node: self.is_node.replace(false) }
    }

    /// Ends it: goes on with what was before, and gives what was read since.
    pub fn end(&self, before: Before) -> ReadSet {
        self.is_node.set(before.is_node);
        self.current.replace(before.current)
    }

    /// The reads in `set`.
    pub fn all(&self, set: ReadSet, each: &mut dyn FnMut(u32)) {
        let known = self.known.borrow();
        let mut seen = vec![false; known.members.len()];
        let mut left = vec![set];
        while let Some(set) = left.pop() {
            for member in known.sets[set as usize].iter().copied() {
                if !std::mem::replace(&mut seen[member as usize], true) {
                    match &known.members[member as usize] {
                        Member::Read(_) => each(member),
                        Member::Node(set) => left.push(*set),
                    }
                }
            }
        }
    }

    /// The read with this number.
    pub fn read(&self, number: u32) -> Option<Read> {
        match self.known.borrow().members.get(number as usize)? {
            Member::Read(read) => Some(read.clone()),
            Member::Node(_) => None,
        }
    }

    /// What is known of `thunk` is used.
    pub(super) fn used(&self, thunk: &Thunk<'_>) {
        let (region, at) = place(thunk);
        let mut known = self.known.borrow_mut();
        let set = known.of_thunks.get(&region).map_or(0, |region| region[at]);
        if set != 0 && set != self.current.get() {
            self.join(&mut known, set);
        }
    }

    /// `thunk`, which is in `state`, is going to be computed; `None` where that was tried before.
    pub(super) fn computing<'a>(&self, eval: &Eval<'a>, thunk: &Thunk<'a>, state: &State<'a>) -> Option<Before> {
        match state {
            State::Done(_) | State::Failed(_) => {
                self.used(thunk);
                return None;
            }
            State::Busy => return None,
            _ => {}
        }
        let before = self.begin();
        if let State::Expr(expr, _) = state {
            let binding = self.known.borrow().bindings.get(&expr.loc.start).cloned();
            if let Some((file, name)) = binding {
                self.add(Read::Binding(file.to_string(), eval.name(name).to_owned()));
                self.is_node.set(true);
            }
        }
        Some(before)
    }

    /// `thunk` was computed: what was read for it counts for what needed it.
    pub(super) fn computed(&self, thunk: &Thunk<'_>, before: Before) {
        let mut known = self.known.borrow_mut();
        let mut set = self.current.replace(before.current);
        if self.is_node.replace(before.is_node) && known.sets[set as usize].len() > 1 {
            let node = known.push(Member::Node(set));
            set = known.set(&[node]);
        }
        if set == 0 {
            return;
        }
        let (region, at) = place(thunk);
        known.of_thunks.entry(region).or_insert_with(|| vec![0; REGION].into())[at] = set;
        self.current.set(known.union(before.current, set));
    }

    /// The file is evaluated: its large sets are known by their bindings.
    fn opened(&self, shown: &str, expr: &Expr) {
        let file: Rc<str> = shown.into();
        let bindings = syntax::large_bindings(expr).into_iter();
        self.known.borrow_mut().bindings.extend(bindings.map(|entry| (entry.value, (file.clone(), entry.name))));
    }
}

impl<'a> Eval<'a> {
    /// Records from now on what is read.
    pub fn trace(&self) {
        self.reads.get_or_init(Reads::default);
    }

    /// What is being computed looked at what lies at `path`.
    pub(super) fn looked_at(&self, read: fn(String) -> Read, path: &str) {
        let Some(reads) = self.reads.get() else { return };
        reads.add(read(self.shown(path)));
        if self.is_beyond(reads, path) {
            reads.add(Read::Beyond);
        }
    }

    /// What is being computed is the value of `file`.
    pub(super) fn opened(&self, file: &File, expr: &Expr) {
        if let Some(reads) = self.reads.get() {
            reads.is_node.set(true);
            reads.opened(&self.shown(&file.path), expr);
        }
    }

    /// A name that stands in no code was looked for in a set.
    pub fn asked_for(&self, name: Sym) {
        let Some(reads) = self.reads.get() else { return };
        let mut known = reads.known.borrow_mut();
        let set = match known.by_name.get(&name) {
            Some(set) => *set,
            None => {
                let set = known.member(Read::Name(self.name(name).to_owned()));
                known.by_name.insert(name, set);
                set
            }
        };
        reads.join(&mut known, set);
    }

    /// All names of a set of `count` names that stand in code were looked at.
    pub(super) fn enumerated(&self, count: impl FnOnce() -> usize) {
        if let Some(reads) = self.reads.get().filter(|_| count() >= syntax::LARGE) {
            reads.add(Read::Names);
        }
    }

    /// True where what lies at `path` may change without a change of that path: a link leads there, or git has it.
    fn is_beyond(&self, reads: &Reads, path: &str) -> bool {
        path.split('/').any(|part| part == GIT) || self.is_link(path) || self.is_linked(reads, path)
    }

    fn is_link(&self, path: &str) -> bool {
        self.files.disk.is_link(path)
    }

    /// True where a folder above `path` is a link.
    fn is_linked(&self, reads: &Reads, path: &str) -> bool {
        let Some((folder, _)) = path.rsplit_once('/').filter(|_| self.files.is_inside(path)) else { return false };
        if let Some(linked) = reads.known.borrow().linked.get(folder) {
            return *linked;
        }
        let is_root = std::path::Path::new(folder) == self.files.root();
        let linked = !is_root && (self.is_link(folder) || self.is_linked(reads, folder));
        reads.known.borrow_mut().linked.insert(folder.to_owned(), linked);
        linked
    }
}
