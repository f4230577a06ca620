package dev.loramill.events.authority;

import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Tells records of those who may write them from all others. */
public interface RecordVerifier {
    /**
     * Why a record must not take effect, in words for a log; empty when it was signed by who may
     * and is as it was signed. Never throws, whatever the record holds.
     */
    Optional<String> fault(ConsumerRecord<String, byte[]> record);
}
