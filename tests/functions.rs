//! Functions inside of functions: what is computed once is what Nix computes anew in every call.

use super::differential::{differ_from_nix, seeds};
use super::evaluator::{Answer, evaluate};

/// How many expressions are generated; of 5,000, none differed.
const EXPRESSIONS: u64 = 500;
const DEPTH: u32 = 6;

/// Few names, so that they hide each other.
const NAMES: [&str; 4] = ["a", "b", "c", "d"];

/// Makes expressions of numbers in which names of functions, `let`, `rec` and `with` hide each other.
struct Maker {
    state: u64,
    /// Names that stand for a number.
    scope: Vec<&'static str>,
}

impl Maker {
    fn expression(seed: u64) -> String {
        let mut maker = Maker { state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1, scope: Vec::new() };
        let items: Vec<String> = (0..3).map(|_| maker.number(DEPTH)).collect();
        format!("[ {} ]", items.join(" "))
    }

    fn below(&mut self, limit: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 11) as usize % limit
    }

    fn name(&mut self) -> &'static str {
        NAMES[self.below(NAMES.len())]
    }

    /// What `make` gives where these names stand for numbers too.
    fn with(&mut self, names: &[&'static str], make: impl FnOnce(&mut Self) -> String) -> String {
        let outside = self.scope.len();
        self.scope.extend(names);
        let made = make(self);
        self.scope.truncate(outside);
        made
    }

    /// What `make` gives where `name` must not be used.
    fn without(&mut self, name: &str, make: impl FnOnce(&mut Self) -> String) -> String {
        let outside = self.scope.clone();
        self.scope.retain(|known| *known != name);
        let made = make(self);
        self.scope = outside;
        made
    }

    /// A number, in parentheses where it needs them.
    fn number(&mut self, depth: u32) -> String {
        if depth == 0 || self.below(5) == 0 {
            return match self.scope.is_empty() || self.below(4) == 0 {
                true => self.below(10).to_string(),
                false => {
                    let at = self.below(self.scope.len());
                    self.scope[at].to_owned()
                }
            };
        }
        let inner = depth - 1;
        match self.below(9) {
            0 => format!("({} + {})", self.number(inner), self.number(inner)),
            1 => format!("({} - {} * 2)", self.number(inner), self.number(inner)),
            2 => {
                let (first, second) = (self.name(), self.name());
                let body = self.with(&[first, second], |maker| maker.number(inner));
                format!("(({first}: {second}: {body}) {} {})", self.number(inner), self.number(inner))
            }
            3 => self.called_in_parts(inner),
            4 => self.pattern(inner),
            5 => {
                let name = self.name();
                let value = self.without(name, |maker| maker.number(inner));
                let body = self.with(&[name], |maker| maker.number(inner));
                format!("(let {name} = {value}; in {body})")
            }
            6 => {
                let name = self.name();
                let value = self.number(inner);
                // What is bound around `with` counts more than what it brings.
                let body = self.with(&[name], |maker| maker.number(inner));
                format!("(with {{ {name} = {value}; }}; {body})")
            }
            7 => {
                let name = self.name();
                let body = self.with(&[name], |maker| maker.number(inner));
                let list = format!("(builtins.map ({name}: {body}) [ 1 {} ])", self.number(inner));
                format!("(builtins.foldl' (a: b: a + b) 0 {list})")
            }
            _ => {
                let name = self.name();
                let value = self.without(name, |maker| maker.number(inner));
                let function = self.with(&[name, "e"], |maker| maker.number(inner));
                format!("((rec {{ {name} = {value}; f = e: {function}; }}).f {})", self.number(inner))
            }
        }
    }

    /// A function of three arguments that gets them in parts, several times.
    fn called_in_parts(&mut self, depth: u32) -> String {
        let (first, second, third) = (self.name(), self.name(), self.name());
        let body = self.with(&[first, second, third], |maker| maker.number(depth));
        let (one, two, three) = (self.number(depth), self.number(depth), self.number(depth));
        format!(
            "(let f = {first}: {second}: {third}: {body}; g = f {one}; h = g {two}; in h {three} + g 1 {two} + f 2 3 {one})"
        )
    }

    /// A function of a set, with a default.
    fn pattern(&mut self, depth: u32) -> String {
        let default = self.without("b", |maker| maker.with(&["a"], |maker| maker.number(depth)));
        let body = self.with(&["a", "b"], |maker| maker.number(depth));
        let value = self.number(depth);
        let given = if self.below(2) == 0 { String::new() } else { format!("b = {}; ", self.number(depth)) };
        format!("(({{ a, b ? {default} }}@all: {body} + all.a) {{ a = {value}; {given}}})")
    }
}

