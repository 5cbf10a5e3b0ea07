//! What is found at places of small functions.

use super::*;
use crate::clang::Kind;
use crate::source::{Tree, Unit};

fn sites(body: &str) -> Sites {
    let text = "struct s { int a, b; struct s *next; char name[8]; }; struct s *kept; int n;\n\
                void *malloc(unsigned long); int other(struct s *); extern void end(void);\n";
    let unit = Unit {
        path: "a.c".into(),
        directory: "/nowhere".into(),
        text: format!("{text}{body}\n"),
        compiler: "gcc".into(),
        flags: vec![],
        preprocessor: vec![],
    };
    let (unit, _) = crate::merge::merge(&Tree { root: "/nowhere".into(), units: vec![unit] }).unwrap();
    let program = crate::model::model(unit, String::new()).unwrap();
    let id = program.own(Kind::Function).find(|&id| program.items[id].original == "f").unwrap();
    Sites::of(&program, id, &Known::of(&program))
}

fn uses(body: &str) -> Vec<String> {
    sites(body).parameters[0].uses.iter().cloned().collect()
}

#[test]
fn members_are_told_apart() {
    let read = uses("int f(struct s *p) { return p->a; }");
    assert_eq!(read, ["read parameter0->a"]);
    let deep = uses("void f(struct s *p) { struct s *q = p->next; q->b = 1; }");
    assert_eq!(deep, ["read parameter0->next", "write q->b"]);
    assert_eq!(uses("int f(struct s *p) { return !p; }"), ["it is looked at"]);
    assert_eq!(uses("int f(const int *p) { return *p * 2; }"), ["read *parameter0"]);
}

#[test]
fn what_is_given_away_is_known() {
    let given = |body: &str| sites(body).parameters[0].given.clone();
    assert_eq!(given("int f(struct s *p) { return other(p); }"), BTreeSet::from([Some("other".into())]));
    assert_eq!(given("void f(struct s *p) { kept = p; }"), BTreeSet::from([None]));
    assert!(given("void f(struct s *p) { if (0) kept = p; }").is_empty(), "a compiler drops it");
    assert_eq!(given("void f(struct s *p) { if (n) kept = p; }"), BTreeSet::from([None]));
}

#[test]
fn what_is_always_overwritten_is_known() {
    let overwritten = |body: &str| sites(body).parameters[0].overwritten.len();
    assert_eq!(overwritten("void f(struct s *p) { p->a = 0; p->b = 0; }"), 2);
    assert_eq!(overwritten("void f(struct s *p) { if (n) return; p->a = 0; }"), 0);
    assert_eq!(overwritten("void f(struct s *p) { if (n) p->b = 1; p->a = 0; }"), 1);
}

#[test]
fn arguments_tell_whether_others_know_them() {
    let foreign = |body: &str| sites(body).calls[0].arguments[0].foreign;
    assert!(foreign("int f(struct s *p) { return other(p); }"));
    assert!(foreign("int f(struct s *p) { struct s *q = p->next; return other(q); }"));
    assert!(!foreign("int f(void) { struct s local; return other(&local); }"));
    assert!(!foreign("int f(struct s *restrict p) { return other(p); }"));
    assert!(!foreign("int f(struct s p) { return other(&p); }"));
}

#[test]
fn results_and_ends_are_known() {
    let fresh = sites("struct s *f(void) { return malloc(8); }");
    assert_eq!(fresh.calls[0].callee, "malloc");
    assert!(!fresh.touches_result);
    assert!(sites("struct s *f(void) { struct s *p = malloc(8); p->a = 1; return p; }").touches_result);
    assert!(sites("int f(int x) { if (x) return -1; return 0; }").constant_results);
    assert_eq!(sites("void f(void) { n = 1; end(); }").last_call.as_deref(), Some("end"));
    assert_eq!(sites("void f(void) { if (n) return; end(); }").last_call, None);
}

#[test]
fn memory_of_its_own_is_nobody_elses() {
    let own =
        "int f(int x) { void *all[4]; char text[8]; all[1] = 0; text[x & 7] = 1; return text[0] + !all[1]; }";
    assert!(sites(own).memory.is_empty());
    assert!(!sites("int f(int (*rows)[4]) { return rows[0][1]; }").memory.is_empty());
}

#[test]
fn numbers_lead_nowhere() {
    let found = sites("int f(int x) { struct s local = {x, x}; return other(&local); }");
    assert!(found.parameters[0].number);
    assert!(found.calls[0].arguments[0].roots.is_empty());
}

#[test]
fn what_may_be_dropped_is_not_sure() {
    let sure =
        |body: &str| sites(&format!("static int fixed; {body}")).sure.iter().any(|t| t.text == "write n");
    assert!(sure("void f(int x) { if (x) return; n = 1; }"));
    assert!(!sure("void f(int x) { if (!fixed) return; n = 1; }"), "all behind it may be gone");
    assert!(!sure("void f(int x) { if (x) { if (!fixed) goto out; } n = 1; out: ; }"));
    assert!(!sure("void f(int x) { while (fixed) n = 1; }"));
    assert!(!sure("void f(int x) { while (x) { if (!fixed) continue; n = 1; } }"));
    assert!(sure("void f(int x) { while (x) { if (!fixed) break; } n = 1; }"));
    assert!(sure("void f(int x) { for (int i = 0; i < 4; i++) n = 1; }"));
    assert!(sure("void f(int x) { switch (x) { case 1: return; break; case 2: n = 1; } }"));
}
