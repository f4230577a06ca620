package dev.loramill.topics;

import dev.loramill.events.TopicDescription;
import dev.loramill.events.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Brings a cluster's topics to what {@link Topics#descriptions()} says, and compares them. */
public final class TopicSetup {
    private static final short CLUSTER_DEFAULT = -1;
    private static final Duration EFFECTIVE_WITHIN = Duration.ofSeconds(30);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

    private final Admin admin;
    private final List<TopicDescription> wanted;

    /** A setup of all of Loramill's topics. */
    public TopicSetup(Admin admin) {
        this(admin, Topics.descriptions());
    }

    TopicSetup(Admin admin, List<TopicDescription> wanted) {
        this.admin = admin;
        this.wanted = wanted;
    }

    /**
     * What was done to a cluster, in sentences.
     *
     * @param made topics that were not there
     * @param changed settings of topics that were there
     * @param faults what only a person can mend
     */
    public record Applied(List<String> made, List<String> changed, List<String> faults) {
        public Applied {
            made = List.copyOf(made);
            changed = List.copyOf(changed);
            faults = List.copyOf(faults);
        }
    }

    private record Found(int partitions, Map<String, String> config) {}

    /**
     * Makes topics that are missing, corrects settings that would lose or refuse records, and adds
     * partitions to topics without records. Deletes nothing.
     *
     * @throws TopicsException when the cluster does not answer or refuses
     */
    public Applied apply() throws TopicsException, InterruptedException {
        List<String> made = new ArrayList<>();
        List<String> changed = new ArrayList<>();
        List<String> faults = new ArrayList<>();
        Map<String, Found> found = find();
        create(wanted.stream().filter(topic -> !found.containsKey(topic.name())).toList(), made);
        for (TopicDescription topic : wanted) {
            Found actual = found.get(topic.name());
            if (actual != null) {
                correct(topic, actual, changed);
                if (!topic.allowsPartitions(actual.partitions())
                        && !addPartitions(topic, actual, changed)) {
                    faults.addAll(topic.faults(actual.partitions(), topic.config()));
                }
            }
        }
        return new Applied(made, changed, faults);
    }

    /**
     * What differs from the descriptions, in sentences that say what to change; changes nothing.
     *
     * @throws TopicsException when the cluster does not answer or refuses
     */
    public List<String> check() throws TopicsException, InterruptedException {
        Map<String, Found> found = find();
        List<String> faults = new ArrayList<>();
        for (TopicDescription topic : wanted) {
            Found actual = found.get(topic.name());
            if (actual == null) {
                faults.add(
                        "topic \"%s\" is not there: ./loramill topics apply makes it"
                                .formatted(topic.name()));
            } else {
                faults.addAll(topic.faults(actual.partitions(), actual.config()));
            }
        }
        return List.copyOf(faults);
    }

    /**
     * Grants rights, and waits until they hold; those that are there already stay as they are.
     *
     * @throws TopicsException when the cluster does not answer, has no authorizer, or refuses
     */
    public void grant(Collection<AclBinding> bindings)
            throws TopicsException, InterruptedException {
        get(admin.createAcls(bindings).all(), "cannot grant rights");
        long deadline = System.nanoTime() + EFFECTIVE_WITHIN.toNanos();
        while (!get(admin.describeAcls(AclBindingFilter.ANY).values(), "cannot read the rights")
                .containsAll(bindings)) {
            if (System.nanoTime() > deadline) {
                throw new TopicsException(
                        "the rights were granted but do not hold after %d s; look at the brokers"
                                .formatted(EFFECTIVE_WITHIN.toSeconds()));
            }
            Thread.sleep(LOOK_AGAIN);
        }
    }

