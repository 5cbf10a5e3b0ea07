//! The text of one piece without line markers and comments, and where its lines come from.

use std::ops::Range;

use crate::text::{Kind, Lexer};

/// A line of a file of one unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) file: String,
    pub(super) line: u32,
    /// It stands in a system header.
    pub(super) system: bool,
}

/// A piece's text and the lines that its lines are.
#[derive(Clone, Debug)]
pub(super) struct Clean {
    pub(super) text: String,
    /// From this offset on lines count up from this one.
    pub(super) marks: Vec<(usize, Line)>,
}

/// Reads a line marker: `# 12 "file.c" 1 3`, `#line 12 "file.c"`. A marker without file keeps the old one.
pub(super) fn read_marker(marker: &str, before: Option<&Line>) -> Option<Line> {
    let body = marker.trim_start_matches('#').trim_start();
    let body = body.strip_prefix("line").unwrap_or(body).trim_start();
    let digits = body.bytes().take_while(u8::is_ascii_digit).count();
    let line = body[..digits].parse().ok()?;
    let rest = body[digits..].trim();
    let Some(quoted) = rest.strip_prefix('"') else {
        return before.map(|before| Line { line, ..before.clone() });
    };
    let end = quoted.rfind('"')?;
    let file = quoted[..end].replace("\\\"", "\"").replace("\\\\", "\\");
    Some(Line { file, line, system: quoted[end + 1..].split(' ').any(|flag| flag == "3") })
}

/// The line on which byte `at` stands; `marker` is the last line marker before it.
pub(super) fn line_at(text: &str, path: &str, marker: Option<&Range<usize>>, at: usize) -> Line {
    let unmarked = Line { file: path.to_string(), line: 1, system: false };
    let Some(marker) = marker else {
        return Line { line: 1 + newlines(&text[..at]), ..unmarked };
    };
    let first = read_marker(&text[marker.clone()], Some(&unmarked)).unwrap_or(unmarked);
    let line = (first.line + newlines(&text[marker.end..at])).saturating_sub(1);
    Line { line, ..first }
}

/// Copies the piece `span` of `text`, which begins on line `first`.
pub(super) fn clean(text: &str, span: Range<usize>, first: Line) -> Clean {
    let source = &text[span];
    let mut copy =
        Copy { clean: Clean { text: String::with_capacity(source.len()), marks: vec![] }, at: first.clone() };
    copy.clean.marks.push((0, first.clone()));
    let mut here = first;
    let mut end = 0;
    let mut moved = false;
    let mut pragma = false;
    for token in Lexer::new(source) {
        let gap = &source[end..token.start];
        here.line += newlines(gap);
        end = token.end;
        if token.kind == Kind::Marker {
            // The marker names the line below it, and its own newline is still to come.
            here = read_marker(token.text(source), Some(&here)).unwrap_or(here);
            here.line = here.line.saturating_sub(1);
            moved = true;
            continue;
        }
        let own_line = pragma || token.kind == Kind::Pragma;
        if token.kind == Kind::Directive {
            // A macro definition (`-dD`): it has been expanded.
            moved = true;
            continue;
        }
        copy.gap(gap, &here, moved, own_line && token.start > 0);
        copy.clean.text.push_str(token.text(source));
        copy.at.line += newlines(token.text(source));
        here.line = copy.at.line;
        pragma = token.kind == Kind::Pragma;
        moved = false;
    }
    copy.clean
}

struct Copy {
    clean: Clean,
    /// The line that the end of the copy is on.
    at: Line,
}

impl Copy {
    /// Copies what stands between two tokens; the second is on line `to`.
    fn gap(&mut self, gap: &str, to: &Line, moved: bool, own_line: bool) {
        let same = to.file == self.at.file && to.line == self.at.line && !own_line;
        let comment = gap.contains('/');
        let indentation = gap.rsplit('\n').next().filter(|_| !comment).unwrap_or(" ");
        if same && (moved || comment) {
            self.clean.text.push(' ');
        } else if same {
            self.clean.text.push_str(gap);
        } else if !own_line && to.file == self.at.file && (1..9).contains(&to.line.wrapping_sub(self.at.line))
        {
            let newlines = to.line - self.at.line;
            self.clean.text.extend(std::iter::repeat_n('\n', newlines as usize));
            self.clean.text.push_str(indentation);
        } else {
            self.clean.text.push('\n');
            self.clean.marks.push((self.clean.text.len(), to.clone()));
            self.clean.text.push_str(indentation);
        }
        self.at = to.clone();
    }
}

fn newlines(text: &str) -> u32 {
    text.bytes().filter(|&byte| byte == b'\n').count() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(source: &str) -> Clean {
        clean(source, 0..source.len(), Line { file: "a.c".into(), line: 10, system: false })
    }

    #[test]
    fn a_macro_of_a_system_header_stays_on_its_line() {
        let clean = cleaned("int *p =\n# 10 \"a.c\" 3 4\n        ((void *)0)\n# 10 \"a.c\"\n    ;");
        assert_eq!(clean.text, "int *p = ((void *)0) ;");
        let last = clean.marks.last().expect("has a mark");
        assert_eq!((last.1.line, last.1.file.as_str()), (10, "a.c"));
    }

    #[test]
    fn lines_survive() {
        let clean = cleaned("int f(void)\n{\n  g();\n# 40 \"a.c\"\n  h(); /* c\n */ i();\n}");
        assert_eq!(clean.text, "int f(void)\n{\n  g();\n  h();\n i();\n}");
        let marks: Vec<_> = clean.marks.iter().map(|(at, line)| (*at, line.line)).collect();
        assert_eq!(marks, [(0, 10), (21, 40)]);
    }

    #[test]
    fn a_pragma_has_a_line_of_its_own() {
        let clean = cleaned("void f(void) {\n#pragma omp x\n# 11 \"a.c\"\n  ; }");
        assert_eq!(clean.text, "void f(void) {\n#pragma omp x\n  ; }");
    }

    #[test]
    fn markers_are_read() {
        let line = read_marker("# 12 \"a\\\\b \\\"c\\\".h\" 1 3 4", None).expect("reads");
        assert_eq!(line, Line { file: "a\\b \"c\".h".into(), line: 12, system: true });
        assert_eq!(read_marker("#line 7", Some(&line)).map(|line| line.line), Some(7));
    }
}
