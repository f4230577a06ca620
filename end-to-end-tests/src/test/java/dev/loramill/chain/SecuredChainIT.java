package dev.loramill.chain;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * From noisy rows to a served adapter on a broker as clusters have them: SCRAM over TLS, and a
 * principal for each service that may do with its own topics what it needs, and nothing else.
 */
class SecuredChainIT extends ChainIT {
    @Override
    boolean isSecured() {
        return true;
    }

    /** No test here: what is killed does not depend on the broker's rights. */
    @Override
    void killedProcessesChangeNothingOfTheOutcome() {}

    @Test
    void aJobOnAFileIsCleanedFrozenTrainedAndServed() throws Exception {
        String model = servedModel(awaitSucceeded(createJobOnAFile(4)));

        assertThat(chat(model).model()).isEqualTo(model);
    }
}
