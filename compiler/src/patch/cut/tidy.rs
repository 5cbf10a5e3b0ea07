//! Blank space of program text: what macros leave behind is taken out, literals stay.

use crate::text;

/// One space between tokens of a line, indentation kept, no empty lines.
pub fn tidy(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut at = 0;
    for token in text::lex(source) {
        out.push_str(&gap(&source[at..token.start], out.is_empty()));
        out.push_str(token.text(source));
        at = token.end;
    }
    out
}

fn gap(between: &str, first: bool) -> String {
    match between.rsplit_once('\n') {
        _ if !between.trim().is_empty() => between.to_string(),
        Some((_, indentation)) if !first => format!("\n{indentation}"),
        None if !first && !between.is_empty() => " ".into(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_space_shrinks_and_literals_stay() {
        let source = "\n\nint  f(void)   {\n\n\n    return   \"a   b\"[0]\n  ;\n#pragma  x  y\n}\n\n";
        assert_eq!(tidy(source), "int f(void) {\n    return \"a   b\"[0]\n  ;\n#pragma  x  y\n}");
    }
}
