package dev.loramill.train.client;

/** Another service could not answer, or says that it may answer differently soon. */
final class PassingFaultException extends RuntimeException {
    private static final long serialVersionUID = 1;

    PassingFaultException(String message) {
        super(message);
    }
}
