package dev.loramill.process;

import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;

/** What children of the tests do; the first argument names it. */
final class ChildForTest {
    private ChildForTest() {}

    static JavaCommand doing(String... arguments) {
        return JavaCommand.ofMain(ChildForTest.class.getName())
                .options("-Xmx32m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
                .arguments(arguments);
    }

    public static void main(String[] arguments) throws Exception {
        switch (arguments[0]) {
            case "tell" -> {
                System.out.println("arguments " + Arrays.asList(arguments));
                System.out.println("variable " + System.getenv("FOR_TEST"));
                System.out.println("property " + System.getProperty("for.test"));
                System.out.println("directory " + Path.of("").toAbsolutePath());
                System.out.println("grün");
                System.err.println("one error");
                System.err.println("another error");
            }
            case "exit" -> System.exit(Integer.parseInt(arguments[1]));
            case "read" -> System.out.println("read " + System.in.read());
            case "wait" -> {
                System.out.println("ready");
                new CountDownLatch(1).await();
            }
            case "wait and tidy" -> {
                Runtime.getRuntime()
                        .addShutdownHook(new Thread(() -> System.out.println("tidied")));
                System.out.println("ready");
                new CountDownLatch(1).await();
            }
            case "never end" -> {
                Runtime.getRuntime().addShutdownHook(new Thread(ChildForTest::waitForever));
                System.out.println("ready");
                new CountDownLatch(1).await();
            }
            case "watch" -> {
                ParentWatch.start();
                System.out.println("ready");
                new CountDownLatch(1).await();
            }
            case "start another" -> {
                try (ChildProcess child = doing(arguments[1]).child().start()) {
                    child.readLines(line -> System.out.println(child.pid()));
                }
            }
            case "leave another" -> {
                ChildProcess child =
                        doing(arguments[1]).child().withoutInput().output(Redirect.DISCARD).start();
                System.out.println(child.pid());
                new CountDownLatch(1).await();
            }
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private static void waitForever() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
