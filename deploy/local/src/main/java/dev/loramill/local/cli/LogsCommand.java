package dev.loramill.local.cli;

import dev.loramill.local.launch.LaunchException;
import dev.loramill.local.launch.LogFile;
import dev.loramill.local.launch.LoramillHome;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows the log of one part. */
@Command(name = "logs", description = "Show the end of a log.", mixinStandardHelpOptions = true)
final class LogsCommand implements Callable<Integer> {
    private static final long POLL_MILLIS = 300;

    @SuppressWarnings("NullAway.Init") // set by picocli
    @Parameters(
            paramLabel = "NAME",
            description =
                    "ingest, clean, train, worker, serve, launcher, kafka, postgres, natives, build or test")
    private String name;

    @Option(
            names = {"-n", "--lines"},
            paramLabel = "COUNT",
            defaultValue = "100",
            description = "How many lines; ${DEFAULT-VALUE} by default.")
    private int count;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what is written later, until Ctrl-C.")
    private boolean isFollowing;

    @Override
    public Integer call() throws Exception {
        LoramillHome home = LoramillHome.of(System.getenv());
        Path log = home.log(name);
        if (!name.matches("[a-z]+") || !Files.exists(log)) {
            List<String> names = names(home);
            throw new LaunchException(
                    "there is no log \"%s\"; there are: %s"
                            .formatted(
                                    name,
                                    names.isEmpty()
                                            ? "none yet, ./loramill up writes them"
                                            : String.join(", ", names)));
        }
        PrintStream out = System.out;
        long position = Files.size(log);
        LogFile.lastLines(log, count).forEach(out::println);
        if (isFollowing) {
            follow(log, position, out);
        }
        return 0;
    }

    private static void follow(Path log, long from, PrintStream out)
            throws IOException, InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        long position = from;
        while (!never.await(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
            long size = Files.exists(log) ? Files.size(log) : 0;
            if (size < position) {
                // Set aside when it had grown large; a new one has begun.
                position = 0;
            }
            if (size > position) {
                try (FileChannel channel = FileChannel.open(log, StandardOpenOption.READ)) {
                    position +=
                            channel.transferTo(position, size - position, Channels.newChannel(out));
                }
                out.flush();
            }
        }
    }

    private static List<String> names(LoramillHome home) throws IOException {
        try (Stream<Path> files = Files.list(home.logs())) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(file -> file.endsWith(".log"))
                    .map(file -> file.substring(0, file.length() - ".log".length()))
                    .sorted()
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }
}
