//! An access token that everybody uses and the first one who finds it expired renews.

use fidge::sync::atomic::{AtomicU64, Ordering::SeqCst};
use fidge::sync::{Mutex, RwLock};
use fidge::thread;

#[derive(Clone)]
struct Token {
    text: String,
    expires: u64,
}

struct Client {
    clock: AtomicU64,
    issued: AtomicU64,
    token: RwLock<Option<Token>>,
    renewal: Mutex<()>,
}

impl Client {
    fn present(&self) -> Option<Token> {
        let now = self.clock.load(SeqCst);
        let token = self.token.read().unwrap();
        token.clone().filter(|token| token.expires > now)
    }

    fn token(&self) -> Token {
        if let Some(token) = self.present() {
            return token;
        }
        let _one_at_a_time = self.renewal.lock().unwrap();
        if let Some(token) = self.present() {
            return token;
        }
        let token = Token {
            text: format!("token {}", self.issued.fetch_add(1, SeqCst)),
            expires: self.clock.load(SeqCst) + 20,
        };
        *self.token.write().unwrap() = Some(token.clone());
        token
    }
}

#[test]
fn a_token_is_renewed_once_when_it_expires() {
    crate::soak(|| {
        let client = Client {
            clock: AtomicU64::new(0),
            issued: AtomicU64::new(0),
            token: RwLock::new(None),
            renewal: Mutex::new(()),
        };
        thread::scope(|s| {
            for _ in 0..3 {
                s.spawn(|| {
                    for _ in 0..20 {
                        let token = client.token();
                        assert!(token.text.starts_with("token "));
                        client.clock.fetch_add(1, SeqCst);
                    }
                });
            }
        });
        assert!(client.issued.into_inner() <= 60 / 20 + 1);
    });
}
