package dev.loramill.stress;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Kills, pauses and cuts off parts of the chain, one or a few at a time. */
final class Faults {
    private static final int LONGEST_GAP_MILLIS = 9_000;
    private static final int LONGEST_ABSENCE_MILLIS = 5_000;
    private static final int LONGEST_CUT_BYTES = 200_000;
    private static final String BROKER = "broker";
    private static final String DATABASE = "database";

    private final ChainGround ground;
    private final Random random;
    private final PrintStream progress;
    private final long begunAt = System.nanoTime();
    private final Set<String> busy = new HashSet<>();
    private final Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
    private final List<Thread> running = new ArrayList<>();

    /** What is done to a part. */
    enum Kind {
        KILL,
        PAUSE,
        CUT,
        CUT_AT_BYTE,
        REFUSE,
        HOLD,
        DELAY
    }

    Faults(ChainGround ground, long seed, PrintStream progress) {
        this.ground = ground;
        this.random = new Random(seed);
        this.progress = progress;
    }

    /** How often each came, by its name. */
    Map<String, Integer> byName() {
        Map<String, Integer> names = new TreeMap<>();
        counts.forEach((kind, count) -> names.put(name(kind), count));
        return names;
    }

    private static String name(Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** Brings faults about until a time, and waits for the end of the last. */
    void run(long deadlineNanos, Workload workload) throws InterruptedException, IOException {
        progress.printf("%7s  %-12s %-12s %9s %9s%n", "at s", "fault", "where", "for ms", "rows");
        while (System.nanoTime() < deadlineNanos) {
            TimeUnit.MILLISECONDS.sleep(1_000 + random.nextInt(LONGEST_GAP_MILLIS));
            ground.reviveEnded(progress);
            begin(workload);
        }
        for (Thread fault : running) {
            fault.join();
        }
        ground.reviveEnded(progress);
    }

    private void begin(Workload workload) {
        Kind kind = Kind.values()[weighted()];
        String where =
                switch (kind) {
                    case KILL -> anyOf(true);
                    case PAUSE -> anyOf(false);
                    default -> random.nextBoolean() ? BROKER : DATABASE;
                };
        int millis = duration(kind);
        synchronized (busy) {
            // One fault at a time for each part; the next comes soon.
            if (!busy.add(where)) {
                return;
            }
        }
        counts.merge(kind, 1, Integer::sum);
        progress.printf(
                "%7d  %-12s %-12s %9d %9d%n",
                (System.nanoTime() - begunAt) / 1_000_000_000,
                name(kind),
                where,
                millis,
                workload.rowsSent());
        progress.flush();
        int bytes = 1 + random.nextInt(LONGEST_CUT_BYTES);
        running.add(
                Thread.ofPlatform()
                        .name("fault-" + where)
                        .daemon()
                        .start(() -> {
                            try {
                                apply(kind, where, millis, bytes);
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            } catch (IOException e) {
                                progress.printf("         %s of %s: %s%n", kind, where, e);
                            } finally {
                                synchronized (busy) {
                                    busy.remove(where);
                                }
                            }
                        }));
    }

    private int weighted() {
        int draw = random.nextInt(100);
        int[] upTo = {35, 60, 68, 80, 88, 95, 100};
        int kind = 0;
        while (draw >= upTo[kind]) {
            kind++;
        }
        return kind;
    }

    private int duration(Kind kind) {
        return switch (kind) {
            case KILL -> random.nextInt(LONGEST_ABSENCE_MILLIS);
            // Now and then longer than any session of a consumer or a lock lasts.
            case PAUSE ->
                    random.nextInt(8) == 0
                            ? 40_000 + random.nextInt(20_000)
                            : random.nextInt(12_000);
            case CUT, CUT_AT_BYTE -> 0;
            case REFUSE -> 500 + random.nextInt(8_000);
            case HOLD -> 500 + random.nextInt(15_000);
            case DELAY -> 2_000 + random.nextInt(15_000);
        };
    }

    private String anyOf(boolean isDatabaseToo) {
        List<String> names =
                new ArrayList<>(ground.nodes().stream().map(Node::name).sorted().toList());
        names.add(BROKER);
        if (isDatabaseToo) {
            names.add(DATABASE);
        }
        return names.get(random.nextInt(names.size()));
    }

    private void apply(Kind kind, String where, int millis, int bytes)
            throws IOException, InterruptedException {
        TcpProxy proxy = where.equals(DATABASE) ? ground.databaseProxy() : ground.kafkaProxy();
        switch (kind) {
            case KILL -> kill(where, millis);
            case PAUSE -> {
                node(where).freeze();
                try {
                    TimeUnit.MILLISECONDS.sleep(millis);
                } finally {
                    node(where).thaw();
                }
            }
            case CUT -> proxy.cut();
            case CUT_AT_BYTE -> proxy.cutAfter(bytes);
            case REFUSE -> {
                proxy.refuse(true);
                try {
                    TimeUnit.MILLISECONDS.sleep(millis);
                } finally {
                    proxy.refuse(false);
                }
            }
            case HOLD -> {
                proxy.hold(true);
                try {
                    TimeUnit.MILLISECONDS.sleep(millis);
                } finally {
                    proxy.hold(false);
                }
            }
            case DELAY -> {
                proxy.delay(Duration.ofMillis(20 + millis % 200));
                try {
                    TimeUnit.MILLISECONDS.sleep(millis);
                } finally {
                    proxy.delay(Duration.ZERO);
                }
            }
        }
    }

    private void kill(String where, int millis) throws IOException, InterruptedException {
        if (where.equals(DATABASE)) {
            ground.killDatabase();
            TimeUnit.MILLISECONDS.sleep(millis);
            ground.startDatabase();
        } else {
            node(where).kill();
            TimeUnit.MILLISECONDS.sleep(millis);
            node(where).start();
        }
    }

    private Node node(String name) {
        if (name.equals(BROKER)) {
            return ground.broker();
        }
        return ground.nodes().stream()
                .filter(node -> node.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no process \"" + name + "\""));
    }
}
