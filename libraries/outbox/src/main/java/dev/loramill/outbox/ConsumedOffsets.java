package dev.loramill.outbox;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.HashMap;
import java.util.List;
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
        Map<Integer, Long> offsets = new HashMap<>();
        rows(channel)
                .forEach(row ->
                        offsets.put(((Number) row[0]).intValue(), ((Number) row[1]).longValue()));
        return offsets;
    }

    /** Kafka's id of the topic that the offset of a partition is of, for each where it is known. */
    @Transactional
    public Map<Integer, String> topicIds(String channel) {
        Map<Integer, String> ids = new HashMap<>();
        for (Object[] row : rows(channel)) {
            if (row[2] != null) {
                ids.put(((Number) row[0]).intValue(), (String) row[2]);
            }
        }
        return ids;
    }

    private List<Object[]> rows(String channel) {
        String prefix = "mp.messaging.incoming.%s.".formatted(channel);
        return session.createNativeQuery(
                        "SELECT partition, next_offset, topic_id FROM consumer_offset WHERE consumer_group = :name AND topic = :topic",
                        Object[].class)
                .setParameter("name", config.getValue(prefix + "group.id", String.class))
                .setParameter("topic", config.getValue(prefix + "topic", String.class))
                .list();
    }
}
