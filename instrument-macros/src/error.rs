//! What is wrong with the user's code, and where.

use proc_macro::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};

/// One fault. Shown by the compiler at the span.
pub(crate) struct Error {
    span: Span,
    message: String,
}

impl Error {
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        Error {
            span,
            message: message.into(),
        }
    }

    /// `::core::compile_error! { "message" }`, every token of it at the span.
    pub fn into_compile_error(self) -> TokenStream {
        let message: TokenStream = TokenTree::from(Literal::string(&self.message)).into();
        let mut path = TokenStream::new();
        for word in ["core", "compile_error"] {
            path.extend([
                TokenTree::from(Punct::new(':', Spacing::Joint)),
                Punct::new(':', Spacing::Alone).into(),
                Ident::new(word, self.span).into(),
            ]);
        }
        path.extend([
            TokenTree::from(Punct::new('!', Spacing::Alone)),
            Group::new(Delimiter::Brace, message).into(),
        ]);
        let spanned = |mut token: TokenTree| {
            token.set_span(self.span);
            token
        };
        path.into_iter().map(spanned).collect()
    }
}
