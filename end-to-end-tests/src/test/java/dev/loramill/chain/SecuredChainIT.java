package dev.loramill.chain;

/**
 * From noisy rows to a served adapter on a broker as clusters have them: SCRAM over TLS, and a
 * principal for each service that may do with its own topics what it needs, and nothing else.
 */
class SecuredChainIT extends ChainIT {
    @Override
    boolean isSecured() {
        return true;
    }

    /** No test here, to save its minute: what is killed does not depend on the broker's rights. */
    @Override
    void killedProcessesChangeNothingOfTheOutcome() {}
}
