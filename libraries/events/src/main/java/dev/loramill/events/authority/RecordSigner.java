package dev.loramill.events.authority;

import org.apache.kafka.clients.producer.ProducerRecord;

/** Proves to readers of a record who wrote it. */
public interface RecordSigner {
    /**
     * Adds the header {@value RecordSignature#HEADER} to a record that is otherwise complete; what
     * it signs must not be changed afterwards.
     */
    void sign(ProducerRecord<String, byte[]> record);
}
