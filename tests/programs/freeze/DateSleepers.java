import java.util.Date;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/** DateSleepers SECONDS: threads wait until the date that is this much later. The program ends when both have woken. */
public class DateSleepers {
    public static void main(String[] arguments) throws Exception {
        long end = System.currentTimeMillis() + TimeUnit.SECONDS.toMillis(Long.parseLong(arguments[0]));
        long start = System.nanoTime();
        CountDownLatch woken = new CountDownLatch(2);
        new Thread(() -> {
            while (System.currentTimeMillis() < end)
                LockSupport.parkUntil(end);
            woken.countDown();
        }).start();
        new Thread(() -> {
            var lock = new ReentrantLock();
            var condition = lock.newCondition();
            lock.lock();
            try {
                while (condition.awaitUntil(new Date(end))) {
                }
            } catch (InterruptedException e) {
                System.exit(3);
            }
            woken.countDown();
        }).start();
        Thread.sleep(300);
        System.out.println("pid=" + ProcessHandle.current().pid());
        woken.await();
        System.out.println("woken=2");
        System.out.println("late_ms=" + (System.currentTimeMillis() - end));
        System.out.println("monotonic_s=" + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start));
    }
}
