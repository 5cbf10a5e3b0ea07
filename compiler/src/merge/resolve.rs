//! Which identifiers of a syntax tree mean file-scope names: C's scopes, without types.

use std::ops::Range;

use lang_c::ast::*;
use lang_c::span::{Node, Span};
use lang_c::visit::{self, Visit};

use super::facts::{Declared, Entity, Facts, Mention};
use super::names::{Identifiers, Name};

/// A name that is not the file-scope one while the range lasts.
pub(super) type Hidden = (Name, Range<usize>);

/// Walks trees whose identifiers are read from `source` by span.
pub(super) struct Resolver<'s> {
    source: &'s str,
    identifiers: &'s Identifiers,
    facts: Facts,
    /// Local names, innermost last, with the offset they begin at.
    locals: Vec<(Name, usize)>,
    /// Lengths of `locals` at which the open scopes began.
    scopes: Vec<usize>,
    hidden: Vec<Hidden>,
}

/// Facts of one external declaration, and where local names hid others; offsets are the source's.
pub(super) fn resolve(
    source: &str,
    identifiers: &Identifiers,
    item: &Node<ExternalDeclaration>,
) -> (Facts, Vec<Hidden>) {
    let mut resolver = Resolver {
        source,
        identifiers,
        facts: Facts::default(),
        locals: vec![],
        scopes: vec![],
        hidden: vec![],
    };
    resolver.visit_external_declaration(&item.node, &item.span);
    (resolver.facts, resolver.hidden)
}

/// Storage of a declaration.
#[derive(Clone, Copy, PartialEq)]
enum Storage {
    Plain,
    Typedef,
    Extern,
    Static,
}

/// What a declaration's specifiers say about all that it declares.
struct Specified {
    storage: Storage,
    inline: bool,
    is_const: bool,
    volatile: bool,
}

fn specified(specifiers: &[Node<DeclarationSpecifier>]) -> Specified {
    let mut specified =
        Specified { storage: Storage::Plain, inline: false, is_const: false, volatile: false };
    for specifier in specifiers {
        match &specifier.node {
            DeclarationSpecifier::StorageClass(class) => match class.node {
                StorageClassSpecifier::Typedef => specified.storage = Storage::Typedef,
                StorageClassSpecifier::Extern => specified.storage = Storage::Extern,
                StorageClassSpecifier::Static => specified.storage = Storage::Static,
                _ => {}
            },
            DeclarationSpecifier::Function(function) => {
                specified.inline |= function.node == FunctionSpecifier::Inline;
            }
            DeclarationSpecifier::TypeQualifier(qualifier) => {
                specified.is_const |= qualifier.node == TypeQualifier::Const;
                specified.volatile |= qualifier.node == TypeQualifier::Volatile;
            }
            _ => {}
        }
    }
    specified
}

/// The name that a declarator declares.
fn declared_name(declarator: &Declarator) -> Option<&Node<Identifier>> {
    match &declarator.kind.node {
        DeclaratorKind::Abstract => None,
        DeclaratorKind::Identifier(name) => Some(name),
        DeclaratorKind::Declarator(inner) => declared_name(&inner.node),
    }
}

/// Declarators from the innermost, which holds the name, outwards.
fn inside_out(declarator: &Declarator) -> Vec<&Declarator> {
    let mut chain = vec![declarator];
    while let DeclaratorKind::Declarator(inner) = &chain[chain.len() - 1].kind.node {
        chain.push(&inner.node);
    }
    chain.reverse();
    chain
}

/// The declarator part that applies to the name first, pointers (which bind last) apart.
fn first_derivation(declarator: &Declarator) -> Option<&DerivedDeclarator> {
    let derived = inside_out(declarator).into_iter().find(|declarator| !declarator.derived.is_empty())?;
    let is_suffix = |part: &&Node<DerivedDeclarator>| {
        !matches!(part.node, DerivedDeclarator::Pointer(_) | DerivedDeclarator::Block(_))
    };
    let suffix = derived.derived.iter().find(is_suffix);
    suffix.or(derived.derived.last()).map(|part| &part.node)
}

fn is_function(declarator: &Declarator) -> bool {
    matches!(
        first_derivation(declarator),
        Some(DerivedDeclarator::Function(_) | DerivedDeclarator::KRFunction(_))
    )
}

