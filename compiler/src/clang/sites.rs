//! Where objects of some records are declared, accessed by field, copied, filled and made.

use super::cursor::*;
use super::orders::{self, Order, bare};
use super::shape::spell;
use std::collections::BTreeSet;
use std::ops::Range;

/// What stands before a member access.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base {
    /// A pointer.
    Pointer,
    /// A variable of file scope, by the place of its declaration's name; `element`: one of its elements.
    Global {
        /// Where it is named.
        name: Range<usize>,
        /// It is an array, of which this is an element.
        element: bool,
    },
    /// Some other object.
    Object,
    /// A value that has no address.
    Value,
}

/// What becomes of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// Its value is taken.
    Read,
    /// It is assigned; the operator's bytes, and those of the assignment.
    Assigned(Range<usize>, Range<usize>),
    /// `++` or `--`; the bytes of the whole, and whether the operator stands before it.
    Counted(Range<usize>, bool),
    /// It is not evaluated.
    Unevaluated,
    /// It is an object of which a part is taken, or its address.
    Object,
}

/// An argument of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// Its bytes.
    pub span: Range<usize>,
    /// The record that it points to, before conversions.
    pub leads_to: Option<usize>,
    /// The record whose size is in it.
    pub sizes: Option<usize>,
    /// It is a number.
    pub number: bool,
}

/// A place that has to do with an object of a record; records by the place of their name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Site {
    /// `base.field`, `base->field`.
    Member {
        /// All of it.
        span: Range<usize>,
        /// What stands before the operator.
        base: Range<usize>,
        /// What kind of thing that is.
        of: Base,
        /// The record.
        record: usize,
        /// Its field.
        field: String,
        /// What becomes of it.
        role: Role,
    },
    /// `offsetof(record, field)`, also as part of a path.
    Offset {
        /// Where the field is named.
        at: usize,
        /// The record.
        record: usize,
        /// Its field.
        field: String,
    },
    /// A variable that holds the record.
    Variable(Variable),
    /// A function takes it, gives it back, or is called with it, by value.
    ByValue {
        /// Where.
        at: usize,
        /// The record.
        record: usize,
    },
    /// An object is assigned to another as a whole.
    Assignment {
        /// All of it.
        span: Range<usize>,
        /// The target.
        to: Range<usize>,
        /// The source.
        from: Range<usize>,
        /// The places, in the source, that it may be a copy of; none: a value without a place.
        places: Vec<Range<usize>>,
        /// The record.
        record: usize,
    },
    /// `(struct s){…}`.
    Literal {
        /// All of it.
        span: Range<usize>,
        /// The braces.
        braces: Range<usize>,
        /// The record.
        record: usize,
        /// It is an array of them.
        array: bool,
        /// It stands inside a function.
        inside: bool,
    },
    /// A call that is given such an object's address, or such a size.
    Call {
        /// All of it.
        span: Range<usize>,
        /// The function's name, if it is called by name.
        callee: String,
        /// Its bytes.
        name: Range<usize>,
        /// What it is given.
        arguments: Vec<Argument>,
        /// It returns bytes that are no object yet.
        makes: bool,
    },
    /// Values of an enumeration are compared by order.
    Order(Order),
}

impl Site {
    /// What of it is about these records; values in braces are about any.
    pub fn about(self, records: &dyn Fn(usize) -> bool) -> Option<Self> {
        let keeps = match &self {
            Self::Variable(_) | Self::Literal { .. } | Self::Order(_) => true,
            Self::Member { record, .. }
            | Self::Offset { record, .. }
            | Self::ByValue { record, .. }
            | Self::Assignment { record, .. } => records(*record),
            Self::Call { .. } => return self.call_about(records),
        };
        keeps.then_some(self)
    }

    fn call_about(mut self, records: &dyn Fn(usize) -> bool) -> Option<Self> {
        let Self::Call { arguments, .. } = &mut self else { return None };
        for argument in arguments.iter_mut() {
            argument.leads_to = argument.leads_to.filter(|at| records(*at));
            argument.sizes = argument.sizes.filter(|at| records(*at));
        }
        let any = arguments.iter().any(|a| a.leads_to.is_some() || a.sizes.is_some());
        any.then_some(self)
    }
}

