//! libclang behind safe values: the only file that names `clang_sys`.

#![allow(non_upper_case_globals)] // libclang's own names

use clang_sys::*;
use std::ffi::{CStr, CString};
use std::marker::PhantomData;
use std::ops::Range;
use std::os::raw::{c_int, c_uint};

/// What kind of node a cursor stands on; the kinds that the walk tells apart.
pub use clang_sys::{
    CXCursor_AddrLabelExpr as LABEL_ADDRESS, CXCursor_ArraySubscriptExpr as ARRAY_SUBSCRIPT,
    CXCursor_AsmStmt as ASSEMBLY, CXCursor_BinaryOperator as BINARY, CXCursor_CStyleCastExpr as CAST,
    CXCursor_CallExpr as CALL, CXCursor_CaseStmt as CASE, CXCursor_CompoundAssignOperator as COMPOUND_ASSIGN,
    CXCursor_CompoundLiteralExpr as COMPOUND_LITERAL, CXCursor_ConditionalOperator as CONDITIONAL,
    CXCursor_DeclRefExpr as DECL_REF, CXCursor_EnumConstantDecl as ENUMERATOR, CXCursor_EnumDecl as ENUM,
    CXCursor_FieldDecl as FIELD, CXCursor_FunctionDecl as FUNCTION,
    CXCursor_IndirectGotoStmt as COMPUTED_GOTO, CXCursor_InitListExpr as INITIALISERS,
    CXCursor_IntegerLiteral as INTEGER, CXCursor_MemberRef as MEMBER_REF, CXCursor_MemberRefExpr as MEMBER,
    CXCursor_ParenExpr as PAREN, CXCursor_ParmDecl as PARAMETER, CXCursor_ReturnStmt as RETURN,
    CXCursor_StmtExpr as STATEMENT_EXPRESSION, CXCursor_StructDecl as STRUCT, CXCursor_SwitchStmt as SWITCH,
    CXCursor_TypeRef as TYPE_REF, CXCursor_TypedefDecl as TYPEDEF, CXCursor_UnaryExpr as SIZEOF,
    CXCursor_UnaryOperator as UNARY, CXCursor_UnexposedExpr as IMPLICIT, CXCursor_UnionDecl as UNION,
    CXCursor_VarDecl as VARIABLE,
};

/// A cursor's kind.
pub type Kind = CXCursorKind;

/// Why libclang could not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unavailable {
    /// The library was not found; holds the loader's message.
    NotFound(String),
    /// It gave no translation unit; holds its code.
    NoUnit(i32),
}

/// A parsed text. Cursors and types borrow from it.
pub struct Unit {
    index: CXIndex,
    unit: CXTranslationUnit,
}

/// What libclang complained about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Byte offset in the text.
    pub offset: usize,
    /// libclang's sentence.
    pub message: String,
    /// Where the declarations stand to which it points back.
    pub previous: Vec<usize>,
}

impl Unit {
    /// Parses `text` with `flags`; the text is never written to a file.
    pub fn parse(text: &str, flags: &[&str]) -> Result<Self, Unavailable> {
        if !is_loaded() {
            load().map_err(Unavailable::NotFound)?;
        }
        let name = CString::new("merged.c").expect("no NUL");
        let arguments: Vec<CString> = flags.iter().map(|f| CString::new(*f).expect("no NUL")).collect();
        let pointers: Vec<_> = arguments.iter().map(|a| a.as_ptr()).collect();
        let mut file = CXUnsavedFile {
            Filename: name.as_ptr(),
            Contents: text.as_ptr().cast(),
            Length: text.len() as _,
        };
        let mut unit = std::ptr::null_mut();
        // SAFETY: all pointers outlive the call; libclang copies what it keeps.
        let (index, code) = unsafe {
            let index = clang_createIndex(0, 0);
            let code = clang_parseTranslationUnit2(
                index,
                name.as_ptr(),
                pointers.as_ptr(),
                pointers.len() as c_int,
                &mut file,
                1,
                CXTranslationUnit_KeepGoing,
                &mut unit,
            );
            (index, code)
        };
        if code != CXError_Success || unit.is_null() {
            return Err(Unavailable::NoUnit(code));
        }
        Ok(Self { index, unit })
    }

