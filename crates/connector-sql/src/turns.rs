//! Who gets the next connection: waiting callers in turn, so that one who floods cannot starve another.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use connector::{Error, ErrorKind, Result};
use tokio::sync::oneshot;

/// As many turns at once as there are connections.
#[derive(Debug)]
pub(crate) struct Turns {
    queue: Mutex<Queue>,
    patience: Duration,
}

#[derive(Debug)]
struct Queue {
    free: usize,
    /// Callers who wait, in the order in which they are next.
    callers: VecDeque<String>,
    /// What each of them waits with. Never empty.
    waiting: HashMap<String, VecDeque<oneshot::Sender<Turn>>>,
}

/// The right to use one connection. Dropped it goes to the next caller.
#[derive(Debug)]
pub(crate) struct Turn {
    turns: Option<Arc<Turns>>,
}

impl Turns {
    pub(crate) fn new(connections: u32, patience: Duration) -> Arc<Self> {
        let queue = Queue { free: connections.max(1) as usize, callers: VecDeque::new(), waiting: HashMap::new() };
        Arc::new(Self { queue: Mutex::new(queue), patience })
    }

    /// Waits for a turn. Dropping the future gives up the place.
    pub(crate) async fn take(self: &Arc<Self>, caller: &str) -> Result<Turn> {
        let place = {
            let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
            if queue.free > 0 {
                queue.free -= 1;
                return Ok(Turn { turns: Some(Arc::clone(self)) });
            }
            queue.join(caller)
        };
        match tokio::time::timeout(self.patience, place).await {
            Ok(turn) => turn.map_err(Error::internal),
            Err(elapsed) => {
                let message = "The database is busy with other calls. Try again in a moment.";
                Err(Error::new(ErrorKind::Unavailable, message).with_source(elapsed))
            }
        }
    }
}

impl Queue {
    fn join(&mut self, caller: &str) -> oneshot::Receiver<Turn> {
        let (turn, place) = oneshot::channel();
        match self.waiting.get_mut(caller) {
            Some(own) => {
                // Whoever has gone need not be remembered.
                own.retain(|waiter| !waiter.is_closed());
                own.push_back(turn);
            }
            None => {
                self.callers.push_back(caller.to_owned());
                self.waiting.insert(caller.to_owned(), VecDeque::from([turn]));
            }
        }
        place
    }

    /// The next caller's first call. That caller is then last.
    fn next(&mut self) -> Option<oneshot::Sender<Turn>> {
        let caller = self.callers.pop_front()?;
        let own = self.waiting.get_mut(&caller)?;
        let waiter = own.pop_front();
        if own.is_empty() {
            self.waiting.remove(&caller);
        } else {
            self.callers.push_back(caller);
        }
        waiter
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let Some(turns) = self.turns.take() else { return };
        loop {
            let next = {
                let mut queue = turns.queue.lock().unwrap_or_else(PoisonError::into_inner);
                let next = queue.next();
                if next.is_none() {
                    queue.free += 1;
                }
                next
            };
            let Some(waiter) = next else { return };
            match waiter.send(Turn { turns: Some(Arc::clone(&turns)) }) {
                Ok(()) => return,
                // Whoever waited has gone: the turn is still ours to give.
                Err(mut back) => back.turns = None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(order: &Mutex<Vec<&'static str>>) -> Vec<&'static str> {
        order.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    #[tokio::test]
    async fn callers_who_wait_are_served_in_turn() {
        let turns = Turns::new(1, Duration::from_secs(60));
        let first = turns.take("heavy").await.unwrap_or_else(|error| panic!("{error:?}"));
        let order = Mutex::new(Vec::new());
        let call = async |caller: &'static str| {
            let _turn = turns.take(caller).await.unwrap_or_else(|error| panic!("{error:?}"));
            tokio::task::yield_now().await;
            order.lock().unwrap_or_else(PoisonError::into_inner).push(caller);
        };
        let crowd = futures::future::join_all((0..100).map(|_| call("heavy")));
        let light = async {
            tokio::task::yield_now().await;
            futures::join!(call("light"), call("other"));
        };
        let start = async {
            tokio::task::yield_now().await;
            tokio::task::yield_now().await;
            drop(first);
        };
        futures::join!(crowd, light, start);
        let order = names(&order);
        assert_eq!(order[..5], ["heavy", "light", "other", "heavy", "heavy"]);
        assert_eq!(order.len(), 102);
        assert_eq!(turns.queue.lock().unwrap_or_else(PoisonError::into_inner).free, 1);
    }

    #[tokio::test]
    async fn whoever_gives_up_leaves_nothing_behind() {
        let turns = Turns::new(2, Duration::from_millis(20));
        let held = (turns.take("a").await, turns.take("a").await);
        for _ in 0..10 {
            let refused = turns.take("b").await.map(drop).unwrap_err();
            assert_eq!((refused.kind(), refused.kind().retryable()), (ErrorKind::Unavailable, true));
            assert!(tokio::time::timeout(Duration::ZERO, turns.take("c")).await.is_err());
        }
        drop(held);
        let queue = turns.queue.lock().unwrap_or_else(PoisonError::into_inner);
        assert_eq!((queue.free, queue.callers.len(), queue.waiting.len()), (2, 0, 0));
    }
}
