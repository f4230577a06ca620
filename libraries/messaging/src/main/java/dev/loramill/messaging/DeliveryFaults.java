package dev.loramill.messaging;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Batches that have failed and are being tried again; a channel may have several at work. */
@ApplicationScoped
class DeliveryFaults implements Contact {
    private static final Logger LOG = LoggerFactory.getLogger(DeliveryFaults.class);

    private final Map<Effect, Fault> byBatch = new LinkedHashMap<>();

    private record Fault(String channel, String cause) {
        String sentence() {
            return "a batch of channel \"%s\" does not take effect and is tried again: %s"
                    .formatted(channel, cause);
        }
    }

    @Override
    public String name() {
        return "batches";
    }

    @Override
    public synchronized Optional<String> fault() {
        return byBatch.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        byBatch.values().stream()
                                .map(Fault::sentence)
                                .distinct()
                                .sorted()
                                .collect(Collectors.joining("; ")));
    }

    synchronized void tookEffect(String channel, Effect batch) {
        if (byBatch.remove(batch) != null && isFine(channel)) {
            LOG.atInfo().addKeyValue("channel", channel).log("Batches take effect again");
        }
    }

    synchronized void failed(String channel, Effect batch, Throwable cause) {
        boolean wasFine = isFine(channel);
        byBatch.put(batch, new Fault(channel, String.valueOf(cause)));
        if (wasFine) {
            LOG.atError()
                    .addKeyValue("channel", channel)
                    .setCause(cause)
                    .log("A batch did not take effect and is tried again");
        }
    }

    private boolean isFine(String channel) {
        return byBatch.values().stream().noneMatch(fault -> fault.channel().equals(channel));
    }
}