/// The object may be written: it, or the elements that it is made of, are not `const`.
fn is_mutable(specified: &Specified, declarator: &Declarator) -> bool {
    let pointers = inside_out(declarator).into_iter().find_map(|declarator| {
        declarator.derived.iter().rev().find_map(|part| match &part.node {
            DerivedDeclarator::Pointer(qualifiers) => Some(qualifiers),
            _ => None,
        })
    });
    let Some(qualifiers) = pointers else { return !specified.is_const || specified.volatile };
    let has = |wanted: TypeQualifier| {
        let is = |q: &Node<PointerQualifier>| matches!(&q.node, PointerQualifier::TypeQualifier(q) if q.node == wanted);
        qualifiers.iter().any(is)
    };
    !has(TypeQualifier::Const) || has(TypeQualifier::Volatile)
}

impl Resolver<'_> {
    fn text(&self, span: &Span) -> &str {
        &self.source[span.start..span.end]
    }

    /// The name at a place; `None` for an identifier that nobody knows.
    fn name(&self, span: &Span, tag: bool) -> Option<Name> {
        self.identifiers.get(self.text(span)).map(|id| Name::new(id, tag))
    }

    fn at_file_scope(&self) -> bool {
        self.scopes.is_empty()
    }

    fn enter(&mut self) {
        self.scopes.push(self.locals.len());
    }

    fn leave(&mut self, end: usize) {
        let begin = self.scopes.pop().unwrap_or(0);
        self.hidden.extend(self.locals.drain(begin..).map(|(name, start)| (name, start..end)));
    }

    fn local(&mut self, span: &Span, tag: bool) {
        if let Some(name) = self.name(span, tag) {
            self.locals.push((name, span.start));
        }
    }

    fn mention(&mut self, span: &Span, tag: bool) {
        let Some(name) = self.name(span, tag) else { return };
        if !self.locals.iter().any(|local| local.0 == name) {
            self.facts.mentions.push(Mention { at: span.start, name, symbol: false });
        }
    }

    /// Declares a tag or an enumerator in the scope that is open.
    fn declare(&mut self, span: &Span, entity: Entity) {
        let tag = entity == Entity::Tag;
        if !self.at_file_scope() {
            return self.local(span, tag);
        }
        let Some(name) = self.name(span, tag) else { return };
        self.facts.mentions.push(Mention { at: span.start, name, symbol: false });
        self.facts.declared.push(Declared {
            name,
            entity,
            at: span.start,
            head_end: span.end,
            is_static: false,
            definition: true,
            mutable: false,
            inline: false,
            within_function: false,
            tentative: false,
            label: 0,
        });
    }

    /// Declares what a declarator names.
    fn declarator(&mut self, specified: &Specified, declarator: &Node<Declarator>, defined: bool) {
        let Some(identifier) = declared_name(&declarator.node) else { return };
        let function = is_function(&declarator.node);
        let mutable = !function && is_mutable(specified, &declarator.node);
        let linked = self.at_file_scope()
            || (specified.storage != Storage::Typedef && (function || specified.storage == Storage::Extern));
        if !linked {
            self.facts.own_state |= specified.storage == Storage::Static && mutable;
            return self.local(&identifier.span, false);
        }
        let Some(name) = self.name(&identifier.span, false) else { return };
        let entity = match specified.storage {
            Storage::Typedef => Entity::Typedef,
            _ if function => Entity::Function,
            _ => Entity::Object,
        };
        self.facts.mentions.push(Mention { at: identifier.span.start, name, symbol: false });
        self.facts.declared.push(Declared {
            name,
            entity,
            at: identifier.span.start,
            head_end: declarator.span.end,
            is_static: specified.storage == Storage::Static,
            definition: defined || entity == Entity::Typedef,
            mutable,
            inline: specified.inline,
            within_function: !self.at_file_scope(),
            tentative: entity == Entity::Object
                && specified.storage == Storage::Plain
                && self.at_file_scope()
                && !defined,
            label: 0,
        });
    }

    fn parameters(&mut self, declarator: &Declarator) {
        match first_derivation(declarator) {
            Some(DerivedDeclarator::Function(function)) => {
                for parameter in &function.node.parameters {
                    let name = parameter.node.declarator.as_ref().and_then(|d| declared_name(&d.node));
                    if let Some(name) = name {
                        self.local(&name.span, false);
                    }
                }
            }
            Some(DerivedDeclarator::KRFunction(names)) => {
                for name in names {
                    // A type of that name in another unit would turn the list into a prototype.
                    self.mention(&name.span, false);
                    self.local(&name.span, false);
                }
            }
            _ => {}
        }
    }
}

