package dev.loramill.chain;

/**
 * The same on a broker as clusters have them: SCRAM over TLS, and a principal for each service that
 * may do with its own topics what it needs, and nothing else.
 */
class SecuredChainIT extends ChainIT {
    @Override
    boolean isSecured() {
        return true;
    }
}
