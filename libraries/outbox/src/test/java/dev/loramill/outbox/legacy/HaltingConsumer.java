package dev.loramill.outbox.legacy;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Program that consumes until all records took effect, or dies at once, as by a kill: in the first
 * run in the midst of a transaction, in the second right after a commit.
 */
final class HaltingConsumer {
    static final int HALTED = 137;

    private HaltingConsumer() {}

    public static void main(String[] args) throws Exception {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(args[1]);
        dataSource.setUser("postgres");
        int expected = Integer.parseInt(args[3]);
        int run = run(dataSource);
        AtomicInteger batches = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(1);
        try (TransactionalConsumer consumer =
                TransactionalConsumer.builder("group", dataSource, args[0])
                        .topics(args[2])
                        .maxPollRecords(200)
                        .handlerRaw((tx, batch) -> {
                            Effects.insert(tx, batch);
                            if (batches.incrementAndGet() == 4 && run == 1) {
                                Runtime.getRuntime().halt(HALTED);
                            }
                        })
                        .afterCommit(() -> {
                            if (batches.get() == 4 && run == 2) {
                                Runtime.getRuntime().halt(HALTED);
                            }
                            if (isDone(dataSource, expected)) {
                                done.countDown();
                            }
                        })
                        .start()) {
            done.await();
        }
    }

    private static boolean isDone(PGSimpleDataSource dataSource, int expected) {
        try {
            return Backbone.effects(dataSource).size() >= expected;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Number of this run, counted in the database. */
    private static int run(PGSimpleDataSource dataSource) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE SEQUENCE IF NOT EXISTS run");
            try (var result = statement.executeQuery("SELECT nextval('run')")) {
                result.next();
                return result.getInt(1);
            }
        }
    }
}
