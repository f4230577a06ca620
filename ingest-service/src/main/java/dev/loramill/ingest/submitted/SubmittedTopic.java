package dev.loramill.ingest.submitted;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.hibernate.StatelessSession;

/**
 * Which topic records come from: one that was made anew begins its offsets again, and its rows are
 * others than those that had the same offsets before.
 */
@ApplicationScoped
class SubmittedTopic {
    private final StatelessSession session;
    private final String topic;

    SubmittedTopic(
            StatelessSession session,
            @ConfigProperty(name = "mp.messaging.incoming.rows-submitted.topic") String topic) {
        this.session = session;
        this.topic = topic;
    }

    /**
     * Where the rows of a partition come from, within the transaction that takes them in.
     *
     * @param topicIds Kafka's ids of the topic, by partition; without one it is the first topic
     * @return beginning of their ids
     */
    String source(int partition, Map<Integer, String> topicIds) {
        String plain = "rows.submitted/" + partition;
        String id = topicIds.get(partition);
        return id == null || id.equals(first(id)) ? plain : plain + "@" + id;
    }

    private String first(String id) {
        session.createNativeMutationQuery(
                        "INSERT INTO submitted_topic (topic, topic_id) VALUES (:topic, :id) ON CONFLICT DO NOTHING")
                .setParameter("topic", topic)
                .setParameter("id", id)
                .executeUpdate();
        return session.createNativeQuery(
                        "SELECT topic_id FROM submitted_topic WHERE topic = :topic", String.class)
                .setParameter("topic", topic)
                .getSingleResult();
    }
}
