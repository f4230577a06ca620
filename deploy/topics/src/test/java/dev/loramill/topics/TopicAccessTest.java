package dev.loramill.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.events.Program;
import dev.loramill.events.Topics;
import java.util.List;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.Test;

class TopicAccessTest {
    @Test
    void trainReadsWorkersAndWritesAssignments() {
        assertThat(operations(Program.TRAIN, Topics.WORKERS))
                .containsExactlyInAnyOrder(AclOperation.READ, AclOperation.DESCRIBE_CONFIGS);
        assertThat(operations(Program.TRAIN, Topics.TRAINING_ASSIGNMENTS))
                .containsExactlyInAnyOrder(AclOperation.WRITE, AclOperation.DESCRIBE_CONFIGS);
        assertThat(operations(Program.TRAIN, Topics.ROWS_CLEANED)).isEmpty();
    }

    @Test
    void onlyCleanHasTransactionsAndMakesTopics() {
        for (Program program : Program.values()) {
            boolean isClean = program == Program.CLEAN;
            List<AclBinding> rights = TopicAccess.of(program, "User:x");

            assertThat(rights)
                    .filteredOn(right ->
                            right.pattern().resourceType() == ResourceType.TRANSACTIONAL_ID)
                    .hasSize(isClean ? 1 : 0);
            assertThat(rights)
                    .filteredOn(right -> right.entry().operation() == AclOperation.CREATE)
                    .allMatch(right -> right.pattern().patternType() == PatternType.PREFIXED)
                    .hasSize(isClean ? 1 : 0);
        }
    }

    @Test
    void whoSubmitsRowsMayWriteThatTopicOnly() {
        assertThat(TopicAccess.of(Program.OUTSIDE, "User:partner"))
                .allMatch(right -> right.pattern().name().equals(Topics.ROWS_SUBMITTED))
                .allMatch(right -> right.entry().principal().equals("User:partner"));
    }

    @Test
    void nobodyHasRightsOnTheClusterOrOnAllTopics() {
        for (Program program : Program.values()) {
            assertThat(TopicAccess.of(program, TopicAccess.defaultPrincipal(program)))
                    .noneMatch(right -> right.pattern().resourceType() == ResourceType.CLUSTER)
                    .noneMatch(right -> right.pattern().name().equals("*"));
        }
    }

    private static List<AclOperation> operations(Program program, String topic) {
        return TopicAccess.of(program, "User:x").stream()
                .filter(right -> right.pattern().name().equals(topic))
                .map(right -> right.entry().operation())
                .toList();
    }
}
