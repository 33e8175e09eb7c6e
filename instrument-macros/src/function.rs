//! The head of a test's function, and what becomes of it.

use crate::arguments::Arguments;
use crate::error::Error;
use proc_macro::{Delimiter, Group, Ident, Literal, Span, TokenStream, TokenTree};

/// A plain function without parameters, taken apart.
pub(crate) struct Function {
    attributes: TokenStream,
    visibility: TokenStream,
    name: Ident,
    /// `-> R`; empty for `()`.
    output: TokenStream,
    body: Group,
    should_panic: bool,
}

impl Function {
    pub fn parse(item: TokenStream) -> Result<Self, Error> {
        let mut tokens = item.into_iter().peekable();
        let mut attributes = TokenStream::new();
        let mut should_panic = false;
        while let Some(hash) = tokens.next_if(|token| is_punct(token, '#')) {
            let attribute = tokens.next();
            match attribute.as_ref().and_then(attribute_name).as_deref() {
                Some("should_panic") => should_panic = true,
                Some("test") => {
                    let message = "`#[fidge::test]` stands in for `#[test]`: remove this one";
                    return Err(Error::new(span_of(attribute.as_ref()), message));
                }
                _ => {}
            }
            attributes.extend([Some(hash), attribute].into_iter().flatten());
        }
        let mut visibility = TokenStream::new();
        if let Some(word) = tokens.next_if(|token| is_word(token, "pub")) {
            visibility.extend([word]);
            visibility
                .extend(tokens.next_if(|token| group(token, Delimiter::Parenthesis).is_some()));
        }
        expect_fn(tokens.next())?;
        let name = match tokens.next() {
            Some(TokenTree::Ident(name)) => name,
            other => {
                return Err(Error::new(
                    span_of(other.as_ref()),
                    "expected a function's name",
                ));
            }
        };
        let parameters = tokens.next();
        match parameters
            .as_ref()
            .and_then(|token| group(token, Delimiter::Parenthesis))
        {
            Some(parameters) if parameters.stream().is_empty() => {}
            Some(parameters) => {
                return Err(Error::new(parameters.span(), "a test has no parameters"));
            }
            None => {
                let span = span_of(parameters.as_ref());
                return Err(Error::new(span, "a test has no generic parameters"));
            }
        }
        let mut output: Vec<TokenTree> = tokens.collect();
        let last = output.pop();
        let Some(body) = last
            .as_ref()
            .and_then(|token| group(token, Delimiter::Brace))
            .cloned()
        else {
            return Err(Error::new(
                span_of(last.as_ref()),
                "expected the test's body",
            ));
        };
        if let Some(word) = output.iter().find(|token| is_word(token, "where")) {
            return Err(Error::new(word.span(), "a test has no `where` clause"));
        }
        // libtest wants a test that should panic to return nothing; `-> ()` is nothing.
        if let [_, _, TokenTree::Group(unit)] = &output[..]
            && unit.delimiter() == Delimiter::Parenthesis
            && unit.stream().is_empty()
        {
            output.clear();
        }
        let output = output.into_iter().collect();
        Ok(Function {
            attributes,
            visibility,
            name,
            output,
            body,
            should_panic,
        })
    }

    /// The function becomes one inside of a test of the same name, so that its `return`, its `?`,
    /// its type and its place in stacks stay what they were. A test that returns something returns
    /// the exit code that libtest would have made of it.
    pub fn into_test(self, arguments: &Arguments) -> TokenStream {
        let Function {
            attributes,
            visibility,
            name,
            output,
            body,
            should_panic,
        } = self;
        let returns = !output.is_empty();
        let span = name.span();
        let bare = name.to_string();
        let bare = bare.strip_prefix("r#").unwrap_or(&bare);
        let path = Literal::string(bare);
        let runs = arguments
            .runs
            .as_ref()
            .map_or("1".to_owned(), Literal::to_string);
        let schedule = option(arguments.schedule.as_ref());
        let seed = option(arguments.seed.as_ref());

        let mut inner = source(span, "fn");
        inner.extend([
            TokenTree::from(name.clone()),
            parentheses(TokenStream::new()),
        ]);
        inner.extend(output);
        inner.extend([TokenTree::from(body)]);
        inner.extend(source(Span::call_site(), "::fidge::__private::run_test"));
        let mut call = source(
            Span::call_site(),
            &format!(
                "::fidge::__private::TestSettings {{ \
                     name: ::core::concat!(::core::module_path!(), \"::\", {path}), \
                     runs: {runs}, schedule: {schedule}, seed: {seed}, \
                     should_panic: {should_panic} }},"
            ),
        );
        call.extend([TokenTree::from(name.clone())]);
        inner.extend([parentheses(call)]);
        if !returns {
            inner.extend(source(Span::call_site(), ";"));
        }

        let mut test = attributes;
        test.extend(source(Span::call_site(), "#[::core::prelude::v1::test]"));
        test.extend(visibility);
        test.extend(source(span, "fn"));
        test.extend([TokenTree::from(name), parentheses(TokenStream::new())]);
        if returns {
            test.extend(source(Span::call_site(), "-> ::fidge::__private::ExitCode"));
        }
        test.extend([TokenTree::from(Group::new(Delimiter::Brace, inner))]);
        test
    }
}

fn expect_fn(token: Option<TokenTree>) -> Result<(), Error> {
    let span = span_of(token.as_ref());
    let word = token.map(|token| token.to_string()).unwrap_or_default();
    Err(match word.as_str() {
        "fn" => return Ok(()),
        "async" => Error::new(
            span,
            "a test cannot be `async`: run the future to its end on an executor in its body",
        ),
        "const" | "unsafe" | "extern" | "safe" => {
            Error::new(span, format!("a test cannot be `{word}`"))
        }
        _ => Error::new(span, "`#[fidge::test]` expects a function"),
    })
}

/// `should_panic` of `[should_panic(expected = "...")]`; nothing for a path of several names.
fn attribute_name(attribute: &TokenTree) -> Option<String> {
    let mut tokens = group(attribute, Delimiter::Bracket)?.stream().into_iter();
    let name = tokens.next()?;
    match tokens.next() {
        Some(next) if is_punct(&next, ':') => None,
        _ => Some(name.to_string()),
    }
}

fn option(literal: Option<&Literal>) -> String {
    match literal {
        Some(literal) => format!("::core::option::Option::Some({literal})"),
        None => "::core::option::Option::None".to_owned(),
    }
}

pub(crate) fn source(span: Span, text: &str) -> TokenStream {
    let tokens: TokenStream = text.parse().expect("the expansion is Rust");
    tokens
        .into_iter()
        .map(|mut token| {
            token.set_span(span);
            token
        })
        .collect()
}

fn parentheses(inner: TokenStream) -> TokenTree {
    Group::new(Delimiter::Parenthesis, inner).into()
}

pub(crate) fn group(token: &TokenTree, delimiter: Delimiter) -> Option<&Group> {
    match token {
        TokenTree::Group(group) if group.delimiter() == delimiter => Some(group),
        _ => None,
    }
}

fn is_punct(token: &TokenTree, c: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == c)
}

pub(crate) fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident.to_string() == word)
}

pub(crate) fn span_of(token: Option<&TokenTree>) -> Span {
    token.map_or_else(Span::call_site, TokenTree::span)
}
