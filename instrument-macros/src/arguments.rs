//! `runs = 50, schedule = "noise", seed = 7`

use crate::error::Error;
use proc_macro::{Ident, Literal, Span, TokenStream, TokenTree};

/// What stands in the attribute's parentheses, as literals to be put into the expansion.
#[derive(Default)]
pub(crate) struct Arguments {
    pub runs: Option<Literal>,
    pub schedule: Option<Literal>,
    pub seed: Option<Literal>,
}

impl Arguments {
    pub fn parse(tokens: TokenStream) -> Result<Self, Error> {
        let mut arguments = Arguments::default();
        let mut tokens = tokens.into_iter();
        while let Some(token) = tokens.next() {
            let TokenTree::Ident(key) = token else {
                return Err(Error::new(token.span(), "expected `key = value`"));
            };
            let equals = tokens.next();
            if !is_punct(equals.as_ref(), '=') {
                let message = format!("expected `{key} = value`");
                return Err(Error::new(equals.map_or(key.span(), |t| t.span()), message));
            }
            arguments.set(&key, tokens.next())?;
            match tokens.next() {
                None => break,
                comma if is_punct(comma.as_ref(), ',') => {}
                Some(other) => return Err(Error::new(other.span(), "expected `,`")),
            }
        }
        Ok(arguments)
    }

    fn set(&mut self, key: &Ident, value: Option<TokenTree>) -> Result<(), Error> {
        let span = value.as_ref().map_or(key.span(), TokenTree::span);
        let literal = match value {
            Some(TokenTree::Literal(literal)) => Some(literal),
            _ => None,
        };
        let field = match key.to_string().as_str() {
            "runs" => {
                check(
                    span,
                    literal
                        .as_ref()
                        .and_then(number::<u32>)
                        .is_some_and(|n| n > 0),
                    || "`runs` expects a number from 1, as in `runs = 50`",
                )?;
                &mut self.runs
            }
            "schedule" => {
                // Here and not in `fidge` alone, where nobody looks with the feature off.
                let is_known = literal.as_ref().is_some_and(|l| {
                    matches!(l.to_string().as_str(), r#""native""# | r#""noise""#)
                });
                check(
                    span,
                    is_known,
                    || "`schedule` expects `\"native\"` or `\"noise\"`",
                )?;
                &mut self.schedule
            }
            "seed" => {
                check(
                    span,
                    literal.as_ref().and_then(number::<u64>).is_some(),
                    || "`seed` expects a number from 0, as in `seed = 7`",
                )?;
                &mut self.seed
            }
            other => {
                let message =
                    format!("unknown key `{other}`: expected `runs`, `schedule` or `seed`");
                return Err(Error::new(key.span(), message));
            }
        };
        if field.is_some() {
            return Err(Error::new(key.span(), format!("`{key}` is given twice")));
        }
        *field = literal;
        Ok(())
    }
}

fn check(span: Span, right: bool, message: impl FnOnce() -> &'static str) -> Result<(), Error> {
    if right {
        Ok(())
    } else {
        Err(Error::new(span, message()))
    }
}

fn number<T: std::str::FromStr>(literal: &Literal) -> Option<T> {
    literal.to_string().replace('_', "").parse().ok()
}

fn is_punct(token: Option<&TokenTree>, c: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == c)
}
