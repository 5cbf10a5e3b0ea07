//! Library functions that give back an address which they were given: where does that go?

use super::{Side, keeps_nothing, local};
use crate::clang::Use;
use crate::model::{Program, Syntax, declared_name};
use lang_c::ast::{
    BinaryOperator, CallExpression, DoWhileStatement, Expression, ForStatement, IfStatement, InitDeclarator,
    Initializer, SizeOfVal, Statement, UnaryOperator, WhileStatement,
};
use lang_c::span::{Node, Span};
use lang_c::visit::{self, Visit};

/// Functions whose result is, or leads into, what an argument leads to.
const GIVERS: &[&str] = &[
    "memcpy",
    "memmove",
    "memset",
    "mempcpy",
    "memchr",
    "memrchr",
    "rawmemchr",
    "memmem",
    "strcpy",
    "strncpy",
    "stpcpy",
    "stpncpy",
    "strcat",
    "strncat",
    "strchr",
    "strrchr",
    "strchrnul",
    "strstr",
    "strcasestr",
    "strpbrk",
    "strtok",
    "strtok_r",
    "strsep",
    "index",
    "rindex",
    "basename",
    "dirname",
    "fgets",
    "gets",
    "inet_ntop",
    "realpath",
    "getcwd",
    "bsearch",
    "lfind",
    "lsearch",
    "strerror_r",
    "localtime_r",
    "gmtime_r",
    "asctime_r",
    "ctime_r",
    "if_indextoname",
    "ether_ntoa_r",
    "ttyname",
    "tmpnam",
    "mkdtemp",
];

/// The function may give back the address.
pub fn gives(callee: &str) -> bool {
    GIVERS.contains(&callee.strip_prefix("__builtin_").unwrap_or(callee))
}

/// The result of the call at a use is looked at, or kept in a local pointer that stays.
pub fn stays(side: Side, found: &Use) -> bool {
    let program = side.program();
    let Some(syntax) = Syntax::at(program, program.span(found.holder).start) else { return false };
    let Some(definition) = syntax.function() else { return false };
    let offset = found.offset;
    let mut walk = Walk { program, syntax: &syntax, offset, goes: Goes::Away, found: None };
    walk.visit_statement(&definition.statement.node, &definition.statement.span);
    match walk.found {
        Some(Goes::Nowhere) => true,
        Some(Goes::To(name)) => local::stays(program, &side.types(), found.holder, &name),
        _ => false,
    }
}

/// What becomes of an expression's value.
#[derive(Clone, Default)]
enum Goes {
    /// It is looked at only.
    Nowhere,
    /// Into a local variable.
    To(String),
    /// Anywhere.
    #[default]
    Away,
}

struct Walk<'w> {
    program: &'w Program,
    syntax: &'w Syntax,
    offset: usize,
    /// Of the next expression.
    goes: Goes,
    found: Option<Goes>,
}

impl Walk<'_> {
    fn visit_as(&mut self, goes: Goes, expression: &Node<Expression>) {
        self.goes = goes;
        self.visit_expression(&expression.node, &expression.span);
        self.goes = Goes::Away;
    }

    fn call(&mut self, call: &CallExpression, span: Span, goes: Goes) {
        let callee = match &call.callee.node {
            Expression::Identifier(name) => name.node.name.as_str(),
            _ => "",
        };
        if gives(callee) && self.syntax.range(span).contains(&self.offset) {
            self.found = Some(goes.clone());
        }
        let lent = match gives(callee) {
            true => goes,
            false if keeps_nothing(self.program, callee) => Goes::Nowhere,
            false => Goes::Away,
        };
        for argument in &call.arguments {
            self.visit_as(lent.clone(), argument);
        }
    }
}

impl<'a> Visit<'a> for Walk<'_> {
    fn visit_expression(&mut self, expression: &'a Expression, span: &'a Span) {
        use BinaryOperator::{
            Assign, Equals, Greater, GreaterOrEqual, Index, Less, LessOrEqual, LogicalAnd, LogicalOr,
            NotEquals,
        };
        let goes = std::mem::take(&mut self.goes);
        match expression {
            Expression::Call(call) => self.call(&call.node, *span, goes),
            Expression::Cast(cast) => self.visit_as(goes, &cast.node.expression),
            Expression::UnaryOperator(e) => match e.node.operator.node {
                UnaryOperator::Indirection | UnaryOperator::Negate => {
                    self.visit_as(Goes::Nowhere, &e.node.operand);
                }
                _ => self.visit_as(Goes::Away, &e.node.operand),
            },
            Expression::BinaryOperator(e) => {
                let right = match (e.node.operator.node.clone(), &e.node.lhs.node) {
                    (
                        Less | Greater | LessOrEqual | GreaterOrEqual | Equals | NotEquals | LogicalAnd
                        | LogicalOr | Index,
                        _,
                    ) => Goes::Nowhere,
                    // What stays of a name that is no local's is found to leave.
                    (Assign, Expression::Identifier(name)) => Goes::To(name.node.name.clone()),
                    _ => Goes::Away,
                };
                let compared = matches!(right, Goes::Nowhere);
                self.visit_as(if compared { Goes::Nowhere } else { Goes::Away }, &e.node.lhs);
                self.visit_as(right, &e.node.rhs);
            }
            _ => visit::visit_expression(self, expression, span),
        }
    }

    fn visit_init_declarator(&mut self, declarator: &'a InitDeclarator, span: &'a Span) {
        let name = declared_name(&declarator.declarator.node);
        match (&declarator.initializer, name) {
            (Some(Node { node: Initializer::Expression(value), .. }), Some(name)) => {
                self.visit_as(Goes::To(name.to_string()), value);
            }
            _ => visit::visit_init_declarator(self, declarator, span),
        }
    }

    fn visit_statement(&mut self, statement: &'a Statement, span: &'a Span) {
        match statement {
            Statement::Expression(Some(expression)) => self.visit_as(Goes::Nowhere, expression),
            _ => visit::visit_statement(self, statement, span),
        }
    }

    fn visit_if_statement(&mut self, e: &'a IfStatement, span: &'a Span) {
        self.goes = Goes::Nowhere;
        visit::visit_if_statement(self, e, span);
    }

    fn visit_while_statement(&mut self, e: &'a WhileStatement, span: &'a Span) {
        self.goes = Goes::Nowhere;
        visit::visit_while_statement(self, e, span);
    }

    fn visit_do_while_statement(&mut self, e: &'a DoWhileStatement, _: &'a Span) {
        self.visit_statement(&e.statement.node, &e.statement.span);
        self.visit_as(Goes::Nowhere, &e.expression);
    }

    fn visit_for_statement(&mut self, e: &'a ForStatement, _: &'a Span) {
        self.goes = Goes::Nowhere;
        self.visit_for_initializer(&e.initializer.node, &e.initializer.span);
        for part in [&e.condition, &e.step].into_iter().flatten() {
            self.visit_as(Goes::Nowhere, part);
        }
        self.visit_statement(&e.statement.node, &e.statement.span);
    }

    /// Its operand is not evaluated.
    fn visit_sizeofval(&mut self, _: &'a SizeOfVal, _: &'a Span) {}
}
