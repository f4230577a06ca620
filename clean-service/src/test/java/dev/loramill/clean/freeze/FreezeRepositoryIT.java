package dev.loramill.clean.freeze;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.clean.stack.CleanResources;
import dev.loramill.clean.stack.CleanStack;
import dev.loramill.events.FreezeRequest;
import io.quarkus.test.TestTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(CleanResources.class)
class FreezeRepositoryIT {
    private static final String DIGEST = "d".repeat(64);
    private static final String FIRST = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private static final String SECOND = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    @Inject FreezeRepository freezes;

    @Test
    @TestTransaction
    void whoAsksWithoutATraceTakesItFromNobodyThatWaits() {
        keep(FIRST);
        freezes.await(DIGEST);
        keep(null);
        assertThat(freezes.findById(DIGEST).traceParent).isEqualTo(FIRST);
    }

    @Test
    @TestTransaction
    void theAnswerGoesOnInTheTraceOfWhoAskedLast() {
        keep(FIRST);
        freezes.await(DIGEST);
        keep(SECOND);
        assertThat(freezes.findById(DIGEST).traceParent).isEqualTo(SECOND);
    }

    @Test
    @TestTransaction
    void aTraceThatNobodyWaitsInEndsWithTheNextRequest() {
        keep(FIRST);
        keep(null);
        assertThat(freezes.findById(DIGEST).traceParent).isNull();
    }

    private void keep(@Nullable String traceParent) {
        freezes.keep(
                DIGEST,
                "ds-traced",
                new FreezeRequest(
                        CleanStack.BASE, null, 42, 0.2, 512, FreezeRequest.OverLength.DROP, null),
                traceParent);
    }
}
