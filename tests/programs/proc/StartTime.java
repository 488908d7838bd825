/** Prints when the process PID was started. */
public class StartTime {
    public static void main(String[] arguments) {
        ProcessHandle process = ProcessHandle.of(Long.parseLong(arguments[0])).get();
        System.out.println(process.info().startInstant().get().getEpochSecond());
    }
}
