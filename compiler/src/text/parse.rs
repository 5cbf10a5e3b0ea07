//! From shadow text to lang-c's tree.

use lang_c::ast::{DeclaratorKind, DerivedDeclarator, ExternalDeclaration, TranslationUnit};
use lang_c::driver::{Config, Flavor, SyntaxError, parse_preprocessed};

use crate::diag::{Diagnostic, Place};

/// Stack for parsing, walking and dropping trees: nesting in C source is bounded by nothing else.
const STACK: usize = 512 << 20;

/// Runs `work` on a stack that deep syntax trees fit in.
pub fn big_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        let thread = thread.expect("a thread for the parser can be started");
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Runs `work` where rayon's parallel iterators have stacks that deep syntax trees fit in.
pub fn on_big_stacks<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    let pool = rayon::ThreadPoolBuilder::new().stack_size(STACK).build();
    pool.expect("threads for the parser can be started").install(work)
}

/// Parses shadow text. `place` tells where an offset of it comes from.
///
/// The tree may be deep: walk and drop it under [`big_stack`]. Call this under it too where that is
/// done anyway; the parser takes its own stack otherwise.
pub fn parse(
    shadow: &str,
    place: &(dyn Fn(usize) -> Place + Sync),
) -> Result<TranslationUnit, Box<Diagnostic>> {
    let config = Config { cpp_command: String::new(), cpp_options: vec![], flavor: Flavor::GnuC11 };
    let parsed = big_stack(|| parse_preprocessed(&config, shadow.to_string()).map(|parse| parse.unit));
    let unit = parsed.map_err(|error| Box::new(syntax_error(&error, place)))?;
    match misparsed(&unit) {
        Some(offset) => Err(Box::new(
            Diagnostic::error("this declaration was taken for a function without parameters")
                .at(place(offset), "here")
                .help("write attributes behind the closing brace of the structure"),
        )),
        None => Ok(unit),
    }
}

/// Offset of a "function" without parameter list: a structure whose attribute confused the parser.
fn misparsed(unit: &TranslationUnit) -> Option<usize> {
    unit.0.iter().find_map(|item| match &item.node {
        ExternalDeclaration::FunctionDefinition(function)
            if !has_parameters(&function.node.declarator.node) =>
        {
            Some(item.span.start)
        }
        _ => None,
    })
}

fn has_parameters(declarator: &lang_c::ast::Declarator) -> bool {
    declarator.derived.iter().any(|derived| {
        matches!(derived.node, DerivedDeclarator::Function(_) | DerivedDeclarator::KRFunction(_))
    }) || matches!(&declarator.kind.node, DeclaratorKind::Declarator(inner) if has_parameters(&inner.node))
}

fn syntax_error(error: &SyntaxError, place: &dyn Fn(usize) -> Place) -> Diagnostic {
    let mut expected: Vec<_> =
        error.expected.iter().filter(|token| !token.starts_with('<')).copied().collect();
    expected.sort_unstable();
    expected.truncate(8);
    let diagnostic =
        Diagnostic::error("the C parser cannot read this").at(place(error.offset), "unexpected here");
    if expected.is_empty() {
        diagnostic
    } else {
        diagnostic.note(format!("it expects {}", expected.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nowhere(offset: usize) -> Place {
        Place { file: String::new(), line: 0, column: offset as u32, text: String::new(), width: 0 }
    }

    #[test]
    fn a_syntax_error_has_its_place() {
        let error = parse("int a;\nint = 3;\n", &nowhere).expect_err("must not parse");
        assert_eq!(error.labels[0].place.column, 11);
    }

    #[test]
    fn a_packed_structure_is_not_a_function() {
        let error = parse("struct __attribute__((packed)) S { int a; };", &nowhere);
        assert!(error.expect_err("must be noticed").title.contains("function without parameters"));
    }

    #[test]
    fn deep_nesting_parses() {
        let deep = format!("int x = {}1{};", "(".repeat(3000), ")".repeat(3000));
        big_stack(|| drop(parse(&deep, &nowhere).expect("parses")));
    }
}