    /// The whole unit's cursor.
    pub fn root(&self) -> Cursor<'_> {
        // SAFETY: the unit lives as long as the cursor's borrow.
        Cursor(unsafe { clang_getTranslationUnitCursor(self.unit) }, PhantomData)
    }

    /// All errors, in order.
    pub fn problems(&self) -> Vec<Problem> {
        // SAFETY: the unit is live; each diagnostic is disposed of after its use.
        unsafe {
            (0..clang_getNumDiagnostics(self.unit))
                .filter_map(|i| {
                    let diagnostic = clang_getDiagnostic(self.unit, i);
                    let severe = clang_getDiagnosticSeverity(diagnostic) >= CXDiagnostic_Error;
                    let problem = severe.then(|| Problem {
                        offset: offset_of(clang_getDiagnosticLocation(diagnostic)).unwrap_or(0),
                        message: text_of(clang_getDiagnosticSpelling(diagnostic)),
                        previous: notes_of(diagnostic),
                    });
                    clang_disposeDiagnostic(diagnostic);
                    problem
                })
                .collect()
        }
    }
}

impl Drop for Unit {
    fn drop(&mut self) {
        // SAFETY: both were made by `parse` and no cursor outlives `self`.
        unsafe {
            clang_disposeTranslationUnit(self.unit);
            clang_disposeIndex(self.index);
        }
    }
}

/// Where the notes of a diagnostic point to.
fn notes_of(diagnostic: CXDiagnostic) -> Vec<usize> {
    // SAFETY: the set and what it holds belong to the diagnostic, which is live.
    unsafe {
        let notes = clang_getChildDiagnostics(diagnostic);
        let note = |i| clang_getDiagnosticLocation(clang_getDiagnosticInSet(notes, i));
        (0..clang_getNumDiagnosticsInSet(notes)).filter_map(|i| offset_of(note(i))).collect()
    }
}

fn text_of(string: CXString) -> String {
    // SAFETY: a CXString is owned by the caller and disposed of once.
    unsafe {
        let pointer = clang_getCString(string);
        let text = if pointer.is_null() {
            String::new()
        } else {
            CStr::from_ptr(pointer).to_string_lossy().into_owned()
        };
        clang_disposeString(string);
        text
    }
}

/// Byte offset of a location; `None` for what stands in no file (built-ins).
fn offset_of(location: CXSourceLocation) -> Option<usize> {
    let (mut file, mut offset) = (std::ptr::null_mut(), 0 as c_uint);
    // SAFETY: null out-pointers are allowed for what is not asked.
    unsafe {
        clang_getExpansionLocation(
            location,
            &mut file,
            std::ptr::null_mut(),
            std::ptr::null_mut(),
            &mut offset,
        )
    };
    (!file.is_null()).then_some(offset as usize)
}

/// A node of the tree.
#[derive(Clone, Copy)]
pub struct Cursor<'u>(CXCursor, PhantomData<&'u Unit>);

/// A C type.
#[derive(Clone, Copy)]
pub struct Type<'u>(CXType, PhantomData<&'u Unit>);

/// A type's outermost construct.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A builtin type: spelled by its name.
    Plain,
    /// A pointer.
    Pointer,
    /// A struct or union.
    Record,
    /// An enumeration.
    Enum,
    /// An array with its number of elements, if known.
    Array(Option<u64>),
    /// A function; holds whether it takes further arguments, and whether it has a prototype.
    Function {
        /// `...` at the end.
        variadic: bool,
        /// Not `f()`.
        prototype: bool,
    },
}

extern "C" fn push(cursor: CXCursor, _: CXCursor, data: CXClientData) -> CXChildVisitResult {
    // SAFETY: `children` passes a live vector and the visitor runs inside that call.
    unsafe { (*data.cast::<Vec<CXCursor>>()).push(cursor) };
    CXChildVisit_Continue
}

impl<'u> Cursor<'u> {
    fn known(self) -> Option<Self> {
        // SAFETY: a plain query.
        (unsafe { clang_Cursor_isNull(self.0) } == 0).then_some(self)
    }

    /// Its kind.
    pub fn kind(self) -> Kind {
        self.0.kind
    }

