//! Addresses that stay in a small global, and those that leave it.

use super::*;
use crate::source::{Tree, Unit};

/// The members that hold addresses of `buffer`, if none leaves it.
fn members(body: &str) -> Option<Vec<String>> {
    let text = "# 1 \"/usr/include/string.h\" 1 3\n\
                extern void *memcpy(void *, const void *, unsigned long); extern char *strtok(char *, const char *);\n\
                extern unsigned long strlen(const char *); extern long strtol(const char *, char **, int);\n\
                extern void qsort(void *, unsigned long, unsigned long, int (*)(const void *, const void *));\n\
                # 1 \"a.c\" 2\n\
                struct part { char *at; char room[4]; };\n\
                static struct buffer { char *pos; const char *name; char data[64]; struct part part; } buffer;\n\
                char *kept; void take(char *); int n;\n";
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
    let id = program.own(Kind::Variable).find(|&id| program.items[id].original == "buffer").unwrap();
    inward(&program, id).ok().map(|found| found.members.into_iter().collect())
}

#[test]
fn what_stays() {
    let pos = Some(vec!["pos".to_string()]);
    assert_eq!(members("void f(void) { buffer.pos = buffer.data; *buffer.pos++ = 1; }"), pos);
    assert_eq!(
        members("void f(void) { char *p = buffer.data + 2; buffer.pos = p; n = p - buffer.data; }"),
        pos
    );
    assert_eq!(members("int f(void) { buffer.pos = &buffer.data[3]; return buffer.pos[1] == 2; }"), pos);
    assert_eq!(members("int f(void) { return buffer.pos < buffer.data + 64 && buffer.pos; }"), Some(vec![]));
    assert_eq!(members("void f(void) { kept = (char *)buffer.name; }"), Some(vec![]));
    assert_eq!(members("void f(void) { buffer.pos = buffer.data; n = __builtin_strlen(buffer.pos); }"), pos);
    let part = Some(vec!["part.at".to_string()]);
    assert_eq!(members("void f(void) { buffer.part.at = buffer.part.room; }"), part);
    let both = Some(vec!["part.at".to_string(), "pos".to_string()]);
    assert_eq!(members("void f(void) { buffer.part.at = buffer.pos; buffer.pos = buffer.data; }"), both);
}

#[test]
fn what_leaves() {
    let seed = "void seed(void) { buffer.pos = buffer.data; }";
    for body in [
        "void f(void) { kept = buffer.pos; }",
        "void f(void) { kept = n ? kept : buffer.pos + 1; }",
        "void f(void) { take(buffer.pos); }",
        "void f(void (*g)(char *)) { g(buffer.data); }",
        "char *f(void) { return buffer.pos; }",
        "char *f(void) { char *p; p = buffer.pos; { char *q = p; return q; } }",
        "void f(char **to) { *to = buffer.pos; }",
        "void f(void) { static char *mine; mine = buffer.pos; take(mine); }",
        "void f(void) { static char *mine = buffer.data; }",
        "char *mine = buffer.data;",
        "void f(char **to) { char *p = buffer.pos; char **q = &p; *to = *q; }",
        "struct buffer f(void) { return buffer; }",
        "void f(void) { struct buffer copy = buffer; take(copy.pos); }",
        "void f(void *to) { memcpy(to, &buffer, sizeof buffer); }",
        "void f(void) { struct buffer *b = &buffer; take(b->pos); }",
        "void f(void) { take((&buffer)->pos); }",
        "void f(void) { struct part *p = &buffer.part; take(p->at); }",
        "void f(void) { char *list[] = { buffer.pos }; take(list[0]); }",
        "unsigned long f(void) { return (unsigned long)buffer.pos & ~7ul; }",
        "void f(void) { take(({ buffer.pos; })); }",
        "void f(void) { __asm__(\"\" : : \"r\"(buffer.pos)); }",
        "char *f(void) { return memcpy(buffer.data, \"x\", 1); }",
        "void f(void) { buffer.pos = (char *)&buffer; }",
        "void f(void) { struct buffer *b = &buffer; take((*b).pos); }",
        "void f(void) { struct buffer *b; b = &buffer; take(b[0].pos); }",
        "void f(void) { char **p = &buffer.pos; take(*p); }",
        "void f(void) { strtol(buffer.pos, &kept, 10); }",
        "void f(void) { char *end; strtol(buffer.pos, &end, 10); kept = end; }",
        "void f(void) { strtok(buffer.data, \" \"); take(strtok(0, \" \")); }",
        "int order(const void *a, const void *b) { return 0; } void f(void) { qsort(buffer.data, 64, 1, order); }",
    ] {
        assert_eq!(members(&format!("{seed} {body}")), None, "{body}");
    }
}