impl<'ast> Visit<'ast> for Resolver<'_> {
    fn visit_function_definition(&mut self, function: &'ast FunctionDefinition, span: &'ast Span) {
        for specifier in &function.specifiers {
            self.visit_declaration_specifier(&specifier.node, &specifier.span);
        }
        self.visit_declarator(&function.declarator.node, &function.declarator.span);
        self.declarator(&specified(&function.specifiers), &function.declarator, true);
        self.enter();
        self.parameters(&function.declarator.node);
        for declaration in &function.declarations {
            self.visit_declaration(&declaration.node, &declaration.span);
        }
        self.visit_statement(&function.statement.node, &function.statement.span);
        self.leave(span.end);
    }

    fn visit_declaration(&mut self, declaration: &'ast Declaration, _: &'ast Span) {
        for specifier in &declaration.specifiers {
            self.visit_declaration_specifier(&specifier.node, &specifier.span);
        }
        let specified = specified(&declaration.specifiers);
        for declarator in &declaration.declarators {
            let (declarator, initializer) = (&declarator.node.declarator, &declarator.node.initializer);
            self.visit_declarator(&declarator.node, &declarator.span);
            self.declarator(&specified, declarator, initializer.is_some());
            if let Some(initializer) = initializer {
                self.visit_initializer(&initializer.node, &initializer.span);
            }
        }
    }

    fn visit_function_declarator(&mut self, function: &'ast FunctionDeclarator, span: &'ast Span) {
        self.enter();
        for parameter in &function.parameters {
            self.visit_parameter_declaration(&parameter.node, &parameter.span);
            let declarator = parameter.node.declarator.as_ref();
            if let Some(name) = declarator.and_then(|declarator| declared_name(&declarator.node)) {
                self.local(&name.span, false);
            }
        }
        self.leave(span.end);
    }

    fn visit_statement(&mut self, statement: &'ast Statement, span: &'ast Span) {
        let scope = matches!(statement, Statement::Compound(_) | Statement::For(_));
        if scope {
            self.enter();
        }
        visit::visit_statement(self, statement, span);
        if scope {
            self.leave(span.end);
        }
    }

    fn visit_struct_type(&mut self, structure: &'ast StructType, _: &'ast Span) {
        match (&structure.identifier, &structure.declarations) {
            (Some(tag), Some(_)) => self.declare(&tag.span, Entity::Tag),
            (Some(tag), None) => self.mention(&tag.span, true),
            _ => {}
        }
        for declaration in structure.declarations.iter().flatten() {
            self.visit_struct_declaration(&declaration.node, &declaration.span);
        }
    }

    fn visit_enum_type(&mut self, enumeration: &'ast EnumType, _: &'ast Span) {
        match &enumeration.identifier {
            Some(tag) if enumeration.enumerators.is_empty() => self.mention(&tag.span, true),
            Some(tag) => self.declare(&tag.span, Entity::Tag),
            None => {}
        }
        for enumerator in &enumeration.enumerators {
            if let Some(value) = &enumerator.node.expression {
                self.visit_expression(&value.node, &value.span);
            }
            self.declare(&enumerator.node.identifier.span, Entity::Enumerator);
        }
    }

    fn visit_type_specifier(&mut self, specifier: &'ast TypeSpecifier, span: &'ast Span) {
        match specifier {
            TypeSpecifier::TypedefName(name) => self.mention(&name.span, false),
            _ => visit::visit_type_specifier(self, specifier, span),
        }
    }

    fn visit_expression(&mut self, expression: &'ast Expression, span: &'ast Span) {
        let Expression::Identifier(name) = expression else {
            return visit::visit_expression(self, expression, span);
        };
        if matches!(self.text(&name.span), "__func__" | "__FUNCTION__" | "__PRETTY_FUNCTION__") {
            self.facts.function_names.push((name.span.start, name.span.end));
        } else {
            self.mention(&name.span, false);
        }
    }
}
