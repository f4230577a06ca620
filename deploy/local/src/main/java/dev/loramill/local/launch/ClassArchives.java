package dev.loramill.local.launch;

import dev.loramill.process.ChildProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes the class archives that were missing at a start, one after another, in the background. */
final class ClassArchives implements AutoCloseable {
    private final Map<Service, ClassArchive> missing;
    private final LoramillHome home;
    private final Console console;
    private final Thread thread;
    private boolean isClosed;
    private @Nullable ChildProcess process;

    ClassArchives(Map<Service, ClassArchive> missing, LoramillHome home, Console console) {
        this.missing = Map.copyOf(missing);
        this.home = home;
        this.console = console;
        this.thread = Thread.ofPlatform().name("class-archives").daemon().unstarted(this::make);
    }

    void start() {
        if (!missing.isEmpty()) {
            thread.start();
        }
    }

    @Override
    public void close() throws IOException {
        synchronized (this) {
            isClosed = true;
            if (process != null) {
                process.close();
            }
        }
        for (ClassArchive archive : missing.values()) {
            archive.discard();
        }
    }

    private void make() {
        long start = System.nanoTime();
        List<String> made = new ArrayList<>();
        for (Map.Entry<Service, ClassArchive> archive :
                missing.entrySet().stream().sorted(Map.Entry.comparingByKey()).toList()) {
            String name = archive.getKey().label();
            try {
                ChildProcess running = begin(archive.getValue());
                if (running == null) {
                    return;
                }
                int code = running.waitFor();
                synchronized (this) {
                    if (isClosed) {
                        return;
                    }
                    if (code == 0) {
                        archive.getValue().keep();
                        made.add(name);
                    } else {
                        archive.getValue().discard();
                        console.line(
                                "  no class archive of %s, it goes on starting without: see %s"
                                        .formatted(name, home.log("class-archive")));
                    }
                }
            } catch (IOException e) {
                console.line(
                        "  no class archive of %s, it goes on starting without: %s"
                                .formatted(name, e));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
        if (!made.isEmpty()) {
            console.line(
                    "  class archives of %s made in %s; the next start takes less"
                            .formatted(
                                    String.join(", ", made),
                                    Steps.seconds(Duration.ofNanos(System.nanoTime() - start))));
        }
    }

    private synchronized @Nullable ChildProcess begin(ClassArchive archive) throws IOException {
        if (isClosed) {
            return null;
        }
        ChildProcess started = archive.make(home.log("class-archive"));
        process = started;
        return started;
    }
}
