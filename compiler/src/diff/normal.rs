//! Normal form of a declaration: equal leaves mean equal meaning (paper 4.2, "comparing the syntax tree").
//!
//! Layout, comments, redundant parentheses, the spelling of constants, split strings and the
//! names of locals do not appear in it; a literal that is its own line number or the name of its
//! own file compares as such.

use super::scopes::{Binding, Scopes};
use lang_c::ast::*;
use lang_c::span::{Node, Span};
use lang_c::visit::{self, Visit};
use polus_runtime::rules::Rule;
use std::mem::{Discriminant, discriminant};

/// One element of a normal form.
#[derive(Clone, Debug, PartialEq)]
pub enum Leaf {
    /// A construct begins.
    Open(&'static str),
    /// It ends.
    Close,
    /// A keyword or operator.
    Word(String),
    /// A local declaration or a use of it, by number.
    Local(usize),
    /// A label, by number.
    Label(usize),
    /// A name of file scope.
    Global(String),
    /// A member's or tag's name.
    Name(String),
    /// An integer or character constant.
    Integer(Number),
    /// A floating constant.
    Float(String),
    /// A string literal.
    Text(super::literal::Text),
}

/// An integer constant.
#[derive(Clone, Debug)]
pub struct Number {
    /// Its value.
    pub value: u128,
    /// Its type's rank: 0 int … 5 unsigned long long.
    pub rank: u8,
    /// How far it lies behind its own line, if it may be a line number.
    pub line: Option<u32>,
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        let own_line = Rule::Lines.holds() && self.line.is_some() && self.line == other.line;
        self.rank == other.rank && (self.value == other.value || own_line)
    }
}

/// What a normal form needs to know about the text around it.
pub trait Context {
    /// The name in the sources of a name of file scope.
    fn original<'n>(&'n self, name: &'n str) -> &'n str;
    /// How far `value` lies behind the line of `offset` (in the parsed text), if inside its logical line.
    fn own_line(&self, value: u128, offset: usize) -> Option<u32>;
    /// The file in which `offset` (of the parsed text) stands, as `__FILE__` names it.
    fn file(&self, offset: usize) -> &str;
    /// The folder of the sources.
    fn root(&self) -> &str;
}

/// The normal form of a function definition, name and storage class left out.
pub fn function(definition: &FunctionDefinition, context: &dyn Context) -> Vec<Leaf> {
    let mut form = Form::new(context);
    form.scopes.push();
    form.definition = true;
    for specifier in &definition.specifiers {
        form.visit_declaration_specifier(&specifier.node, &specifier.span);
    }
    form.visit_declarator(&definition.declarator.node, &definition.declarator.span);
    for declaration in &definition.declarations {
        form.visit_declaration(&declaration.node, &declaration.span);
    }
    form.visit_statement(&definition.statement.node, &definition.statement.span);
    form.leaves
}

/// The normal form of an initialiser.
pub fn initializer(initializer: &Node<Initializer>, context: &dyn Context) -> Vec<Leaf> {
    let mut form = Form::new(context);
    form.visit_initializer(&initializer.node, &initializer.span);
    form.leaves
}

struct Form<'c> {
    context: &'c dyn Context,
    leaves: Vec<Leaf>,
    scopes: Scopes,
    definition: bool,
    in_record: bool,
}

impl<'c> Form<'c> {
    fn new(context: &'c dyn Context) -> Self {
        Self { context, leaves: vec![], scopes: Scopes::default(), definition: false, in_record: false }
    }

    fn within(&mut self, construct: &'static str, inner: impl FnOnce(&mut Self)) {
        self.leaves.push(Leaf::Open(construct));
        inner(self);
        self.leaves.push(Leaf::Close);
    }

    fn word(&mut self, word: impl Into<String>) {
        self.leaves.push(Leaf::Word(word.into()));
    }

    fn variant<T>(&mut self, value: &T) {
        let variant: Discriminant<T> = discriminant(value);
        self.word(format!("{variant:?}"));
    }

    fn refer(&mut self, name: &str) {
        let leaf = match self.scopes.find(name) {
            Some(Binding::Local(number)) => Leaf::Local(number),
            _ => Leaf::Global(self.context.original(name).to_string()),
        };
        self.leaves.push(leaf);
    }

    fn declare(&mut self, name: &str) {
        if self.in_record {
            self.leaves.push(Leaf::Name(name.to_string()));
        } else if self.definition && self.scopes.is_outermost() && self.leaves_name() {
            self.leaves.push(Leaf::Word("function".into()));
        } else {
            let number = self.scopes.declare(name);
            self.leaves.push(Leaf::Local(number));
        }
    }

