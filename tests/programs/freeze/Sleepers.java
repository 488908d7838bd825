import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Sleepers SECONDS: threads wait for this long in several ways. The program ends when all have woken. */
public class Sleepers {
    interface Wait {
        void run() throws Exception;
    }

    private static void start(Wait wait) {
        Thread thread = new Thread(() -> {
            try {
                wait.run();
            } catch (Exception e) {
                e.printStackTrace();
                System.exit(3);
            }
        });
        thread.start();
    }

    public static void main(String[] arguments) throws Exception {
        long seconds = Long.parseLong(arguments[0]);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        CountDownLatch woken = new CountDownLatch(4);
        start(() -> {
            Thread.sleep(TimeUnit.SECONDS.toMillis(seconds));
            woken.countDown();
        });
        start(() -> {
            while (end - System.nanoTime() > 0)
                LockSupport.parkNanos(end - System.nanoTime());
            woken.countDown();
        });
        start(() -> {
            Object monitor = new Object();
            synchronized (monitor) {
                monitor.wait(TimeUnit.SECONDS.toMillis(seconds));
            }
            woken.countDown();
        });
        var executor = Executors.newScheduledThreadPool(1);
        executor.schedule(woken::countDown, seconds, TimeUnit.SECONDS);
        Thread.sleep(300);
        System.out.println("pid=" + ProcessHandle.current().pid());
        woken.await();
        System.out.println("woken=4");
        System.out.println("late_ms=" + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - end));
        executor.shutdown();
    }
}