    private Map<String, Found> find() throws TopicsException, InterruptedException {
        Map<String, Integer> partitions = new LinkedHashMap<>();
        for (var topic :
                admin.describeTopics(wanted.stream().map(TopicDescription::name).toList())
                        .topicNameValues()
                        .entrySet()) {
            try {
                partitions.put(topic.getKey(), topic.getValue().get().partitions().size());
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                    throw fault("cannot look at topic \"%s\"".formatted(topic.getKey()), e);
                }
            }
        }
        Map<ConfigResource, Config> configs =
                get(
                        admin.describeConfigs(
                                        partitions.keySet().stream()
                                                .map(TopicSetup::resource)
                                                .toList())
                                .all(),
                        "cannot read the settings of the topics");
        Map<String, Found> found = new HashMap<>();
        partitions.forEach((topic, count) ->
                found.put(
                        topic,
                        new Found(
                                count,
                                Objects.requireNonNull(configs.get(resource(topic)))
                                        .entries()
                                        .stream()
                                        .filter(entry -> entry.value() != null)
                                        .collect(
                                                Collectors.toMap(
                                                        ConfigEntry::name, ConfigEntry::value)))));
        return found;
    }

    private void create(List<TopicDescription> topics, List<String> made)
            throws TopicsException, InterruptedException {
        Map<String, TopicDescription> byName =
                topics.stream()
                        .collect(Collectors.toMap(TopicDescription::name, Function.identity()));
        var creations =
                admin.createTopics(
                                topics.stream()
                                        .map(topic ->
                                                new NewTopic(
                                                                topic.name(),
                                                                topic.partitions(),
                                                                CLUSTER_DEFAULT)
                                                        .configs(topic.config()))
                                        .toList())
                        .values();
        for (var creation : creations.entrySet()) {
            try {
                creation.getValue().get();
                made.add(
                        "topic \"%s\" made with %d partitions, %s"
                                .formatted(
                                        creation.getKey(),
                                        Objects.requireNonNull(byName.get(creation.getKey()))
                                                .partitions(),
                                        Objects.requireNonNull(byName.get(creation.getKey()))
                                                .config()));
            } catch (ExecutionException e) {
                // Another setup was faster.
                if (!(e.getCause() instanceof TopicExistsException)) {
                    throw fault("cannot make topic \"%s\"".formatted(creation.getKey()), e);
                }
            }
        }
    }

    private void correct(TopicDescription topic, Found actual, List<String> changed)
            throws TopicsException, InterruptedException {
        Map<String, String> corrections = topic.corrections(actual.config());
        if (corrections.isEmpty()) {
            return;
        }
        get(
                admin.incrementalAlterConfigs(
                                Map.of(
                                        resource(topic.name()),
                                        corrections.entrySet().stream()
                                                .map(correction ->
                                                        new AlterConfigOp(
                                                                new ConfigEntry(
                                                                        correction.getKey(),
                                                                        correction.getValue()),
                                                                OpType.SET))
                                                .toList()))
                        .all(),
                "cannot correct topic \"%s\"".formatted(topic.name()));
        corrections.forEach((key, value) ->
                changed.add(
                        "topic \"%s\": %s was %s, is now %s"
                                .formatted(topic.name(), key, actual.config().get(key), value)));
    }

    /** Adds what is missing when no record can change its place in the order of its key. */
    private boolean addPartitions(TopicDescription topic, Found actual, List<String> changed)
            throws TopicsException, InterruptedException {
        if (actual.partitions() > topic.partitions() || !isEmpty(topic, actual.partitions())) {
            return false;
        }
        get(
                admin.createPartitions(
                                Map.of(topic.name(), NewPartitions.increaseTo(topic.partitions())))
                        .all(),
                "cannot add partitions to topic \"%s\"".formatted(topic.name()));
        changed.add(
                "topic \"%s\": it had no records and %d of %d partitions, the others were added"
                        .formatted(topic.name(), actual.partitions(), topic.partitions()));
        return true;
    }

    private boolean isEmpty(TopicDescription topic, int partitions)
            throws TopicsException, InterruptedException {
        for (int partition = 0; partition < partitions; partition++) {
            var place = new TopicPartition(topic.name(), partition);
            if (offset(place, OffsetSpec.earliest()) != offset(place, OffsetSpec.latest())) {
                return false;
            }
        }
        return true;
    }

    private long offset(TopicPartition place, OffsetSpec which)
            throws TopicsException, InterruptedException {
        return get(
                        admin.listOffsets(Map.of(place, which)).partitionResult(place),
                        "cannot see whether topic \"%s\" is empty".formatted(place.topic()))
                .offset();
    }

    private static ConfigResource resource(String topic) {
        return new ConfigResource(ConfigResource.Type.TOPIC, topic);
    }

    private static <T> T get(KafkaFuture<T> future, String fault)
            throws TopicsException, InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw fault(fault, e);
        }
    }

    private static TopicsException fault(String what, ExecutionException e) {
        Throwable cause = Optional.ofNullable(e.getCause()).orElse(e);
        String why =
                switch (cause) {
                    case AuthenticationException _ ->
                            "Kafka refuses the credentials (%s); check sasl.jaas.config, sasl.mechanism and security.protocol"
                                    .formatted(cause.getMessage());
                    case AuthorizationException _ ->
                            "this principal lacks the right (%s); use one that may CREATE, ALTER_CONFIGS and DESCRIBE_CONFIGS topics and ALTER the cluster"
                                    .formatted(cause.getMessage());
                    case TimeoutException _ ->
                            "Kafka does not answer (%s); check the address, and security.protocol where it wants TLS"
                                    .formatted(cause.getMessage());
                    default -> String.valueOf(cause.getMessage());
                };
        return new TopicsException(what + ": " + why, cause);
    }
}