    /// The first declared name of a definition is the function's own.
    fn leaves_name(&mut self) -> bool {
        !std::mem::replace(&mut self.scopes.named, true)
    }

    fn record_name(&mut self, identifier: &Option<Node<Identifier>>) {
        let name = identifier.as_ref().map_or("", |i| &i.node.name);
        self.leaves.push(Leaf::Name(self.context.original(name).to_string()));
    }

    fn integer(&mut self, integer: &Integer, offset: usize) {
        match super::literal::integer(integer) {
            Some((value, rank)) => {
                let line = self.context.own_line(value, offset);
                self.leaves.push(Leaf::Integer(Number { value, rank, line }));
            }
            None => self.word(integer.number.to_string()),
        }
    }

    fn character(&mut self, spelled: &str) {
        match super::literal::character(spelled) {
            Some(value) => self.leaves.push(Leaf::Integer(Number { value, rank: 0, line: None })),
            None => self.word(spelled),
        }
    }
}

/// Visits a node between `Open` and `Close`.
macro_rules! bracketed {
    ($($method:ident($node:ty) as $name:literal => $walk:path;)*) => {
        $(fn $method(&mut self, node: &'ast $node, span: &'ast Span) {
            self.within($name, |form| { form.variant(node); $walk(form, node, span); });
        })*
    };
}

/// Spells a node without children of interest.
macro_rules! spelled {
    ($($method:ident($node:ty);)*) => {
        $(fn $method(&mut self, node: &'ast $node, _: &'ast Span) {
            self.word(format!("{node:?}"));
        })*
    };
}

