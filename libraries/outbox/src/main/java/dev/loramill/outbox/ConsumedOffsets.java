package dev.loramill.outbox;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.microprofile.config.Config;
import org.hibernate.StatelessSession;

/** How far the records of channels have taken effect, in whatever replica. */
@ApplicationScoped
public class ConsumedOffsets {
    private final StatelessSession session;
    private final Config config;

    ConsumedOffsets(StatelessSession session, Config config) {
        this.session = session;
        this.config = config;
    }

    /** Offset behind the last record that took effect, for each partition that had one. */
    @Transactional
    public Map<Integer, Long> of(String channel) {
        String prefix = "mp.messaging.incoming.%s.".formatted(channel);
        Map<Integer, Long> offsets = new HashMap<>();
        session.createNativeQuery(
                        "SELECT partition, next_offset FROM consumer_offset WHERE consumer_group = :name AND topic = :topic",
                        Object[].class)
                .setParameter("name", config.getValue(prefix + "group.id", String.class))
                .setParameter("topic", config.getValue(prefix + "topic", String.class))
                .list()
                .forEach(row ->
                        offsets.put(((Number) row[0]).intValue(), ((Number) row[1]).longValue()));
        return offsets;
    }
}