    /// Its direct children.
    pub fn children(self) -> Vec<Cursor<'u>> {
        let mut found: Vec<CXCursor> = vec![];
        // SAFETY: the visitor gets the vector that lives here.
        unsafe { clang_visitChildren(self.0, push, (&raw mut found).cast()) };
        found.into_iter().map(|c| Cursor(c, PhantomData)).collect()
    }

    /// Its name.
    pub fn name(self) -> String {
        // SAFETY: a plain query; the string is disposed of.
        text_of(unsafe { clang_getCursorSpelling(self.0) })
    }

    /// The declaration that an expression or type reference names.
    pub fn referenced(self) -> Option<Cursor<'u>> {
        // SAFETY: a plain query.
        Cursor(unsafe { clang_getCursorReferenced(self.0) }, PhantomData).known()
    }

    /// The first declaration of the same thing.
    pub fn canonical(self) -> Cursor<'u> {
        // SAFETY: a plain query.
        Cursor(unsafe { clang_getCanonicalCursor(self.0) }, PhantomData)
    }

    /// What it is a part of.
    pub fn parent(self) -> Option<Cursor<'u>> {
        // SAFETY: a plain query.
        Cursor(unsafe { clang_getCursorSemanticParent(self.0) }, PhantomData).known()
    }

    /// Offset of its name; `None` for built-ins.
    pub fn offset(self) -> Option<usize> {
        // SAFETY: a plain query.
        offset_of(unsafe { clang_getCursorLocation(self.0) })
    }

    /// Its bytes.
    pub fn extent(self) -> Range<usize> {
        // SAFETY: plain queries.
        let (start, end) = unsafe {
            let range = clang_getCursorExtent(self.0);
            (clang_getRangeStart(range), clang_getRangeEnd(range))
        };
        let start = offset_of(start).unwrap_or(0);
        start..offset_of(end).unwrap_or(start).max(start)
    }

    /// It defines, not only declares.
    pub fn is_definition(self) -> bool {
        // SAFETY: a plain query.
        unsafe { clang_isCursorDefinition(self.0) != 0 }
    }

    /// Another unit may see it.
    pub fn is_external(self) -> bool {
        // SAFETY: a plain query.
        unsafe { clang_getCursorLinkage(self.0) == CXLinkage_External }
    }

    /// It was declared with `static`.
    pub fn is_static(self) -> bool {
        // SAFETY: a plain query.
        unsafe { clang_Cursor_getStorageClass(self.0) == CX_SC_Static }
    }

    /// It was declared with `extern`.
    pub fn is_extern(self) -> bool {
        // SAFETY: a plain query.
        unsafe { clang_Cursor_getStorageClass(self.0) == CX_SC_Extern }
    }

    /// It is a `__thread` variable.
    pub fn is_thread_local(self) -> bool {
        // SAFETY: a plain query.
        unsafe { clang_getCursorTLSKind(self.0) != CXTLS_None }
    }

    /// It is an `inline` function.
    pub fn is_inline(self) -> bool {
        // SAFETY: a plain query.
        unsafe { clang_Cursor_isFunctionInlined(self.0) != 0 }
    }

    /// A record that lends its fields to the record in which it stands.
    pub fn is_anonymous_member(self) -> bool {
        // SAFETY: a plain query.
        unsafe { clang_Cursor_isAnonymousRecordDecl(self.0) != 0 }
    }

    /// A record without a tag.
    pub fn is_anonymous(self) -> bool {
        // SAFETY: a plain query.
        unsafe { clang_Cursor_isAnonymous(self.0) != 0 }
    }

    /// Its type.
    pub fn ty(self) -> Type<'u> {
        // SAFETY: a plain query.
        Type(unsafe { clang_getCursorType(self.0) }, PhantomData)
    }

    /// What a typedef stands for.
    pub fn underlying(self) -> Type<'u> {
        // SAFETY: a plain query.
        Type(unsafe { clang_getTypedefDeclUnderlyingType(self.0) }, PhantomData)
    }

    /// An enumerator's value.
    pub fn value(self) -> i64 {
        // SAFETY: a plain query.
        unsafe { clang_getEnumConstantDeclValue(self.0) }
    }

    /// A field's place in its record, in bits.
    pub fn field_offset(self) -> Option<u64> {
        // SAFETY: a plain query.
        u64::try_from(unsafe { clang_Cursor_getOffsetOfField(self.0) }).ok()
    }

    /// A bit-field's width.
    pub fn bit_width(self) -> Option<u64> {
        // SAFETY: a plain query.
        u64::try_from(unsafe { clang_getFieldDeclBitWidth(self.0) }).ok()
    }
}