#[test]
#[ignore = "needs nix-instantiate"]
fn functions_inside_of_functions_have_the_value_that_nix_gives() {
    let expressions: Vec<String> = seeds(EXPRESSIONS).map(Maker::expression).collect();
    let unknown = differ_from_nix(&expressions);
    assert_eq!(unknown, 0, "nothing in them is unknown");
}

fn values(expressions: &[&str]) -> Vec<String> {
    let expressions: Vec<String> = expressions.iter().map(|expression| (*expression).to_owned()).collect();
    let said = |answer: &Answer| match answer {
        Answer::Value(value) => value.to_string(),
        other => format!("{other:?}"),
    };
    evaluate(&expressions, &[]).iter().map(said).collect()
}

#[test]
fn what_a_function_computes_alike_in_every_call_is_computed_once() {
    // Computed anew in each of a thousand calls it takes more steps than one package may.
    let slow = "builtins.length (builtins.filter (i: i != 7) (builtins.genList (i: i) 20000))";
    let expression = format!(
        "let f = x: y: {slow} + x; in builtins.foldl' (a: b: a + b) 0 (map (x: f x 0) (builtins.genList (i: i) 1000))"
    );
    assert_eq!(values(&[&expression]), [(1000 * 19_999 + 499_500).to_string()]);
}

#[test]
fn functions_may_lie_inside_of_many_others() {
    let sum = "x0 + x61 + x62 + x63 + x64 + x65 + x99 + (y: x63 + x64) 0";
    let nested = (0..100).rev().fold(sum.to_owned(), |body, at| format!("(x{at}: {body} + (z: x{at} - x0) 0) {at}"));
    // The sum, and what each function adds.
    let wanted = 61 + 62 + 63 + 64 + 65 + 99 + 63 + 64 + (0..100).sum::<i32>();
    assert_eq!(values(&[&nested]), [wanted.to_string()]);
}

#[test]
fn arguments_may_come_one_by_one_or_all_at_once() {
    let many = "(a: b: c: d: e: f: g: h: i: j: [ a b c d e f g h i j ]) 1 2 3 4 5 6 7 8 9 10";
    let cases = [
        (many, "[1,2,3,4,5,6,7,8,9,10]"),
        ("(a: a: a) 1 2", "2"),
        ("(a: b: a) 1 (throw \"never\")", "1"),
        (
            "let s = { __functor = self: a: b: self.k + a * b; k = 10; }; in [ (s 3 4) (map (s 2) [ 1 2 ]) ]",
            "[22,[12,14]]",
        ),
        ("builtins.functionArgs (a: { b, c ? 1 }: a)", "{}"),
        ("builtins.functionArgs ((a: { b, c ? 1 }: a) 1)", "{\"b\":false,\"c\":true}"),
        ("(a: { b ? a + 1, c ? b }: d: [ a b c d ]) 1 { c = 5; } 6", "[1,2,5,6]"),
        ("let f = x: if x then (throw \"a\") + 1 else 2; in f false", "2"),
        ("let f = x: y: z: x; in builtins.isFunction (f 1 2)", "true"),
        ("(builtins.tryEval (let f = x: (throw \"a\") + 1; in f 1)).success", "false"),
    ];
    let (expressions, wanted): (Vec<_>, Vec<_>) = cases.into_iter().unzip();
    assert_eq!(values(&expressions), wanted);
}
