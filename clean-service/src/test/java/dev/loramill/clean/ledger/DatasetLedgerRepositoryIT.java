package dev.loramill.clean.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.loramill.clean.stack.CleanResources;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(CleanResources.class)
class DatasetLedgerRepositoryIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String ID = "ds-of-two";

    @Inject DatasetLedgerRepository ledgers;
    @Inject EntityManager database;

    @Test
    void twoThatMeetANewDatasetAtTheSameMomentBothCountInIt() {
        CountDownLatch isMade = new CountDownLatch(1);
        CountDownLatch mayCommit = new CountDownLatch(1);
        CompletableFuture<@Nullable Void> first =
                inTransaction(() -> {
                    ledgers.lock(ID).kept += 2;
                    database.flush();
                    isMade.countDown();
                    await().atMost(PATIENCE).until(() -> mayCommit.getCount() == 0);
                });
        await().atMost(PATIENCE).until(() -> isMade.getCount() == 0);
        CompletableFuture<@Nullable Void> second = inTransaction(() -> ledgers.lock(ID).kept += 3);
        await().atMost(PATIENCE).until(this::doesSomebodyWait);
        mayCommit.countDown();

        assertThat(first).succeedsWithin(PATIENCE);
        assertThat(second).succeedsWithin(PATIENCE);
        assertThat(QuarkusTransaction.requiringNew().call(() -> ledgers.findById(ID).kept))
                .isEqualTo(5);
    }

    private boolean doesSomebodyWait() {
        return QuarkusTransaction.requiringNew()
                .call(() ->
                        ((Number)
                                                database.createNativeQuery(
                                                                "SELECT count(*) FROM pg_locks WHERE NOT granted")
                                                        .getSingleResult())
                                        .intValue()
                                > 0);
    }

    /** In a thread of its own, since both wait. */
    private static CompletableFuture<@Nullable Void> inTransaction(Runnable work) {
        return CompletableFuture.runAsync(
                () -> QuarkusTransaction.requiringNew().run(work),
                task -> Thread.ofPlatform().start(task));
    }
}