/// A variable that holds a record, or an array of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// From the specifiers to the end of the initialiser.
    pub span: Range<usize>,
    /// Where its name stands.
    pub name_at: usize,
    /// Its name.
    pub name: String,
    /// The record that it, or its elements, are of.
    pub record: usize,
    /// Bytes; `None` if only known at run time.
    pub size: Option<u64>,
    /// Number of elements, outermost first; empty if no array.
    pub dimensions: Vec<u64>,
    /// Its initialiser.
    pub initialiser: Option<Range<usize>>,
    /// The places that this may be a copy of.
    pub places: Vec<Range<usize>>,
    /// Not of static storage.
    pub automatic: bool,
}

/// Collects the sites of `records`, and where values of `enumerations` are compared, below the unit's
/// cursor, in order of the text.
pub fn sites(
    text: &str,
    root: Cursor,
    records: &BTreeSet<usize>,
    enumerations: &BTreeSet<usize>,
) -> Vec<Site> {
    let mut search =
        Search { text, records, enumerations, found: vec![], compared: vec![], counted: BTreeSet::new() };
    for cursor in root.children() {
        search.visit(cursor, &mut vec![]);
    }
    for (at, variables) in search.compared {
        if let Site::Order(order) = &mut search.found[at] {
            order.counted = variables.iter().any(|variable| search.counted.contains(variable));
        }
    }
    search.found
}

struct Search<'s> {
    text: &'s str,
    records: &'s BTreeSet<usize>,
    enumerations: &'s BTreeSet<usize>,
    found: Vec<Site>,
    /// Comparisons among those found, with the variables on their sides.
    compared: Vec<(usize, Vec<usize>)>,
    /// Variables that are counted up or down.
    counted: BTreeSet<usize>,
}

