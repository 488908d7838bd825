// sleepers SECONDS: threads wait for this long in several ways. The program ends when all have woken.
use std::sync::{mpsc, Condvar, Mutex};
use std::time::{Duration, Instant};
use std::{env, process, thread};

fn main() {
    let wait = Duration::from_secs(env::args().nth(1).unwrap().parse().unwrap());
    let end = Instant::now() + wait;
    let threads = [
        thread::spawn(move || {
            let (mutex, condition) = (Mutex::new(()), Condvar::new());
            let mut guard = mutex.lock().unwrap();
            while Instant::now() < end {
                guard = condition.wait_timeout(guard, end - Instant::now()).unwrap().0;
            }
        }),
        thread::spawn(move || {
            while Instant::now() < end {
                thread::park_timeout(end - Instant::now());
            }
        }),
        thread::spawn(move || {
            let (_sender, receiver) = mpsc::channel::<()>();
            receiver.recv_timeout(wait).unwrap_err();
        }),
    ];
    thread::sleep(Duration::from_millis(200));
    println!("pid={}", process::id());
    for thread in threads {
        thread.join().unwrap();
    }
    println!("woken=3\nlate_ms={}", end.elapsed().as_millis());
}
