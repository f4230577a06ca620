package dev.loramill.outbox;

import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Proves who wrote a record: every bean that is one sees each event as it is written to the outbox,
 * so that what is sent, released or sent again later bears the proof that it had then. Dead letters
 * are words of others, and never signed.
 */
public interface OutboxSigner {
    /** Signs a record that is otherwise complete, or leaves it as it is. */
    void sign(ProducerRecord<String, byte[]> record);
}
