package dev.loramill.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loramill.events.TopicDescription.Cleanup;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TopicDescriptionTest {
    private static final TopicDescription ADAPTERS = Topics.description(Topics.ADAPTERS);
    private static final TopicDescription ROWS = Topics.description(Topics.ROWS_RECEIVED);

    @Test
    void topicAsDescribedHasNoFaults() {
        assertThat(Topics.descriptions())
                .allSatisfy(topic ->
                        assertThat(topic.faults(topic.partitions(), topic.config())).isEmpty());
    }

    @Test
    void wrongCleanupPolicyIsNamedWithWhatMendsIt() {
        assertThat(ADAPTERS.faults(1, with(ADAPTERS, "cleanup.policy", "delete")))
                .containsExactly(
                        "topic \"loramill.adapters\" has cleanup.policy \"delete\" but must have"
                                + " \"compact\": kafka-configs --alter --topic loramill.adapters"
                                + " --add-config cleanup.policy=compact (or ./loramill topics"
                                + " apply)");
        assertThat(ROWS.faults(4, with(ROWS, "cleanup.policy", "compact,delete"))).hasSize(1);
    }

    @Test
    void topicsMayHaveMorePartitionsButNotFewer() {
        assertThat(ROWS.faults(12, ROWS.config())).isEmpty();
        assertThat(ROWS.faults(1, ROWS.config()))
                .singleElement()
                .asString()
                .contains("has 1 partition but must have at least 4");
        assertThat(Topics.description(Topics.DATASETS).allowsPartitions(6)).isTrue();
        assertThat(ADAPTERS.allowsPartitions(3)).isTrue();
    }

    @Test
    void shorterRetentionIsAFaultAndLongerIsNone() {
        String day = Long.toString(Duration.ofDays(1).toMillis());
        String year = Long.toString(Duration.ofDays(365).toMillis());

        assertThat(ROWS.faults(4, with(ROWS, "retention.ms", day)))
                .singleElement()
                .asString()
                .contains("retention.ms \"86400000\" but must have at least \"2592000000\"");
        assertThat(ROWS.faults(4, with(ROWS, "retention.ms", year))).isEmpty();
        assertThat(ROWS.faults(4, with(ROWS, "retention.ms", "-1"))).isEmpty();
    }

    @Test
    void whatIsKeptForGoodMayNotBeLimited() {
        TopicDescription history = Topics.description(Topics.DATASETS_HISTORY);

        assertThat(history.config()).containsEntry("retention.ms", "-1");
        assertThat(history.faults(1, with(history, "retention.ms", "604800000"))).hasSize(1);
        assertThat(history.faults(1, with(history, "retention.bytes", "1000000"))).hasSize(1);
    }

    @Test
    void smallerRecordsAreAFaultAndLargerAreNone() {
        assertThat(ROWS.faults(4, with(ROWS, "max.message.bytes", "1048588")))
                .singleElement()
                .asString()
                .contains("max.message.bytes \"1048588\" but must have at least \"8388608\"");
        assertThat(ROWS.faults(4, with(ROWS, "max.message.bytes", "20971520"))).isEmpty();
    }

    @Test
    void allFaultsAreToldAtOnce() {
        assertThat(ADAPTERS.faults(0, Map.of("cleanup.policy", "delete")))
                .hasSize(3)
                .anyMatch(fault -> fault.contains("has max.message.bytes none"));
    }

    @Test
    void correctionsHoldOnlyWhatIsWrong() {
        assertThat(ADAPTERS.corrections(with(ADAPTERS, "cleanup.policy", "delete")))
                .containsExactly(Map.entry("cleanup.policy", "compact"));
        assertThat(ADAPTERS.corrections(ADAPTERS.config())).isEmpty();
    }

    @Test
    void everyTopicHasADeadLetterQueueThatItsReadersWrite() {
        for (String topic : Topics.all()) {
            TopicDescription queue = Topics.description(Topics.deadLetters(topic));

            assertThat(queue.writers()).isEqualTo(Topics.description(topic).readers());
            assertThat(queue.retention()).contains(Duration.ofDays(30));
        }
        assertThat(Topics.descriptions()).hasSize(2 * Topics.all().size());
    }

    @Test
    void everyTopicHasWritersAndReaders() {
        assertThat(Topics.all())
                .allSatisfy(topic -> {
                    assertThat(Topics.description(topic).writers()).isNotEmpty();
                    assertThat(Topics.description(topic).readers()).isNotEmpty();
                });
    }

    @Test
    void aTopicThatIsNotOursIsRefused() {
        assertThatThrownBy(() -> Topics.description("orders"))
                .hasMessageContaining("there is no topic \"orders\"; known are [loramill.");
    }

    @Test
    void descriptionsThatContradictThemselvesAreRefused() {
        assertThatThrownBy(() ->
                        new TopicDescription(
                                "t",
                                1,
                                Cleanup.COMPACT,
                                Optional.of(Duration.ofDays(1)),
                                1,
                                Set.of(),
                                Set.of()))
                .hasMessageContaining("it can have no retention");
    }

    private static Map<String, String> with(TopicDescription topic, String key, String value) {
        Map<String, String> config = new HashMap<>(topic.config());
        config.put(key, value);
        return config;
    }
}