impl Search<'_> {
    fn visit<'u>(&mut self, cursor: Cursor<'u>, path: &mut Vec<Cursor<'u>>) {
        let found = match cursor.kind() {
            MEMBER => self.member(cursor, path),
            MEMBER_REF => self.offset(cursor, path),
            VARIABLE => self.variable(cursor, path),
            PARAMETER if path.last().is_some_and(|p| p.kind() == FUNCTION && p.is_definition()) => {
                self.by_value(cursor, cursor.ty())
            }
            FUNCTION if cursor.is_definition() => self.by_value(cursor, cursor.ty().result()),
            BINARY => self.order(cursor).or_else(|| self.assignment(cursor)),
            UNARY | COMPOUND_ASSIGN if !self.enumerations.is_empty() => {
                self.counted.extend(orders::counts(self.text, cursor));
                None
            }
            COMPOUND_LITERAL => self.literal(cursor, path),
            CALL => {
                let value = self.by_value(cursor, cursor.ty());
                self.found.extend(value);
                self.call(cursor)
            }
            _ => None,
        };
        self.found.extend(found);
        path.push(cursor);
        for child in cursor.children() {
            self.visit(child, path);
        }
        path.pop();
    }

    /// The record among those searched for that a type, or its elements, are of.
    fn record_of(&self, ty: Type) -> Option<usize> {
        let canonical = ty.canonical();
        match canonical.form() {
            Form::Array(_) => self.record_of(canonical.element()),
            Form::Record => self.known(canonical.declaration()?),
            _ => None,
        }
    }

    fn known(&self, declaration: Cursor) -> Option<usize> {
        declaration.canonical().offset().filter(|at| self.records.contains(at))
    }

    fn member(&self, cursor: Cursor, path: &[Cursor]) -> Option<Site> {
        let field = cursor.referenced()?;
        let record = self.around(field)?;
        let base = base_of(cursor)?;
        let of = if base.ty().canonical().form() == Form::Pointer { Base::Pointer } else { base_form(base) };
        let (span, base) = (cursor.extent(), base.extent());
        Some(Site::Member { span, base, of, record, field: field.name(), role: role(cursor, path) })
    }

    /// The record that has the field, by itself or through nameless ones.
    fn around(&self, field: Cursor) -> Option<usize> {
        let mut record = field.parent()?;
        loop {
            if let Some(known) = self.known(record) {
                return Some(known);
            }
            if !record.is_anonymous_member() {
                return None;
            }
            record = record.parent()?;
        }
    }

    /// A field named in `offsetof`; designators look the same.
    fn offset(&self, cursor: Cursor, path: &[Cursor]) -> Option<Site> {
        if !self.text[path.last()?.extent()].starts_with("__builtin_offsetof") {
            return None;
        }
        let field = cursor.referenced()?;
        Some(Site::Offset { at: cursor.offset()?, record: self.around(field)?, field: field.name() })
    }

    fn variable(&self, cursor: Cursor, path: &[Cursor]) -> Option<Site> {
        let ty = cursor.ty();
        let record = self.record_of(ty)?;
        let outside = !path.iter().any(|above| above.kind() == FUNCTION);
        let dimensions = super::walk::dimensions(ty);
        let known = dimensions.iter().all(|count| *count > 0);
        let (span, name_at) = (cursor.extent(), cursor.offset()?);
        let begins = |child: &Cursor| child.extent().start > name_at && child.extent().end == span.end;
        let initialiser = cursor.children().into_iter().filter(is_value).find(begins);
        Some(Site::Variable(Variable {
            name_at,
            name: cursor.name(),
            record,
            size: ty.size().filter(|_| known),
            dimensions,
            initialiser: initialiser.map(Cursor::extent),
            places: initialiser.and_then(|value| self.places(value)).unwrap_or_default(),
            automatic: !outside && !cursor.is_static() && !cursor.is_extern(),
            span,
        }))
    }

    fn by_value(&self, cursor: Cursor, ty: Type) -> Option<Site> {
        if ty.canonical().form() != Form::Record {
            return None;
        }
        Some(Site::ByValue { at: cursor.offset()?, record: self.record_of(ty)? })
    }

    fn order(&mut self, cursor: Cursor) -> Option<Site> {
        let order = orders::order(self.text, cursor, self.enumerations)?;
        self.compared.push((self.found.len(), orders::variables(cursor)));
        Some(Site::Order(order))
    }

    fn assignment(&self, cursor: Cursor) -> Option<Site> {
        let record = self.record_of(cursor.ty())?;
        let [to, from] = cursor.children()[..] else { return None };
        if !self.assigns(cursor) {
            return None;
        }
        let places = self.places(from).unwrap_or_default();
        Some(Site::Assignment { span: cursor.extent(), to: to.extent(), from: from.extent(), places, record })
    }

    /// It is an assignment; a comma between two objects has the same kind.
    fn assigns(&self, binary: Cursor) -> bool {
        let [to, from] = binary.children()[..] else { return false };
        self.text[to.extent().end..from.extent().start].contains('=')
    }

    /// The places of which a value may be a copy; an assignment's is made one.
    fn places(&self, value: Cursor) -> Option<Vec<Range<usize>>> {
        let inner = bare(value);
        match (inner.kind(), &inner.children()[..]) {
            (CONDITIONAL, &[_, yes, no]) => Some([self.places(yes)?, self.places(no)?].concat()),
            (BINARY, &[_, last]) if !self.assigns(inner) => self.places(last),
            (BINARY, _) => Some(vec![inner.extent()]),
            _ => (base_form(inner) != Base::Value).then(|| vec![inner.extent()]),
        }
    }

    fn literal(&self, cursor: Cursor, path: &[Cursor]) -> Option<Site> {
        let record = self.record_of(cursor.ty())?;
        let braces = cursor.children().into_iter().find(|c| c.kind() == INITIALISERS)?.extent();
        let inside = path.iter().any(|above| above.kind() == FUNCTION);
        let array = matches!(cursor.ty().canonical().form(), Form::Array(_));
        Some(Site::Literal { span: cursor.extent(), braces, record, array, inside })
    }

    fn call(&self, cursor: Cursor) -> Option<Site> {
        let children = cursor.children();
        let (callee, given) = children.split_first()?;
        let arguments: Vec<Argument> = given.iter().map(|argument| self.argument(*argument)).collect();
        if arguments.iter().all(|a| a.leads_to.is_none() && a.sizes.is_none()) {
            return None;
        }
        let named = bare(*callee).kind() == DECL_REF;
        let ty = cursor.ty().canonical();
        let makes = ty.form() == Form::Pointer && matches!(spell(ty.pointee()).as_str(), "void" | "char");
        let callee_name = if named { bare(*callee).name() } else { String::new() };
        let (span, name) = (cursor.extent(), callee.extent());
        Some(Site::Call { span, callee: callee_name, name, arguments, makes })
    }

    fn argument(&self, cursor: Cursor) -> Argument {
        let number = cursor.ty().canonical().form() == Form::Plain;
        Argument { span: cursor.extent(), leads_to: self.leads_to(cursor), sizes: self.sized(cursor), number }
    }

    /// What a pointer leads to before it was converted to another.
    fn leads_to(&self, cursor: Cursor) -> Option<usize> {
        let ty = cursor.ty().canonical();
        let own = match ty.form() {
            Form::Pointer => self.record_of(ty.pointee()),
            Form::Array(_) => self.record_of(ty),
            _ => None,
        };
        let below = || {
            let converts = matches!(cursor.kind(), IMPLICIT | CAST | PAREN);
            let inner = cursor.children().into_iter().rfind(|c| is_value(c)).filter(|_| converts)?;
            self.leads_to(inner)
        };
        own.or_else(below)
    }

    fn sized(&self, cursor: Cursor) -> Option<usize> {
        if cursor.kind() == CALL {
            return None;
        }
        let children = cursor.children();
        if cursor.kind() != SIZEOF {
            return children.into_iter().find_map(|child| self.sized(child));
        }
        children.into_iter().find_map(|child| match child.kind() {
            TYPE_REF => self.record_of(child.referenced()?.ty()),
            _ => self.record_of(child.ty()),
        })
    }
}