impl<'u> Type<'u> {
    /// As clang spells it.
    pub fn name(self) -> String {
        // SAFETY: a plain query; the string is disposed of.
        text_of(unsafe { clang_getTypeSpelling(self.0) })
    }

    /// Without typedefs.
    pub fn canonical(self) -> Type<'u> {
        // SAFETY: a plain query.
        Type(unsafe { clang_getCanonicalType(self.0) }, PhantomData)
    }

    /// The outermost construct of a canonical type.
    pub fn form(self) -> Form {
        let count = || {
            // SAFETY: a plain query.
            u64::try_from(unsafe { clang_getArraySize(self.0) }).ok()
        };
        match self.0.kind {
            CXType_Pointer | CXType_BlockPointer => Form::Pointer,
            CXType_Record => Form::Record,
            CXType_Enum => Form::Enum,
            CXType_ConstantArray => Form::Array(count()),
            CXType_IncompleteArray | CXType_VariableArray => Form::Array(None),
            CXType_FunctionNoProto => Form::Function { variadic: false, prototype: false },
            CXType_FunctionProto => {
                // SAFETY: a plain query.
                let variadic = unsafe { clang_isFunctionTypeVariadic(self.0) != 0 };
                Form::Function { variadic, prototype: true }
            }
            _ => Form::Plain,
        }
    }

    /// What a pointer points to.
    pub fn pointee(self) -> Type<'u> {
        // SAFETY: a plain query.
        Type(unsafe { clang_getPointeeType(self.0) }, PhantomData)
    }

    /// An array's element.
    pub fn element(self) -> Type<'u> {
        // SAFETY: a plain query.
        Type(unsafe { clang_getArrayElementType(self.0) }, PhantomData)
    }

    /// A function's result.
    pub fn result(self) -> Type<'u> {
        // SAFETY: a plain query.
        Type(unsafe { clang_getResultType(self.0) }, PhantomData)
    }

    /// A function's parameters.
    pub fn parameters(self) -> Vec<Type<'u>> {
        // SAFETY: the indices are below the count that libclang gives.
        unsafe {
            (0..clang_getNumArgTypes(self.0).max(0))
                .map(|i| Type(clang_getArgType(self.0, i as c_uint), PhantomData))
                .collect()
        }
    }

    /// The declaration of a record, enumeration or typedef.
    pub fn declaration(self) -> Option<Cursor<'u>> {
        // SAFETY: a plain query.
        Cursor(unsafe { clang_getTypeDeclaration(self.0) }, PhantomData).known()
    }

    /// `const` at the outermost level.
    pub fn is_const(self) -> bool {
        // SAFETY: a plain query.
        unsafe { clang_isConstQualifiedType(self.0) != 0 }
    }

    /// `volatile` at the outermost level.
    pub fn is_volatile(self) -> bool {
        // SAFETY: a plain query.
        unsafe { clang_isVolatileQualifiedType(self.0) != 0 }
    }

    /// Place of a field of a record, lent ones included, in bits.
    pub fn offset_of(self, field: &str) -> Option<u64> {
        let field = CString::new(field).ok()?;
        // SAFETY: the name lives until the call returns.
        u64::try_from(unsafe { clang_Type_getOffsetOf(self.0, field.as_ptr()) }).ok()
    }

    /// Size in bytes, if complete.
    pub fn size(self) -> Option<u64> {
        // SAFETY: a plain query.
        u64::try_from(unsafe { clang_Type_getSizeOf(self.0) }).ok()
    }

    /// Alignment in bytes, if complete.
    pub fn align(self) -> Option<u64> {
        // SAFETY: a plain query.
        u64::try_from(unsafe { clang_Type_getAlignOf(self.0) }).ok()
    }
}
