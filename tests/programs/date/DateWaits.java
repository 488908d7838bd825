// Waits for durations and until a date. Prints how long each wait took, in milliseconds of a clock that is not shifted.
import java.util.Date;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

public class DateWaits {
    interface Wait {
        void run() throws Exception;
    }

    static final long WAIT_MS = 300;

    static void time(String name, Wait wait) throws Exception {
        long start = System.nanoTime();
        wait.run();
        System.out.println("wait " + name + " " + (System.nanoTime() - start) / 1e6);
    }

    static void timeUntil(String name, Wait wait) throws Exception {
        long until = System.currentTimeMillis() + WAIT_MS;
        time(name, wait);
        System.out.println(name + "_after=" + (System.currentTimeMillis() - until));
    }

    public static void main(String[] arguments) throws Exception {
        ReentrantLock lock = new ReentrantLock();
        Condition condition = lock.newCondition();
        ScheduledExecutorService executor = Executors.newScheduledThreadPool(1);

        time("Thread.sleep", () -> Thread.sleep(WAIT_MS));
        time("parkNanos", () -> LockSupport.parkNanos(WAIT_MS * 1_000_000));
        time("ScheduledExecutorService.schedule", () -> executor.schedule(() -> { }, WAIT_MS, TimeUnit.MILLISECONDS).get());
        time("CountDownLatch.await", () -> new CountDownLatch(1).await(WAIT_MS, TimeUnit.MILLISECONDS));
        time("ReentrantLock.tryLock", () -> {
            Thread holder = new Thread(() -> {
                lock.lock();
                LockSupport.parkNanos(60_000_000_000L);
            });
            holder.setDaemon(true);
            holder.start();
            while (!lock.isLocked())
                Thread.yield();
            lock.tryLock(WAIT_MS, TimeUnit.MILLISECONDS);
            LockSupport.unpark(holder);
        });
        timeUntil("parkUntil", () -> {
            long until = System.currentTimeMillis() + WAIT_MS;
            while (System.currentTimeMillis() < until)
                LockSupport.parkUntil(until);
        });
        ReentrantLock own = new ReentrantLock();
        Condition met = own.newCondition();
        timeUntil("Condition.awaitUntil", () -> {
            own.lock();
            Date until = new Date(System.currentTimeMillis() + WAIT_MS);
            while (met.awaitUntil(until))
                ;
            own.unlock();
        });
        executor.shutdownNow();
        System.exit(0);
    }
}
