package dev.loramill.messaging;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Batches that have failed and are being tried again. */
@ApplicationScoped
class DeliveryFaults implements Contact {
    private static final Logger LOG = LoggerFactory.getLogger(DeliveryFaults.class);

    private final Map<String, String> byChannel = new ConcurrentSkipListMap<>();

    @Override
    public String name() {
        return "batches";
    }

    @Override
    public Optional<String> fault() {
        return byChannel.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        byChannel.entrySet().stream()
                                .map(fault ->
                                        "a batch of channel \"%s\" does not take effect and is tried again: %s"
                                                .formatted(fault.getKey(), fault.getValue()))
                                .collect(Collectors.joining("; ")));
    }

    void tookEffect(String channel) {
        if (byChannel.remove(channel) != null) {
            LOG.atInfo().addKeyValue("channel", channel).log("Batches take effect again");
        }
    }

    void failed(String channel, Throwable cause) {
        if (byChannel.put(channel, String.valueOf(cause)) == null) {
            LOG.atError()
                    .addKeyValue("channel", channel)
                    .setCause(cause)
                    .log("A batch did not take effect and is tried again");
        }
    }
}
