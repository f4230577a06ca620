package dev.loramill.topics;

import dev.loramill.events.Program;
import dev.loramill.events.TopicDescription;
import dev.loramill.events.Topics;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * The rights that a program needs on a cluster, and no more: its topics by {@link
 * Topics#descriptions()}, consumer groups whose names begin with its own, and for clean the topics
 * and transactions of Kafka Streams.
 */
public final class TopicAccess {
    private static final String ANY_HOST = "*";
    private static final List<AclOperation> OWN_TOPIC =
            List.of(
                    AclOperation.READ,
                    AclOperation.WRITE,
                    AclOperation.CREATE,
                    AclOperation.DELETE,
                    AclOperation.DESCRIBE_CONFIGS);

    private TopicAccess() {}

    /** User name that a program has unless it is given another. */
    public static String defaultName(Program program) {
        return "loramill-" + program.label();
    }

    /** Principal of {@link #defaultName}. */
    public static String defaultPrincipal(Program program) {
        return "User:" + defaultName(program);
    }

    /**
     * Rights of a program.
     *
     * @param principal who it is to the cluster, such as {@code User:loramill-ingest}
     */
    public static List<AclBinding> of(Program program, String principal) {
        List<AclBinding> bindings = new ArrayList<>();
        for (TopicDescription topic : Topics.descriptions()) {
            ResourcePattern resource =
                    new ResourcePattern(ResourceType.TOPIC, topic.name(), PatternType.LITERAL);
            boolean isReader = topic.readers().contains(program);
            boolean isWriter = topic.writers().contains(program);
            if (isReader) {
                bindings.add(allow(principal, resource, AclOperation.READ));
            }
            if (isWriter) {
                bindings.add(allow(principal, resource, AclOperation.WRITE));
            }
            if (isReader || isWriter) {
                // Services compare their topics with the descriptions.
                bindings.add(allow(principal, resource, AclOperation.DESCRIBE_CONFIGS));
            }
        }
        if (program != Program.OUTSIDE) {
            for (String prefix : groupPrefixes(program)) {
                bindings.add(
                        allow(principal, prefixed(ResourceType.GROUP, prefix), AclOperation.READ));
            }
        }
        if (program == Program.CLEAN) {
            streams(principal, bindings);
        }
        return List.copyOf(bindings);
    }

    /** What the names of a program's consumer groups begin with. */
    static List<String> groupPrefixes(Program program) {
        return List.of(program.label() + ".", ownPrefix(program));
    }

    private static void streams(String principal, List<AclBinding> bindings) {
        String application = ownPrefix(Program.CLEAN);
        ResourcePattern internal = prefixed(ResourceType.TOPIC, application + "-");
        for (AclOperation operation : OWN_TOPIC) {
            bindings.add(allow(principal, internal, operation));
        }
        bindings.add(
                allow(
                        principal,
                        prefixed(ResourceType.TRANSACTIONAL_ID, application),
                        AclOperation.WRITE));
    }

    private static String ownPrefix(Program program) {
        return "loramill-" + program.label();
    }

    private static ResourcePattern prefixed(ResourceType type, String prefix) {
        return new ResourcePattern(type, prefix, PatternType.PREFIXED);
    }

    private static AclBinding allow(
            String principal, ResourcePattern resource, AclOperation operation) {
        return new AclBinding(
                resource,
                new AccessControlEntry(principal, ANY_HOST, operation, AclPermissionType.ALLOW));
    }
}