fn is_value(cursor: &Cursor) -> bool {
    !matches!(cursor.kind(), TYPE_REF | STRUCT | UNION | ENUM)
}

/// What a member is taken of; nameless records between are passed.
fn base_of(member: Cursor) -> Option<Cursor> {
    let base = *member.children().first()?;
    let nameless = |c: Cursor| c.kind() == MEMBER && c.name().is_empty();
    if nameless(base) {
        return base_of(base);
    }
    if base.kind() == IMPLICIT && base.children().first().is_some_and(|inner| nameless(*inner)) {
        return base_of(*base.children().first()?);
    }
    Some(base)
}

fn base_form(base: Cursor) -> Base {
    match base.kind() {
        PAREN => match base.children().first() {
            Some(&inner) if base_form(inner) != Base::Value => Base::Object,
            _ => Base::Value,
        },
        DECL_REF if is_global(base) => Base::Global { name: base.extent(), element: false },
        DECL_REF | MEMBER | COMPOUND_LITERAL => Base::Object,
        ARRAY_SUBSCRIPT => {
            let array = base.children().first().map(|array| {
                let decays = array.kind() == IMPLICIT;
                (array.children().first().copied().filter(|_| decays)).unwrap_or(*array)
            });
            let whole = |array: &Cursor| {
                let ty = array.ty().canonical();
                array.kind() == DECL_REF
                    && is_global(*array)
                    && matches!(ty.form(), Form::Array(_))
                    && ty.element().canonical().form() == Form::Record
            };
            match array.filter(whole) {
                Some(array) => Base::Global { name: array.extent(), element: true },
                None => Base::Object,
            }
        }
        UNARY if base.children().first().is_some_and(|c| c.ty().canonical().form() == Form::Pointer) => {
            Base::Object
        }
        _ => Base::Value,
    }
}

fn is_global(name: Cursor) -> bool {
    name.referenced().is_some_and(|variable| {
        let outside = variable.parent().is_none_or(|parent| parent.kind() != FUNCTION);
        variable.kind() == VARIABLE && outside && !variable.is_thread_local()
    })
}

/// What becomes of the field that `member` names.
fn role(member: Cursor, path: &[Cursor]) -> Role {
    let mut place = member;
    for (depth, &above) in path.iter().enumerate().rev() {
        match above.kind() {
            PAREN => place = above,
            IMPLICIT => {
                let decays = matches!(place.ty().canonical().form(), Form::Array(_));
                return if decays { Role::Object } else { Role::Read };
            }
            SIZEOF => return Role::Unevaluated,
            BINARY | COMPOUND_ASSIGN => return assigned(place, above),
            UNARY => return counted(place, above, path.get(depth.wrapping_sub(1)).copied()),
            _ => return Role::Object,
        }
    }
    Role::Object
}

fn assigned(place: Cursor, assignment: Cursor) -> Role {
    match assignment.children()[..] {
        [to, from] if to.extent() == place.extent() => {
            Role::Assigned(to.extent().end..from.extent().start, assignment.extent())
        }
        _ => Role::Object,
    }
}

fn counted(place: Cursor, unary: Cursor, _above: Option<Cursor>) -> Role {
    let (whole, inner) = (unary.extent(), place.extent());
    let same = unary.ty().canonical().name() == place.ty().canonical().name();
    match (whole.start < inner.start, whole.end > inner.end) {
        // `&x` has another type; what else has the same one and no conversion below it counts.
        (true, false) if same => Role::Counted(whole, true),
        (false, true) => Role::Counted(whole, false),
        _ => Role::Object,
    }
}
