//! A function whose body is an atomic scope.

use crate::error::Error;
use crate::function::{group, is_word, source, span_of};
use proc_macro::{Delimiter, Group, Literal, Span, TokenStream, TokenTree};

/// The function with a scope of its name at the front of its body.
pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> Result<TokenStream, Error> {
    if let Some(argument) = arguments.into_iter().next() {
        let message = "`#[fidge::atomic]` has no arguments: the scope is called as the function";
        return Err(Error::new(argument.span(), message));
    }
    let mut tokens: Vec<TokenTree> = item.into_iter().collect();
    let head = tokens.iter().position(|token| is_word(token, "fn"));
    let Some(head) = head else {
        let span = span_of(tokens.first());
        return Err(Error::new(span, "`#[fidge::atomic]` expects a function"));
    };
    let not_so = |word: &str| tokens[..head].iter().find(|token| is_word(token, word));
    for (word, why) in [
        (
            "async",
            "a scope cannot be held across an `.await`: write `atomic_scope!` between them",
        ),
        ("const", "a `const` function runs no detector"),
    ] {
        if let Some(token) = not_so(word) {
            return Err(Error::new(token.span(), why));
        }
    }
    let name = tokens
        .get(head + 1)
        .map_or(String::new(), TokenTree::to_string);
    let name = name.strip_prefix("r#").unwrap_or(&name);
    let last = tokens.pop();
    let Some(body) = last
        .as_ref()
        .and_then(|token| group(token, Delimiter::Brace))
    else {
        let span = span_of(last.as_ref());
        return Err(Error::new(span, "expected the function's body"));
    };
    let name = Literal::string(name);
    let mut inner = source(
        Span::call_site(),
        &format!("::fidge::atomic_scope!({name});"),
    );
    inner.extend(body.stream());
    let mut scoped = Group::new(Delimiter::Brace, inner);
    scoped.set_span(body.span());
    tokens.push(scoped.into());
    Ok(tokens.into_iter().collect())
}