impl<'ast> Visit<'ast> for Form<'_> {
    bracketed! {
        visit_expression(Expression) as "expression" => visit::visit_expression;
        visit_declaration(Declaration) as "declaration" => visit::visit_declaration;
        visit_init_declarator(InitDeclarator) as "init" => visit::visit_init_declarator;
        visit_declarator(Declarator) as "declarator" => visit::visit_declarator;
        visit_initializer(Initializer) as "initializer" => visit::visit_initializer;
        visit_initializer_list_item(InitializerListItem) as "item" => visit::visit_initializer_list_item;
        visit_struct_field(StructField) as "field" => visit::visit_struct_field;
        visit_struct_declarator(StructDeclarator) as "member" => visit::visit_struct_declarator;
        visit_parameter_declaration(ParameterDeclaration) as "parameter" => visit::visit_parameter_declaration;
        visit_type_name(TypeName) as "type" => visit::visit_type_name;
        visit_array_size(ArraySize) as "size" => visit::visit_array_size;
        visit_enumerator(Enumerator) as "enumerator" => visit::visit_enumerator;
        visit_case_range(CaseRange) as "range" => visit::visit_case_range;
        visit_generic_association(GenericAssociation) as "association" => visit::visit_generic_association;
        visit_gnu_asm_operand(GnuAsmOperand) as "operand" => visit::visit_gnu_asm_operand;
        visit_asm_statement(AsmStatement) as "asm" => visit::visit_asm_statement;
        visit_type_of(TypeOf) as "typeof" => visit::visit_type_of;
    }

    spelled! {
        visit_unary_operator(UnaryOperator);
        visit_binary_operator(BinaryOperator);
        visit_member_operator(MemberOperator);
        visit_type_qualifier(TypeQualifier);
        visit_struct_kind(StructKind);
        visit_ellipsis(Ellipsis);
        visit_ts18661_float_type(TS18661FloatType);
    }

    fn visit_identifier(&mut self, identifier: &'ast Identifier, _: &'ast Span) {
        self.refer(&identifier.name);
    }

    fn visit_constant(&mut self, constant: &'ast Constant, span: &'ast Span) {
        match constant {
            Constant::Integer(integer) => self.integer(integer, span.start),
            Constant::Float(float) => {
                let spelled = super::literal::float(float);
                self.leaves.push(Leaf::Float(spelled));
            }
            Constant::Character(spelled) => self.character(spelled),
        }
    }

    fn visit_string_literal(&mut self, pieces: &'ast StringLiteral, span: &'ast Span) {
        let text = super::literal::string(pieces, self.context.root(), self.context.file(span.start));
        self.leaves.push(Leaf::Text(text));
    }

    fn visit_storage_class_specifier(&mut self, class: &'ast StorageClassSpecifier, _: &'ast Span) {
        if !(self.definition && self.scopes.is_outermost()) {
            self.word(format!("{class:?}"));
        }
    }

    /// Linkage and inlining hints of a function are no part of its meaning.
    fn visit_function_specifier(&mut self, specifier: &'ast FunctionSpecifier, _: &'ast Span) {
        if *specifier == FunctionSpecifier::Noreturn {
            self.word("_Noreturn");
        }
    }

    fn visit_type_specifier(&mut self, specifier: &'ast TypeSpecifier, span: &'ast Span) {
        self.variant(specifier);
        visit::visit_type_specifier(self, specifier, span);
    }

    fn visit_struct_type(&mut self, record: &'ast StructType, _: &'ast Span) {
        self.within("record", |form| {
            form.visit_struct_kind(&record.kind.node, &record.kind.span);
            form.record_name(&record.identifier);
            let outer = std::mem::replace(&mut form.in_record, true);
            for field in record.declarations.iter().flatten() {
                form.visit_struct_declaration(&field.node, &field.span);
            }
            form.in_record = outer;
        });
    }

    fn visit_enum_type(&mut self, enumeration: &'ast EnumType, _: &'ast Span) {
        self.within("enum", |form| {
            form.record_name(&enumeration.identifier);
            for enumerator in &enumeration.enumerators {
                form.visit_enumerator(&enumerator.node, &enumerator.span);
            }
        });
    }

    fn visit_declarator_kind(&mut self, kind: &'ast DeclaratorKind, span: &'ast Span) {
        match kind {
            DeclaratorKind::Identifier(name) => self.declare(&name.node.name),
            _ => visit::visit_declarator_kind(self, kind, span),
        }
    }

    /// Parameters are in scope in their own list only, but for those of the definition itself.
    fn visit_derived_declarator(&mut self, derived: &'ast DerivedDeclarator, span: &'ast Span) {
        let own = self.definition
            && self.scopes.is_outermost()
            && !std::mem::replace(&mut self.scopes.listed, true);
        let record = std::mem::replace(&mut self.in_record, false);
        self.within("derived", |form| {
            form.variant(derived);
            if !own {
                form.scopes.push();
            }
            visit::visit_derived_declarator(form, derived, span);
            if !own {
                form.scopes.pop();
            }
        });
        if own && !matches!(derived, DerivedDeclarator::Function(_) | DerivedDeclarator::KRFunction(_)) {
            self.scopes.listed = false;
        }
        self.in_record = record;
    }

    fn visit_statement(&mut self, statement: &'ast Statement, span: &'ast Span) {
        self.within("statement", |form| {
            form.variant(statement);
            match statement {
                Statement::Compound(_) | Statement::For(_) => {
                    form.scopes.push();
                    visit::visit_statement(form, statement, span);
                    form.scopes.pop();
                }
                Statement::Goto(label) => {
                    let number = form.scopes.label(&label.node.name);
                    form.leaves.push(Leaf::Label(number));
                }
                _ => visit::visit_statement(form, statement, span),
            }
        });
    }

    fn visit_label(&mut self, label: &'ast Label, span: &'ast Span) {
        self.variant(label);
        match label {
            Label::Identifier(name) => {
                let number = self.scopes.label(&name.node.name);
                self.leaves.push(Leaf::Label(number));
            }
            _ => visit::visit_label(self, label, span),
        }
    }

    fn visit_for_statement(&mut self, statement: &'ast ForStatement, span: &'ast Span) {
        self.word(format!("{}{}", statement.condition.is_some(), statement.step.is_some()));
        visit::visit_for_statement(self, statement, span);
    }

    fn visit_member_expression(&mut self, member: &'ast MemberExpression, _: &'ast Span) {
        self.visit_member_operator(&member.operator.node, &member.operator.span);
        self.visit_expression(&member.expression.node, &member.expression.span);
        self.leaves.push(Leaf::Name(member.identifier.node.name.clone()));
    }

    fn visit_designator(&mut self, designator: &'ast Designator, span: &'ast Span) {
        self.variant(designator);
        match designator {
            Designator::Member(name) => self.leaves.push(Leaf::Name(name.node.name.clone())),
            _ => visit::visit_designator(self, designator, span),
        }
    }

    fn visit_offset_designator(&mut self, designator: &'ast OffsetDesignator, _: &'ast Span) {
        self.leaves.push(Leaf::Name(designator.base.node.name.clone()));
        for member in &designator.members {
            self.visit_offset_member(&member.node, &member.span);
        }
    }

    fn visit_offset_member(&mut self, member: &'ast OffsetMember, span: &'ast Span) {
        self.variant(member);
        match member {
            OffsetMember::Member(name) | OffsetMember::IndirectMember(name) => {
                self.leaves.push(Leaf::Name(name.node.name.clone()));
            }
            OffsetMember::Index(_) => visit::visit_offset_member(self, member, span),
        }
    }
}
